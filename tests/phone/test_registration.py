"""What a phone tells of its registration, up to its last word."""

import pytest
from webserver import WebServer, hang

from tools.registrar import Registrar


@pytest.mark.parametrize("face", [None, hang])
def test_log_off_is_told_once_when_the_phone_quits(phones, face):
    server = WebServer()
    phone = phones(
        "100",
        user_host1=f"127.0.0.1:{Registrar().port}",
        user_register1="on",
        action_log_on_url=server.url + "/on",
        action_log_off_url=server.url + "/off",
    )
    server.wait(1)
    if face:
        server.face = face  # the end does not wait for ever
    assert phone.stop() == 0
    assert server.wait(2) == ["/on", "/off"]
    server.close()
