"""What strangers must not guess is drawn from the system, whatever the VM's random gives."""

import asyncio

from phonekit import phone
from support import raises

from base.drawn import drawn
from media.rtp import Sender
from offhook.provisioning.pnp import Search
from sip.message.message import parse


def test_a_number_has_as_many_bits_as_were_asked_for_and_all_of_them_are_drawn():
    for bits in (1, 7, 8, 14, 15, 16, 24, 32, 64):
        found = [drawn(bits) for _ in range(100)]
        assert 0 <= min(found) and max(found) < 1 << bits
        assert all(any(x >> bit & 1 for x in found) for bit in range(bits)), bits
        assert not all(x & 1 for x in found), bits


class Deaf:
    """A network in which nobody answers."""

    mac = "020000000001"

    def __init__(self):
        self.sent = []

    def address(self, peer=None):
        return "192.0.2.7"

    def udp(self, port):
        self.port = port
        return self

    def sendto(self, data, address):
        self.sent.append(parse(bytes(data)))

    async def recvfrom(self):
        raise OSError("nobody")

    def close(self):
        pass


def test_voice_and_plug_and_play_take_nothing_of_the_vms_random():
    """The platform of these phones always draws the same."""
    voices, searches = [], []
    for _ in range(3):
        made = phone()
        assert made.platform.random(32) == 5
        sender = Sender(made.voice.random, 160)
        voices += [sender.ssrc, sender.sequence << 32 | sender.high << 16 | sender.low]
        made.network = Deaf()
        with raises(OSError):
            asyncio.run(Search(made).run())
        asked = made.network.sent[0]
        branch = asked.header("via").partition("branch=")[2].partition(";")[0]
        searches += [asked.header("call-id"), asked.tag("from"), branch]
        assert 49152 <= made.network.port <= 65535
    assert len(set(voices)) == 6 and len(set(searches)) == 9
