"""Transfer by REFER (RFC 3515, 4488, 5589): asking the other side, and being asked.

Loaded by the first REFER. What becomes of a transfer is told by NOTIFY with a status line in it.
"""

from base.compat import const
from sip.message.message import name_addr, uri_parts
from sip.request import Request

_REPLACED = const(2000)  # ms in which the target may end the call that was replaced
_PATIENCE = const(180_000)  # ms without a NOTIFY until a transfer counts as failed

# -- we ask -----------------------------------------------------------------------------------


class Transfer:
    """A transfer that we asked for: `kind` "blind" or "attended"."""

    def __init__(self, call, kind, other):
        self.call = call
        self.kind = kind
        self.other = other
        self.timer = call.agent.timers.after(_PATIENCE, self.told, 408)

    def answered(self, request, response):
        """Take the answer to our REFER."""
        if response is None or response.status < 200:
            return
        if response.status >= 300:
            self.told(response.status)
        elif (response.header("refer-sub") or "").strip().lower() == "false":
            self.told(200)  # there will be no NOTIFY (RFC 4488)

    def told(self, status):
        """The target's answer is known so far; the first final one ends it."""
        call = self.call
        if call.referred is not self:
            return
        if status >= 200:
            self.timer.cancel()
            call.referred = None
        call.report("transfer", transfer=self.kind, status=status)
        if 200 <= status < 300:
            call.hangup()
            if self.other:  # it was replaced; some leave its end to us (RFC 5589 section 7.1)
                call.agent.timers.after(_REPLACED, self.other.hangup)


def transfer(call, target):
    """Send the other side of `call` to a number, a URI or another call's other side."""
    account, kind, other = call.account, "blind", None
    if not isinstance(target, str):
        kind, other = "attended", target
        dialog = other.dialog
        values = (dialog.call_id, dialog.remote_tag, dialog.local_tag)
        replaces = "%s;to-tag=%s;from-tag=%s" % values
        uri = dialog.target
        uri += ("&" if "?" in uri else "?") + "Replaces=" + _escape(replaces)
    elif target.lower().startswith(("sip:", "sips:", "tel:")):
        uri = target
    else:
        host = account.host or call.remote.partition("@")[2]
        uri = "sip:" + (target if "@" in target else "%s@%s" % (target, host)).replace("#", "%23")
    if call.referred:
        return
    call.referred = Transfer(call, kind, other)

    def headers(request):
        return (
            ("Contact", request.contact()),
            ("Refer-To", "<%s>" % uri),
            ("Referred-By", call.dialog.local),
            ("Supported", call.agent.supported),
        )

    Request(call.agent, call.dialog, "REFER", call.referred.answered, headers).start()


def _escape(text):
    out = ""
    for char in text:
        plain = char.isdigit() or char.isalpha() and ord(char) < 128 or char in "-_.!~*'()"
        out += char if plain else "".join(["%%%02X" % byte for byte in char.encode()])
    return out


def _unescape(text):
    parts = text.split("%")
    out = parts[0]
    for part in parts[1:]:
        try:
            out += chr(int(part[:2], 16)) + part[2:]
        except ValueError:
            out += part
    return out


# -- we are asked -----------------------------------------------------------------------------


def request(call, transaction, message):
    """Take a REFER, or the NOTIFY that belongs to ours; return the status it is owed."""
    if message.method == "NOTIFY":
        return _notify(call, message)
    values = message.values("refer-to")
    if len(values) != 1:
        return 400
    uri = name_addr(values[0])[1]
    try:
        scheme, _, host, _, _ = uri_parts(uri)
    except ValueError:
        return 400
    if scheme not in ("sip", "sips") or not host:
        return 416
    agent = call.agent
    silent = (message.header("refer-sub") or "").strip().lower() == "false"
    if len(agent.calls) >= agent.most_calls:
        return 486
    address = agent.network.address(message.source[0])
    headers = [("Contact", agent.contact(call.account, address, message.protocol))]
    if silent:
        headers.append(("Refer-Sub", "false"))
    agent.timers.after(
        0, _obey, call, uri, message.cseq()[0], message.header("referred-by"), silent
    )
    return 202, headers


def _obey(call, uri, number, by, silent):
    """Make the call that the REFER asks for, and tell how it goes."""
    agent = call.agent
    uri, _, wanted = uri.partition("?")
    headers = [("Referred-By", by)] if by else []
    for pair in wanted.split("&"):
        name, _, value = pair.partition("=")
        if name.lower() == "replaces":  # nothing else of it becomes a header
            value = "".join([x for x in _unescape(value) if x >= " "])
            headers.append(("Replaces", value))
    watch = None if silent else Watch(call, number)
    if watch:
        watch.tell(100)
    try:
        new = agent.call(call.account, uri.partition(";method=")[0], headers)
    except ValueError:
        if watch:
            watch.tell(503)
        return
    call.report("refer", new=new)
    new.watch = watch
    if watch and new.state == "ended":
        watch.tell(new.status or 503)


class Watch:
    """Tells the transferor how the call goes that it asked for."""

    last = 0

    def __init__(self, call, number):
        self.call = call
        self.number = number

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


def _notify(call, message):
    event = (message.header("event") or "").partition(";")[0].strip().lower()
    if event != "refer":
        return 489, (("Allow-Events", "refer"),)
    if not call.referred:
        return 200 if message.header("subscription-state") else 481
    state = (message.header("subscription-state") or "").strip().lower()
    line = message.body[:40].split(b"\r\n")[0].split()
    status = 0
    if len(line) > 1 and line[0] == b"SIP/2.0" and line[1].isdigit() and len(line[1]) == 3:
        status = int(line[1])
    if state.startswith("terminated") and status < 200:
        status = 487
    if status:
        # after our 200, which the caller of this function sends
        call.agent.timers.after(0, call.referred.told, status)
    return 200
