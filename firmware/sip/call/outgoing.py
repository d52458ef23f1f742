"""Calls that go out: INVITE, its answers and forks, CANCEL (RFC 3261 sections 9 and 13.2)."""

from base.compat import const
from sip.call.call import Call
from sip.call.confirmation import Leftover, acknowledge
from sip.call.identity import hide, plain, privacy
from sip.call.optional import reading
from sip.call.redirect import Redirection, contacts
from sip.call.reliable import Early
from sip.dialog import begin
from sip.message.escape import escape
from sip.message.uri import uri_parts
from sip.request import Request

_FORKS = const(8)
_PATIENCE = const(60_000)  # ms that the user may think about a redirection
_BAD_ANSWER = const(502)  # the status of a call whose answer could not be read
_USER = "-_.!~*'()&=+$,;?/%"  # what may stand in the user part of a URI (RFC 3261 section 25.1)


class Outgoing(Call):
    """A call of ours. `outgoing` is its INVITE until that is answered, refused or given up."""

    direction = "out"
    outgoing = None
    _asked = ()  # where a stranger has redirected it, while the user is asked
    _patience = None
    _reason = ""

    def __init__(self, agent, dialog, extra=()):
        super().__init__(agent, dialog)
        self.extra = extra  # headers of the INVITE
        self.redirection = Redirection(dialog.target)

    def dial(self):
        """Send our INVITE."""
        self.outgoing = Request(
            self.agent, self.dialog, "INVITE", self._response, self._invite, self._offer
        )
        self.outgoing.start()

    def _offer(self, request):
        return self.describe(request.local[0])

    def _invite(self, request):
        lines = self.headers(request) + list(self.extra)
        return lines + privacy(self.dialog) if self.dialog.hidden else lines

    def _response(self, request, response):
        if response is None:
            if not self.status:
                self.report("outgoing")
            return
        status = response.status
        if status < 200:
            if status > 100:
                reading(self.agent.log, str(status), lambda: self._provisional(response))
        elif status < 300:
            self._accepted(request, response)
        else:
            self._refused(request, response)

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
        self.identify(response)
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
        try:
            self.dialog.learn(response, True)
        except ValueError:
            self._unusable(request, response)
            return
        Leftover(request, self.dialog, True)
        self.answered = True
        self.status = response.status
        acknowledge(request, self.dialog)
        self.identify(response)
        self.take_answer(response.body)
        if self.state != "ended":
            self.state = "connected"
            if response.header("session-expires"):
                self.session.agreed(response)
            if self.watch:
                self.watch.tell(200)
            self.voice_changed()
            self.report("connected")

    def _unusable(self, request, response):
        """End a call whose 2xx makes no dialog that we could speak in."""
        self.agent.log(3, "SIP: the answer of %s cannot be read", self.remote)
        Leftover(request, self.dialog, False).take(request, response)
        self.over("error", _BAD_ANSWER, "Bad Answer")

    def _refused(self, request, response):
        """Take a final answer of 3xx to 6xx."""
        status = response.status
        if not response.local:
            if status < 400 and not self._may_follow(request, response):
                return
            if status == 422 and self.session.longer(response):
                request.cseq = self.dialog.next()
                request.send()
                return
        if status < 600 and self._next_contact():
            return
        self.over("error" if response.local else "remote", status, response.reason)

    def _may_follow(self, request, response):
        """Learn where a 3xx sends us; where a stranger does, the user is asked first (`follow`).

        Return whether that is known now.
        """
        agent = self.agent
        found = contacts(response, self.account, request.protocol == "TLS", agent.log)
        if not found or agent.trusted(self.account, response):
            self.redirection.learn(found)
            return True
        self.status, self._reason = response.status, response.reason
        self._asked = found
        self._patience = agent.timers.after(_PATIENCE, self.follow, False)
        self.report("redirected", target=found[0])
        return False

    def follow(self, yes):
        """Take the user's answer to "redirected": call where the 3xx sends us, or end the call."""
        found, self._asked = self._asked, ()
        if not found or self.state == "ended":
            return
        self._patience.cancel()
        if yes:
            self.redirection.learn(found)
            if self._next_contact():
                return
        self.over("remote", self.status, self._reason)

    def _next_contact(self):
        """Call the next URI that a 3xx has named; return False when there is none."""
        uri = self.redirection.next()
        if uri is None:
            return False
        outgoing = self.outgoing
        self.dialog.target = uri
        outgoing.targets = []
        outgoing.transaction = None
        outgoing.cseq = self.dialog.next()
        outgoing.start()
        return True

    def release(self):
        """Let everything go that would go on by itself; an unanswered INVITE is given up."""
        if self._patience:
            self._patience.cancel()
        outgoing, self.outgoing = self.outgoing, None
        if outgoing:
            try:
                Leftover(outgoing, self.dialog, False).cancel(outgoing)
            except Exception as error:  # the call ends all the same
                self.agent.log(2, "SIP: no CANCEL to %s: %r", self.remote, error)
        super().release()

    def hangup(self):
        """End the call: CANCEL where it was not answered, else BYE."""
        if self.answered or self.state == "ended":
            super().hangup()
        else:
            self.over("local")


def dial(agent, account, target, headers):
    """Call `target` (see `Agent.call`) and return the `Outgoing`; ValueError with the reason."""
    uri = uri_of(target, account.host)
    if len(agent.calls) >= agent.most_calls:
        raise ValueError("too many calls")
    call = Outgoing(agent, begin(account, uri, agent.token), list(headers))
    call.remote = plain(uri)
    if account.anonymous:
        hide(call.dialog)
    call.dial()
    return call


def uri_of(target, host):
    """Return the SIP URI of a number, "user@host", a SIP or tel URI; ValueError with the reason.

    `host` completes what has none.
    """
    uri = plain(target) if target[:4].lower() == "tel:" else target
    if not uri.lower().startswith(("sip:", "sips:")):
        user, at, named = uri.partition("@")
        if not (at or host):
            raise ValueError("no host for '%s'" % target[:40])
        uri = "sip:%s@%s" % (escape(user, _USER), named if at else host)
    if any(x in target for x in ' <>"') or not uri_parts(uri).host:
        raise ValueError("no address: '%s'" % target[:40])
    return uri
