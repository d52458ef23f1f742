"""DTMF by INFO (RFC 6086, and the payloads of old: dtmf-relay and dtmf)."""

from sip.request import Request

_KEYS = "0123456789*#ABCD"
_DURATION = "160"  # ms


def request(call, transaction, message):
    """Take an INFO; return the status it is owed."""
    kind = (message.header("content-type") or "").partition(";")[0].strip().lower()
    package = message.header("info-package")
    if package and package.strip().lower() != "dtmf":
        return 469, (("Recv-Info", "dtmf"),)
    if not message.body:
        return 200  # a keep-alive of some gateways
    if kind not in ("application/dtmf-relay", "application/dtmf"):
        return 415, (("Accept", "application/dtmf-relay, application/dtmf"),)
    try:
        text = str(message.body, "utf-8")
    except ValueError:
        return 400
    if kind == "application/dtmf-relay":
        text = text.replace(" ", "").replace("\r", "\n").lower()
        text = ("\n" + text).partition("\nsignal=")[2].partition("\n")[0]
    digit = text.strip().upper()
    if digit in ("10", "11"):  # some number the keys
        digit = "*#"[int(digit) - 10]
    if len(digit) != 1 or digit not in _KEYS:
        return 400
    call.report("dtmf", digit=digit, way="INFO")
    return 200


def send(call, digits):
    """Send `digits`, one INFO after another."""
    digits = [x for x in digits.upper() if x in _KEYS]

    def following(request, response):
        if (response is None or response.status >= 200) and digits and call.state != "ended":
            body = "Signal=%s\r\nDuration=%s\r\n" % (digits.pop(0), _DURATION)
            headers = (("Content-Type", "application/dtmf-relay"),)
            Request(call.agent, call.dialog, "INFO", following, headers, body.encode()).start()

    following(None, None)
