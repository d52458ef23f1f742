"""TLS contexts: which certificates are taken, and what is said where none can be checked."""

from actions_support import Bench

from net.tls import Trust, Untrusted, certificates

_PEM = """-----BEGIN CERTIFICATE-----
MIIBJTCBzKADAgECAgEBMAoGCCqGSM49BAMCMBIxEDAOBgNVBAMMB1Rlc3QgQ0Ew
HhcNMjAwMTAxMDAwMDAwWhcNNDkxMjMxMDAwMDAwWjASMRAwDgYDVQQDDAdUZXN0
IENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVCslvMoAggvqEXkKI/6sxq9V
RqJEAthqud9GNMLOEya5V4MDbeDlfc9bfmkW9UU96876UmUsUyeEaTDM2KRrm6MT
MBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiB+otghOklxx27s
4L5fDYXFqj+7c1Kd1wNxU43Klc1eCgIhALNdu5bv1IABJjq9rHt4+8okMyVSX9FT
wLg/BhV3cPkI
-----END CERTIFICATE-----
"""


class Time:
    """A clock whose time may be unknown."""

    def __init__(self, time):
        self._time = time

    def time(self):
        return self._time


def made(options, files=None, time=1_700_000_000, **more):
    """Return (context or the error's text, whether that is final)."""
    options = dict(options)
    trust = Trust(options.get, (files or {}).get, Time(time), "check_trusted_certificate", **more)
    try:
        return trust.context(), False
    except Untrusted as error:
        return str(error), True
    except OSError as error:
        return str(error), False


def test_a_certificate_is_read_however_its_lines_were_lost():
    der = list(certificates(_PEM))
    assert len(der) == 1 and der[0][:2] == b"0\x82" and len(der[0]) == 297
    for text in (
        _PEM.replace("\n", " "),
        _PEM.replace("\n", "\\n"),
        _PEM.replace("\n", "\\r\\n"),
        _PEM.replace("\n", "\r\n"),
        _PEM.replace("\n", ""),
        _PEM.encode(),
        der[0],
        "rubbish\n" + _PEM,
    ):
        assert list(certificates(text)) == der
    assert list(certificates(_PEM + "\n" + _PEM)) == der * 2
    assert list(certificates("")) == list(certificates("rubbish")) == []


def test_a_context_checks_by_the_ca_of_the_settings():
    for options, files in (
        ({"check_trusted_certificate": True, "ca_certificate": _PEM}, None),
        (
            {"check_trusted_certificate": True, "ca_certificate": "ca.pem"},
            {"ca.pem": _PEM.encode()},
        ),
    ):
        got, final = made(options, files)
        assert got.verify_mode == 2 and not final


def test_any_certificate_is_accepted_only_where_that_is_asked_for():
    got, final = made({"check_trusted_certificate": False})
    assert got.verify_mode == 0 and not final


def test_without_a_ca_nothing_is_trusted_and_nothing_tried_again():
    for value in ("", "nofile", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"):
        text, final = made({"check_trusted_certificate": True, "ca_certificate": value})
        assert "ca_certificate" in text and final, text


def test_without_the_time_it_is_tried_again():
    text, final = made({"check_trusted_certificate": True, "ca_certificate": _PEM}, time=None)
    assert "time" in text and not final


async def test_https_without_a_ca_fails_and_says_why():
    bench = Bench(check_trusted_certificate=True)
    assert not await bench.go("https://web.test/x")
    assert bench.counted() == (1, 0, 0, 1, 0, 0)
    assert bench.logged("ca_certificate"), bench.lines
    assert bench.network.count == 0
    bench.stop()


def _none():
    return None


def test_the_cas_of_the_firmware_are_used_where_no_setting_names_one():
    got, _ = made({"check_trusted_certificate": True}, bundle=_PEM.encode)
    assert got.verify_mode == 2
    text, final = made({"check_trusted_certificate": True}, bundle=_none)
    assert "ca_certificate is empty" in text and final
    other = {"check_trusted_certificate": True, "ca_certificate": "nofile"}
    text, final = made(other, bundle=_PEM.encode)
    assert "holds no certificate" in text and final


def test_a_context_is_made_once_and_anew_when_its_setting_changes():
    options = {"check_trusted_certificate": True, "ca_certificate": _PEM}
    trust = Trust(options.get, None, Time(1), "check_trusted_certificate")
    first = trust.context()
    assert trust.context() is first
    options["check_trusted_certificate"] = False
    assert trust.context() is not first and trust.context().verify_mode == 0
    assert trust.context(verified=True) is first
    options["ca_certificate"] = _PEM + _PEM
    assert trust.context(verified=True) is not first


def test_sip_and_web_servers_have_settings_of_their_own():
    options = {"check_trusted_certificate": False, "sip_check_certificate": True}
    options["ca_certificate"] = _PEM
    sip = Trust(
        options.get, None, Time(1), "sip_check_certificate", "sip_ca_certificate", "ca_certificate"
    )
    web = Trust(options.get, None, Time(1), "check_trusted_certificate")
    assert (sip.context().verify_mode, web.context().verify_mode) == (2, 0)
    options.update(check_trusted_certificate=True, sip_check_certificate=False)
    assert (sip.context().verify_mode, web.context().verify_mode) == (0, 2)


async def test_a_template_of_https_says_at_once_which_setting_is_missing():
    bench = Bench(check_trusted_certificate=True)
    (text,) = bench.warnings("https://web.test/x https://localhost/y")
    assert "ca_certificate" in text and "check_trusted_certificate off" in text
    assert bench.warnings("http://web.test/x https://localhost/y") == []
    bench.options["ca_certificate"] = _PEM
    assert bench.warnings("https://web.test/x") == []
    bench.stop()
    bench = Bench(check_trusted_certificate=True, bundle=lambda: _PEM)
    assert bench.warnings("https://web.test/x") == []
    bench.stop()
