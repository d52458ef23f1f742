"""Whom TLS trusts: contexts as the settings ask for them, for web servers and for SIP."""

from binascii import a2b_base64

from base.compat import tls


class Untrusted(OSError):
    """No certificate can be checked, and none will be before somebody changes a setting."""


class TimeUnknown(OSError):
    """No certificate can be checked before the time is known, which comes by itself."""


class Trust:
    """Makes the contexts of one use of TLS; `get(name)` gives settings.

    `check` names the setting that says whether certificates are checked, `ca` the one that holds
    the CA: PEM, or the name of a file that `read(name)` returns (PEM or DER); where it is empty,
    `more` may name another setting. Without any of them, `bundle()` gives the CAs that come with
    the firmware, None where it has none. `clock.time()` is None while the time is not known.
    """

    def __init__(self, get, read, clock, check, ca="ca_certificate", more=None, bundle=None):
        self._get = get
        self._read = read
        self._clock = clock
        self._check = check
        self._ca = ca
        self._more = more
        self._bundle = bundle
        self._made = {}  # whether certificates are checked -> (the CA's text, context)

    def context(self, verified=False):
        """Return an SSLContext, the same one until a setting changes; OSError where it cannot be.

        With `verified` certificates are checked whatever the settings say. `Untrusted` is final;
        without the time no certificate can be checked either, but that may come.
        """
        checked = bool(verified or self._get(self._check))
        text = self._text() if checked else ""
        if checked and self._time() is None:
            raise TimeUnknown("the time is not known yet, no certificate can be checked")
        found = self._made.get(checked)
        if found is None or found[0] != text:
            found = self._made[checked] = (text, self._checking(text) if checked else _blind())
        return found[1]

    def missing(self):
        """Return what a person has to do before https works, "" where it does."""
        if not self._get(self._check) or self._text() or (self._bundle and self._bundle()):
            return ""
        return "%s is empty: https needs the certificate of its CA there, or %s off" % (
            self._ca,
            self._check,
        )

    def _time(self):
        time = getattr(self._clock, "time", None)
        return time() if time else 0

    def _text(self):
        return self._get(self._ca) or (self._more and self._get(self._more)) or ""

    def _checking(self, text):
        data = text
        if not text:
            data = (self._bundle and self._bundle()) or ""
        elif "-----" not in text:
            data = (self._read(text) if self._read else None) or ""
        made = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
        if not _load(made, data):
            raise Untrusted("%s holds no certificate" % self._ca if text else self.missing())
        made.verify_mode = tls.CERT_REQUIRED
        return made


def _blind():
    made = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    if hasattr(made, "check_hostname"):  # CPython's
        made.check_hostname = False
    made.verify_mode = tls.CERT_NONE
    return made


def _load(made, data):
    """Let `made` trust the certificates of `data`; return False where one or all are none."""
    found = 0
    try:
        for der in certificates(data):
            if hasattr(made, "check_hostname"):  # CPython's
                made.load_verify_locations(cadata=der)
            else:
                made.load_verify_locations(der)
            found += 1
    except (ValueError, OSError):  # the latter is CPython's
        return False
    return found > 0


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
