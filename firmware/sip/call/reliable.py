"""Reliable provisional responses (RFC 3262), both sides."""

from base.compat import const
from sip.request import Request
from sip.timers import T1, T1_64

_FORKS = const(8)


class Ringing:
    """Our 180 with RSeq, sent again until its PRACK comes.

    ``send(headers)`` answers the INVITE with 180 and returns the bytes, ``again(data)`` repeats
    them; ``lost()`` is called where no PRACK has come after 64 * T1.
    """

    agreed = None  # nothing of the voice is agreed on by our 180

    def __init__(self, agent, send, again, lost):
        self._timers = agent.timers
        self._again = again
        self._lost = lost
        self._taken = False
        self.rseq = agent.random(16) + 1
        self._timer = None
        self._data = send([("Require", "100rel"), ("RSeq", str(self.rseq))])
        self._wait(T1, T1)

    def _wait(self, interval, elapsed):
        self._timer = self._timers.after(interval, self._repeat, interval, elapsed)

    def _repeat(self, interval, elapsed):
        if elapsed >= T1_64:
            self.stop()
            self._lost()
            return
        self._again(self._data)
        interval = min(2 * interval, T1_64 - elapsed)
        self._wait(interval, elapsed + interval)

    def acknowledged(self, rack, number):
        """Take the RAck of a PRACK; `number` is the INVITE's CSeq. Return whether it fits."""
        if self._taken or rack.split() != [str(self.rseq), str(number), "INVITE"]:
            return False
        self._taken = True
        self.stop()
        return True

    def stop(self):
        """End the repetitions: the PRACK is there, or a final answer went out before it."""
        self._data = None
        if self._timer:
            self._timer.cancel()
            self._timer = None


def request(call, transaction, message):
    """Take a PRACK; return the status it is owed.

    It may cross the 200 of whoever lifts the handset at once (section 3).
    """
    early = call.early
    if call.direction != "in" or not early:
        return 481
    fits = early.acknowledged(message.header("rack") or "", call.invite.cseq().number)
    return 200 if fits else 481


class _Fork:
    """One early dialog of our INVITE, and the last RSeq that was taken in it.

    `waits` is True until its PRACK was answered: another 18x may come again until then.
    """

    waits = False

    def __init__(self, dialog, last):
        self.dialog = dialog
        self.last = last

    def answered(self, request, response):
        """Take the answer to the PRACK."""
        if response.status >= 200:
            self.waits = False


class Early:
    """The early dialogs of our INVITE, by To tag; `agreed` is that of the one that has answered
    our offer.
    """

    agreed = None

    def __init__(self):
        self._forks = {}

    def take(self, agent, invite, response):
        """PRACK a reliable 18x of the dialog `invite`.

        Return False for one that was seen, or that comes too early.
        """
        number, tag = response.header("rseq"), response.tag("to")
        if not number.isdigit() or len(number) > 10 or not tag:
            return False
        number = int(number)
        fork = self._forks.get(tag)
        if fork is None:
            if len(self._forks) >= _FORKS:
                return False
            fork = self._forks[tag] = _Fork(invite.fork(response), number - 1)
        if number != fork.last + 1 or fork.waits:
            return False
        fork.last, fork.waits = number, True
        if response.body:
            self.agreed = tag
        fork.dialog.cseq = invite.cseq
        rack = ("RAck", "%d %d INVITE" % (number, response.cseq().number))
        Request(agent, fork.dialog, "PRACK", fork.answered, (rack,)).start()
        invite.cseq = max(invite.cseq, fork.dialog.cseq)
        return True
