"""Reliable provisional responses (RFC 3262), both sides.

Loaded by the first INVITE or 18x that wants them.
"""

from base.compat import const
from sip.request import Request

_T1 = const(500)
_LONG = const(32000)
_FORKS = const(8)


class Ringing:
    """Our 180 with RSeq, sent again until its PRACK comes."""

    agreed = None

    def __init__(self, call):
        self.call = call
        self.rseq = call.agent.random(16) + 1
        self.data = self.timer = None

    def send(self):
        """Send it for the first time."""
        headers = [("Require", "100rel"), ("RSeq", str(self.rseq))]
        self.data = self.call.send(180, headers)
        self._wait(_T1, _T1)

    def _wait(self, interval, elapsed):
        self.timer = self.call.agent.timers.after(interval, self._again, interval, elapsed)

    def _again(self, interval, elapsed):
        call = self.call
        if elapsed >= _LONG:
            call.send(504)
            call.over("error", 504)
            return
        call.agent.send(self.data, call.transaction.address, call.transaction.protocol)
        interval = min(2 * interval, max(_LONG - elapsed, 1))
        self._wait(interval, elapsed + interval)

    def stop(self):
        """The PRACK is there, or nobody needs it any more."""
        self.data = None
        if self.timer:
            self.timer.cancel()
            self.timer = None


def ring(call):
    """Send a 180 reliably."""
    if call.early is None:
        call.early = Ringing(call)
        call.early.send()


def request(call, transaction, message):
    """Take a PRACK; return the status it is owed."""
    words = (message.header("rack") or "").split()
    early = call.early
    if call.direction != "in" or not early or len(words) != 3:
        return 481
    number = call.invite.cseq() if not call.answered else None
    if not early.data or words[0] != str(early.rseq) or words[1:] != ["%d" % number[0], "INVITE"]:
        return 481
    early.stop()
    return 200


class Early:
    """The early dialogs of our INVITE: To tag -> [dialog, last RSeq].

    `agreed` is the tag of the one that has answered our offer.
    """

    agreed = None

    def __init__(self):
        self.dialogs = {}

    def stop(self):
        """Nothing waits here."""


def take(call, response):
    """PRACK a reliable 18x; return False for one that was seen, or that comes too early."""
    number, tag = response.header("rseq"), response.tag("to")
    if not number.isdigit() or len(number) > 10 or not tag:
        return False
    if call.early is None:
        call.early = Early()
    dialogs = call.early.dialogs
    known = dialogs.get(tag)
    if known is None:
        if len(dialogs) >= _FORKS:
            return False
        known = dialogs[tag] = [call.dialog.fork(response), int(number) - 1]
    dialog = known[0]
    if int(number) != known[1] + 1:
        return False
    known[1] = int(number)
    if response.body:
        call.early.agreed = tag
    dialog.cseq = call.dialog.cseq
    rack = ("RAck", "%s %d INVITE" % (number, response.cseq()[0]))
    Request(call.agent, dialog, "PRACK", None, (rack,)).start()
    call.dialog.cseq = max(call.dialog.cseq, dialog.cseq)
    return True
