"""Being asked to call somebody, by REFER (RFC 3515, 4488), and telling how that goes."""

from sip.call.identity import plain
from sip.message.escape import unescape
from sip.message.fields import param
from sip.message.uri import name_addr, uri_parts
from sip.request import Request


def request(call, transaction, message):
    """Take a REFER; return the status it is owed.

    It makes this phone call somebody at its owner's cost, so it counts only in an answered call,
    once, from the registrar (or from whom the setting ``refer_from`` names), and to a number that
    the owner could dial.
    """
    values = message.values("refer-to")
    if len(values) != 1:
        return 400
    uri = name_addr(values[0]).uri
    try:
        scheme, _, host, _, params = uri_parts(uri)
        method = param(params, "method") or "INVITE"
    except ValueError:
        return 400
    if scheme not in ("sip", "sips") or not host:
        return 416
    if method.upper() != "INVITE":
        return 501
    agent = call.agent
    if call.referred or not _may(call, message, uri):
        agent.log(3, "SIP: REFER from %s to %s refused", call.remote, plain(uri))
        return 403
    if len(agent.calls) >= agent.most_calls:
        return 486
    silent = (message.header("refer-sub") or "").strip().lower() == "false"
    address = agent.network.address(message.source[0])
    headers = [("Contact", agent.contact(call.account, address, message.protocol))]
    if silent:
        headers.append(("Refer-Sub", "false"))
    watch = None if silent else Watch(call, message.cseq().number)
    call.referred = True
    # after our 202, which the caller of this function sends
    agent.timers.after(0, _obey, call, uri, watch, message.header("referred-by"))
    return 202, headers


def _may(call, message, uri):
    """Return whether who sent the REFER may make us call `uri`."""
    agent = call.agent
    who = agent.settings.get("refer_from") or "registrar"
    if not call.answered or who == "nobody":
        return False
    if who != "anybody" and not agent.trusted(call.account, message):
        return False
    return agent.may_dial is None or bool(agent.may_dial(call.account, uri.partition("?")[0]))


def _obey(call, uri, watch, by):
    """Make the call that the REFER asks for, and tell how it goes."""
    uri, _, wanted = uri.partition("?")
    headers = [("Referred-By", by)] if by else []
    for pair in wanted.split("&"):
        name, _, value = pair.partition("=")
        if name.lower() == "replaces":  # nothing else of it becomes a header
            value = "".join([x for x in unescape(value) if x >= " "])
            headers.append(("Replaces", value))
    if watch:
        watch.tell(100)
    try:
        new = call.agent.call(call.account, uri.partition(";method=")[0], headers)
    except ValueError:
        if watch:
            watch.tell(503)
        return
    call.report("refer", new=new)
    new.watch = watch
    if watch and new.state == "ended":
        watch.tell(new.status or 503)


class Watch:
    """Tells the transferor how the call goes that it asked for; `last` is the last status told."""

    def __init__(self, call, number):
        self.call = call
        self.number = number  # of the REFER, which names the subscription
        self.last = 0

    def tell(self, status):
        """Send a NOTIFY; the one with a final status is the last (RFC 3515 section 2.4.5)."""
        call = self.call
        if self.last >= 200 or status == self.last or call.state == "ended":
            return
        self.last = status
        state = "active;expires=180" if status < 200 else "terminated;reason=noresource"

        def headers(request):
            return (
                ("Contact", request.contact()),
                ("Event", "refer;id=%d" % self.number),
                ("Subscription-State", state),
                ("Content-Type", "message/sipfrag;version=2.0"),
            )

        body = "SIP/2.0 %d %s\r\n" % (status, "OK" if 200 <= status < 300 else "-")
        Request(call.agent, call.dialog, "NOTIFY", None, headers, body.encode()).start()
