"""Bodies of several parts (RFC 2046 section 5.1, RFC 5621): gateways add their own to the SDP."""

from sip.message.fields import param


def pick(message):
    """Let the SDP of a multipart body be its body; one without SDP stays as it is."""
    kind = message.header("content-type")
    boundary = param(kind.partition(";")[2], "boundary")
    if not boundary:
        return
    mark = b"--" + boundary.strip('"').encode()
    for part in (b"\r\n" + message.body).split(b"\r\n" + mark)[1:]:
        head, _, body = part.partition(b"\r\n\r\n")
        if b"application/sdp" in head.lower() and part[:2] != b"--":
            message.body = body
            message.replace("content-type", "application/sdp")
            return
