"""The 2xx of an INVITE and its ACK, from both sides (RFC 3261 sections 13.2.2.4 and 13.3.1.4)."""

from base.compat import const
from sip.dialog import Dialog
from sip.request import Request
from sip.timers import T1, T1_64, T2

_FORKS = const(8)  # that are remembered as ended


class Confirmation:
    """Our 2xx to an INVITE, sent again and again until its ACK is there.

    ==========  ==========================  ==========================================
    state       event                       what follows
    ==========  ==========================  ==========================================
    settled     `send`: a 2xx leaves        waiting; it is repeated from T1 up to T2
    waiting     `acknowledged`: the ACK     settled
    waiting     64 * T1 have passed         ``lost()`` is called, which is to `stop`
    waiting     `stop`: a BYE has come      settled
    ==========  ==========================  ==========================================
    """

    waiting = False
    _number = _data = _address = _protocol = _timer = None

    def __init__(self, agent, lost):
        self.agent = agent
        self.lost = lost

    def send(self, transaction, data, number):
        """Answer in `transaction` with the 2xx in `data`; `number` is the INVITE's CSeq."""
        self._address, self._protocol = transaction.address, transaction.protocol
        self._data, self._number = data, number
        transaction.respond(data, 200)
        self.waiting = True
        self._wait(T1, T1)

    def _wait(self, interval, elapsed):
        self._timer = self.agent.timers.after(interval, self._again, interval, elapsed)

    def _again(self, interval, elapsed):
        if elapsed >= T1_64:
            self.lost()
            return
        self.agent.send(self._data, self._address, self._protocol)
        interval = min(2 * interval, T2, T1_64 - elapsed)
        self._wait(interval, elapsed + interval)

    def acknowledged(self, message):
        """Take an ACK; return whether it is the one that was waited for."""
        if not self.waiting or message.cseq().number != self._number:
            return False
        self.stop()
        return True

    def stop(self):
        """Wait for no ACK any more."""
        self.waiting = False
        self._data = None
        if self._timer:
            self._timer.cancel()


def acknowledge(request, dialog, body=b""):
    """Send the ACK for a 2xx to `request`; it belongs to no transaction."""
    headers = (("Content-Type", "application/sdp"),) if body else ()
    ack = Request(request.agent, dialog, "ACK", None, headers, body)
    ack.cseq = request.cseq
    ack.start()


class Leftover:
    """What still comes for an INVITE of ours that its call is done with.

    The call has been answered, or was given up before; it is not needed for this and not kept.

    ===========================  ============================================================
    what comes                   what follows
    ===========================  ============================================================
    2xx of the dialog            its ACK once more
    2xx of any other dialog      its ACK, and a BYE, once (a fork, or an answer that crossed); of
                                 eight dialogs at most, for each Contact may be somebody's who
                                 knows of nothing
    anything else                nothing: no 401, 422 or 3xx is followed any more
    ===========================  ============================================================
    """

    def __init__(self, request, dialog, answered):
        self.dialog = dialog
        self.tag = dialog.remote_tag if answered else None
        self._ended = ()  # To tags of the dialogs that were ended
        request.last = True  # no further target, no credentials
        request.callback = self.take
        request.headers, request.body = (), b""

    def cancel(self, request):
        """Give the INVITE up: CANCEL at once, or as soon as anything came back (section 9.1)."""
        if request.transaction is None:
            request.cancel()
        else:
            request.transaction.cancel()

    def take(self, request, response):
        """Take a response."""
        if 200 <= response.status < 300:
            self._answered(request, response)

    def _answered(self, request, response):
        tag = _tag_of(response)
        if self.tag is not None and tag == self.tag:
            acknowledge(request, self.dialog)
        elif tag in self._ended:
            _refuse(request, self.dialog, response, True)
        elif len(self._ended) < _FORKS:
            self._ended += (tag,)
            _refuse(request, self.dialog, response)


def _refuse(request, dialog, response, ended=False):
    """Acknowledge a 2xx that nobody wants, and end its dialog, unless that was done before.

    One that makes no dialog is answered on the way that the INVITE has gone.
    """
    try:
        fork = dialog.fork(response)
    except ValueError:
        remote, tag = dialog.remote, _tag_of(response)
        fork = Dialog(
            dialog.account,
            dialog.call_id,
            dialog.local,
            dialog.local_tag,
            remote,
            tag,
            dialog.target,
            dialog.routes,
        )
        fork.auth = dialog.auth
    fork.cseq = request.cseq
    acknowledge(request, fork)
    if not ended:
        Request(request.agent, fork, "BYE", None).start()


def _tag_of(response):
    """Return the To tag, also of a To that cannot be read."""
    try:
        return response.tag("to")
    except ValueError:
        tag = (response.header("to") or "").rpartition(";tag=")[2].partition(";")[0].strip()
        return tag if tag and all(x not in tag for x in ' "<>,') else ""
