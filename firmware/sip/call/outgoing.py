"""Calls that go out: INVITE, its answers and forks, CANCEL (RFC 3261 sections 9 and 13.2)."""

from base.compat import const
from sip.call.call import Call
from sip.call.confirmation import Leftover, acknowledge
from sip.call.identity import hide
from sip.call.redirect import Redirection
from sip.call.reliable import Early
from sip.dialog import begin
from sip.message.uri import address_of, uri_parts
from sip.request import Request

_FORKS = const(8)


class Outgoing(Call):
    """A call of ours. `outgoing` is its INVITE until that is answered, refused or given up."""

    direction = "out"

    def __init__(self, agent, dialog, extra=()):
        super().__init__(agent, dialog)
        self.extra = extra  # headers of the INVITE
        self.redirection = Redirection(dialog.target)
        self.outgoing = None

    def dial(self):
        """Send our INVITE."""
        self.outgoing = Request(
            self.agent, self.dialog, "INVITE", self._response, self._invite, self._offer
        )
        self.outgoing.start()

    def _offer(self, request):
        return self.describe(request.local[0])

    def _invite(self, request):
        return self.headers(request) + list(self.extra)

    def _response(self, request, response):
        if response is None:
            if not self.status:
                self.report("outgoing")
            return
        status = response.status
        if status < 200:
            if status > 100:
                self._provisional(response)
        elif status < 300:
            self._accepted(request, response)
        else:
            self._refused(response)

    def _provisional(self, response):
        """Take a 18x, with early media or without."""
        self.status = response.status
        if response.header("rseq"):
            self.early = self.early or Early()
            if not self.early.take(self.agent, self.dialog, response):
                return
        if response.status == 199:  # one of the forks is gone (RFC 6228)
            return
        if response.body:
            try:
                self.take(response.body)
            except ValueError:
                pass  # the 2xx tells
        tag = response.tag("to")
        if tag not in self.tags and len(self.tags) < _FORKS:
            self.tags += (tag,)
        if self.watch:
            self.watch.tell(self.status)
        if self.state == "calling":
            self.state = "ringing"
            self.report("ringing")

    def _accepted(self, request, response):
        """Take the 2xx that makes the dialog; those that follow are the `Leftover`'s."""
        self.early = self.outgoing = None
        self.dialog.learn(response, True)
        Leftover(request, self.dialog, True)
        self.answered = True
        self.status = response.status
        acknowledge(request, self.dialog)
        if response.body:
            self.take_answer(response.body)
        if self.state != "ended":
            self.state = "connected"
            if response.header("session-expires"):
                self.session.agreed(response)
            if self.watch:
                self.watch.tell(200)
            self.report("connected")

    def _refused(self, response):
        """Take a final answer of 3xx to 6xx."""
        status = response.status
        if not response.local:
            if status < 400 and self._redirected(response):
                return
            if status == 422 and self.session.longer(response):
                self.outgoing.cseq = self.dialog.next()
                self.outgoing.send()
                return
        self.outgoing = None
        self.over("error" if response.local else "remote", status, response.reason)

    def _redirected(self, response):
        """Call the next URI that a 3xx names; return False when there is none."""
        self.redirection.learn(response)
        uri = self.redirection.next()
        if uri is None:
            return False
        outgoing = self.outgoing
        self.dialog.target = uri.partition("?")[0]
        outgoing.targets = []
        outgoing.transaction = None
        outgoing.cseq = self.dialog.next()
        outgoing.start()
        return True

    def hangup(self):
        """End the call: CANCEL where it was not answered, else BYE."""
        if self.answered or self.state == "ended":
            super().hangup()
            return
        outgoing, self.outgoing = self.outgoing, None
        if outgoing:
            try:
                Leftover(outgoing, self.dialog, False).cancel(outgoing)
            except Exception as error:  # the call ends all the same
                self.agent.log(2, "SIP: no CANCEL to %s: %r", self.remote, error)
        self.over("local")


def dial(agent, account, target, headers):
    """Call `target` (see `Agent.call`) and return the `Outgoing`; ValueError with the reason."""
    if target[:4].lower() == "tel:":
        target = "".join([x for x in target[4:].partition(";")[0] if x not in "-.()"])
    if not target.lower().startswith(("sip:", "sips:")):
        if "@" not in target:
            if not account.host:
                raise ValueError("no host for '%s'" % target[:40])
            target = "%s@%s" % (target, account.host)
        target = "sip:" + target.replace("#", "%23")
    if " " in target or "<" in target or not uri_parts(target)[2]:
        raise ValueError("no address: '%s'" % target[:40])
    if len(agent.calls) >= agent.most_calls:
        raise ValueError("too many calls")
    call = Outgoing(agent, begin(account, target, agent.token), list(headers))
    call.remote = address_of(target).replace("%23", "#")
    if account.anonymous:
        call.extra += hide(call)
    call.dial()
    return call
