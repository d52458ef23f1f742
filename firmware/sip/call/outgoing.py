"""Calls that go out: INVITE, its answers and forks, CANCEL (RFC 3261 sections 9 and 13.2).

Loaded by the first one.
"""

from base.compat import const
from sip.call.call import Call, acknowledge
from sip.message.message import address_of, uri_parts

_FORKS = const(8)


class Outgoing(Call):
    """A call of ours."""

    direction = "out"

    def dial(self, headers=()):
        """Send our INVITE."""
        from sip.request import Request

        self.extra = headers
        self.outgoing = Request(
            self.agent, self.dialog, "INVITE", self._response, self.headers, self._offer
        )
        self.outgoing.start()

    def _offer(self, request):
        if not self.body:
            self.body = self.describe(request.local[0])
        return self.body

    def _response(self, request, response):
        if response is None:
            if not self.status:
                self.report("outgoing")
            return
        status = response.status
        if status < 200:
            if self.state == "ended":  # hung up before anything came back
                self._cancel()
            elif status > 100:
                self._provisional(response)
        elif status < 300:
            self._accepted(request, response)
        else:
            self._refused(response)

    def _provisional(self, response):
        """Take a 18x, with early media or without."""
        self.status = response.status
        if response.header("rseq") and not self.agent.load("sip.call.reliable").take(
            self, response
        ):
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

    def _cancel(self):
        outgoing, self.outgoing = self.outgoing, None
        if outgoing:
            outgoing.last = True
            outgoing.transaction.cancel()

    def _accepted(self, request, response):
        """Take a 2xx, its repetition, or that of another fork."""
        dialog, tag = self.dialog, response.tag("to")
        if self.answered and tag == dialog.remote_tag:
            acknowledge(request, dialog)
            return
        if self.answered or self.state == "ended":
            fork = dialog.fork(response)
            fork.cseq = request.cseq
            acknowledge(request, fork)
            if tag not in self.forks:
                from sip.request import Request

                self.forks += (tag,)
                Request(self.agent, fork, "BYE", None).start()
            return
        self.early = None
        dialog.learn(response, True)
        self.answered = True
        self.status = response.status
        acknowledge(request, dialog)
        self.body = None
        if response.body:
            self.take_answer(response.body)
        if self.state != "ended":
            self.state = "connected"
            if response.header("session-expires"):
                self.agent.load("sip.call.session_timer").agreed(self, response)
            if self.watch:
                self.watch.tell(200)
            self.report("connected")

    def _refused(self, response):
        """Take a final answer of 3xx to 6xx."""
        status = response.status
        if self.state != "ended" and not response.local:
            if status < 400 and self.agent.load("sip.call.redirect").follow(self, response):
                return
            if status == 422 and self.agent.load("sip.call.session_timer").longer(self, response):
                return
        self.outgoing = None
        self.over("error" if response.local else "remote", status, response.reason)

    def hangup(self):
        """End the call: CANCEL where it was not answered, else BYE."""
        if self.state != "ended" and not self.answered:
            outgoing = self.outgoing
            outgoing.last = True
            if outgoing.transaction is None:
                outgoing.cancel()
            elif outgoing.transaction.state:
                self._cancel()  # else nothing came back yet: the CANCEL waits for it
            self.over("local")
        else:
            super().hangup()


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
    call = Outgoing(agent, agent.load("sip.accounts").dialog(agent, account, target))
    call.remote = address_of(target).replace("%23", "#")
    if account.anonymous:
        headers = list(headers) + agent.load("sip.call.identity").hide(call)
    call.dial(headers)
    return call
