"""Transfer that we ask for, by REFER (RFC 3515, 4488, 5589), and the NOTIFYs that tell of it."""

from base.compat import const
from sip.message.escape import escape
from sip.request import Request

_REPLACED = const(2000)  # ms in which the target may end the call that was replaced
_PATIENCE = const(180_000)  # ms without a NOTIFY until a transfer counts as failed


class Transfer:
    """A transfer that we asked for: `kind` "blind" or "attended".

    ==========  ======================================  =====================================
    state       event                                   what follows
    ==========  ======================================  =====================================
    asked       the REFER is refused                    failed, with that status
    asked       a NOTIFY with 1xx                       it is reported
    asked       a NOTIFY with a final status            done or failed
    asked       a 2xx that promises no NOTIFY           done
    asked       nothing for three minutes               failed with 408
    asked       the call is over                        given up
    done                                                the call is hung up
    ==========  ======================================  =====================================
    """

    def __init__(self, call, kind, other):
        self.call = call
        self.kind = kind
        self.other = other
        self._timer = call.agent.timers.after(_PATIENCE, self.told, 408)

    def answered(self, request, response):
        """Take the answer to our REFER."""
        if response.status < 200:
            return
        if response.status >= 300:
            self.told(response.status)
        elif (response.header("refer-sub") or "").strip().lower() == "false":
            self.told(200)  # there will be no NOTIFY (RFC 4488)

    def told(self, status):
        """The target's answer is known so far; the first final one ends it."""
        call = self.call
        if call.transferring is not self:
            return
        if status >= 200:
            self.stop()
        call.report("transfer", transfer=self.kind, status=status)
        if 200 <= status < 300:
            call.hangup()
            if self.other:  # it was replaced; some leave its end to us (RFC 5589 section 7.1)
                call.agent.timers.after(_REPLACED, self.other.hangup)

    def stop(self):
        """Wait for nothing any more."""
        self._timer.cancel()
        self.call.transferring = None


def transfer(call, target):
    """Send the other side of `call` to a number, a URI or another call's other side."""
    account, kind, other = call.account, "blind", None
    if not isinstance(target, str):
        kind, other = "attended", target
        dialog = other.dialog
        values = (dialog.call_id, dialog.remote_tag, dialog.local_tag)
        replaces = "%s;to-tag=%s;from-tag=%s" % values
        uri = dialog.target
        uri += ("&" if "?" in uri else "?") + "Replaces=" + escape(replaces)
    elif target.lower().startswith(("sip:", "sips:", "tel:")):
        uri = target
    else:
        host = account.host or call.remote.partition("@")[2]
        uri = "sip:" + (target if "@" in target else "%s@%s" % (target, host)).replace("#", "%23")
    if call.transferring:
        return
    call.transferring = Transfer(call, kind, other)

    def headers(request):
        return (
            ("Contact", request.contact()),
            ("Refer-To", "<%s>" % uri),
            ("Referred-By", call.dialog.local),
            ("Supported", call.agent.supported),
        )

    Request(call.agent, call.dialog, "REFER", call.transferring.answered, headers).start()


def request(call, transaction, message):
    """Take a NOTIFY in a call's dialog; return the status it is owed."""
    event = (message.header("event") or "").partition(";")[0].strip().lower()
    if event != "refer":
        return 489, (("Allow-Events", "refer"),)
    state = (message.header("subscription-state") or "").strip().lower()
    if not call.transferring:
        return 200 if state else 481
    status = _status(message.body)
    if state.startswith("terminated") and status < 200:
        status = 487
    if status:
        # after our 200, which the caller of this function sends
        call.agent.timers.after(0, call.transferring.told, status)
    return 200


def _status(body):
    """Return the status in a body of message/sipfrag, 0 where there is none."""
    words = body[:40].split(b"\r\n")[0].split()
    if len(words) > 1 and words[0] == b"SIP/2.0" and words[1].isdigit() and len(words[1]) == 3:
        return int(words[1])
    return 0
