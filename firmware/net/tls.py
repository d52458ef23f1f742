"""TLS contexts for https, as the settings ask for them."""

from binascii import a2b_base64

try:
    import tls
except ImportError:  # CPython's name for it
    import ssl as tls


def context(request, get, read, clock):
    """Return an SSLContext for `request`; OSError where it cannot be had. `get` gives settings.

    ``check_trusted_certificate`` off accepts any certificate. Else ``ca_certificate`` holds the
    CA, PEM or the name of a file that `read(name)` returns (PEM or DER). Without the time no
    certificate can be checked; that may come, what else is missing is not tried again.
    """
    made = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    host = hasattr(made, "check_hostname")  # CPython's
    if not get("check_trusted_certificate"):
        if host:
            made.check_hostname = False
        made.verify_mode = tls.CERT_NONE
        return made
    now = getattr(clock, "time", None)
    if now and now() is None:
        raise OSError("the time is not known yet, no certificate can be checked")
    request.begun = True
    data = get("ca_certificate")
    if data and "-----" not in data:
        data = (read(data) if read else None) or ""
    found = 0
    try:
        for der in certificates(data):
            if host:
                made.load_verify_locations(cadata=der)
            else:
                made.load_verify_locations(der)
            found += 1
    except (ValueError, OSError):  # the latter is CPython's
        found = 0
    if not found:
        raise OSError("ca_certificate holds no certificate")
    made.verify_mode = tls.CERT_REQUIRED
    request.begun = False
    return made


def certificates(data):
    """Yield each certificate of `data` (PEM as str or bytes, or one DER) as DER.

    Line ends may be lost or written as ``\\n``, as in a setting of one line.
    """
    if isinstance(data, bytes):
        if data[:1] == b"0":  # a DER sequence
            yield data
            return
        data = data.decode()
    while data:
        _, found, data = data.partition("-----BEGIN CERTIFICATE-----")
        text, _, data = data.partition("-----END CERTIFICATE-----")
        if found:
            yield a2b_base64("".join(text.replace("\\n", " ").replace("\\r", " ").split()))
