"""Snom's plug and play: one asks a multicast group, and who knows tells the settings' URL.

A SUBSCRIBE for the package ``ua-profile`` (RFC 6080) goes to 224.0.1.75, and the URL comes in the
body of a NOTIFY, ``application/url``. It is no more than that: two datagrams there, two back.
"""

import asyncio

from base.compat import const, wait_for_ms
from base.drawn import drawn
from base.version import VERSION
from net.url import parse
from sip.message.message import encode
from sip.message.message import parse as parse_message

GROUP = ("224.0.1.75", 5060)
_TRIES = (1000, 2000, 3000)  # ms that one waits after each
_PORTS = const(49152)  # the first of those for such use
_BITS = const(14)  # of a port above it
_LONGEST = const(256)  # characters of a URL
_EVENT = 'ua-profile;profile-type="device";vendor="OEM";model="%s";version="%s"'
_COPIED = ("via", "from", "to", "call-id", "cseq")


class Search:
    """One search of `phone`, by its network; only who has got its question can answer it."""

    def __init__(self, phone):
        self._phone = phone
        self._port = 0
        self._call = _hex() + _hex()
        self._tag = _hex()
        self._branch = "z9hG4bK" + _hex()
        self._sock = None

    async def run(self):
        """Return the URL that a server tells, "" where none does."""
        self._open()
        try:
            for wait in _TRIES:
                self._sock.sendto(self._request(), GROUP)
                try:
                    return await wait_for_ms(self._answer(), wait)
                except asyncio.TimeoutError:
                    pass
            return ""
        finally:
            self._sock.close()

    def _open(self):
        """Bind a port whose number is known: it stands in Contact, where the NOTIFY goes."""
        for attempt in range(4):
            self._port = _PORTS + drawn(_BITS)
            try:
                self._sock = self._phone.network.udp(self._port)
                return
            except OSError:
                if attempt == 3:
                    raise

    def _request(self):
        phone = self._phone
        own = "%s:%d" % (phone.network.address(GROUP[0]), self._port)
        mac = phone.settings.get("mac") or phone.network.mac
        uri = "sip:MAC%%3a%s@%s" % (mac, GROUP[0])
        event = _EVENT % (phone.settings.get("phone_type"), VERSION)
        return encode(
            "SUBSCRIBE %s SIP/2.0" % uri,
            (
                ("Via", "SIP/2.0/UDP %s;branch=%s;rport" % (own, self._branch)),
                ("Max-Forwards", "20"),
                ("From", "<%s>;tag=%s" % (uri, self._tag)),
                ("To", "<%s>" % uri),
                ("Call-ID", self._call),
                ("CSeq", "1 SUBSCRIBE"),
                ("Contact", "<sip:%s>" % own),
                ("Event", event),
                ("Expires", "0"),
                ("Accept", "application/url"),
                ("User-Agent", phone.agent_name()),
            ),
        )

    async def _answer(self):
        """Return the URL of the first NOTIFY that is ours and has one."""
        while True:
            data, address = await self._sock.recvfrom()
            try:
                message = parse_message(data)
            except ValueError:
                continue
            if message.method != "NOTIFY" or message.controls or message.fault:
                continue
            if message.header("call-id") != self._call:
                continue
            headers = [(k, v) for k, v in message.headers if k in _COPIED]
            self._sock.sendto(encode("SIP/2.0 200 OK", headers), address)
            url = _url(message.body)
            if url:
                return url


def _url(body):
    """Return the URL in a body, "" for none that can be fetched."""
    try:
        text = body.decode().strip()
        words = text.split()
        text = words[0] if words else ""
        if len(text) > _LONGEST or not text.lower().startswith(("http://", "https://")):
            return ""
        parse(text.replace("{mac}", "0"))
        return text
    except ValueError:
        return ""


def _hex():
    return "%08x%08x" % (drawn(32), drawn(32))
