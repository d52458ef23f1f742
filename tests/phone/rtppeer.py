"""A place on loopback that voice is sent to: it says a tone, and counts what comes (A-law)."""

import math
import socket
import struct
import threading
import time

from media.g711 import ALAW

_SDP = (
    "v=0\r\no=- 1 {version} IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8\r\na={direction}\r\n"
)
_FRAME = 160
_CODES = {size: code for code, size in enumerate(ALAW)}


def _code(sample):
    """Return the A-law code nearest to `sample`."""
    return min(_CODES.items(), key=lambda pair: abs(pair[0] - sample))[1]


class Rtp:
    """A socket at `ip` that gets packets; what it says, once it has been told whom, is `hz`."""

    def __init__(self, hz, ip="127.0.0.1", ssrc=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ip, 0))
        self.ip, self.port = self.socket.getsockname()
        self.packets = []  # what came, whoever sent it
        self.to = None  # (ip, port) that it speaks to
        self._ssrc = ssrc or hz
        self._came = threading.Condition()
        wave = [_code(8000 * math.sin(2 * math.pi * hz * i / 8000)) for i in range(_FRAME)]
        self._frame = bytes(wave)  # a multiple of 50 Hz goes on without a step
        self._over = threading.Event()
        for job in (self._listen, self._speak):
            threading.Thread(target=job, daemon=True).start()

    def sdp(self, direction="sendrecv", version=1):
        """Return the description of this place."""
        return _SDP.format(version=version, ip=self.ip, port=self.port, direction=direction)

    def _listen(self):
        while True:
            try:
                data = self.socket.recv(2048)
            except OSError:
                return
            with self._came:
                self.packets.append(data)
                self._came.notify_all()

    def _speak(self):
        due, number = time.monotonic(), 0
        while not self._over.is_set():
            if self.to:
                head = struct.pack(">BBHII", 0x80, 8, number, _FRAME * number, self._ssrc)
                try:
                    self.socket.sendto(head + self._frame, self.to)
                except OSError:
                    return
                number += 1
            due += 0.02
            self._over.wait(max(0, due - time.monotonic()))

    def wait(self, more, seconds=20):
        """Wait until so many `more` packets have come."""
        with self._came:
            wanted = len(self.packets) + more
            if not self._came.wait_for(lambda: len(self.packets) >= wanted, seconds):
                raise TimeoutError(f"{len(self.packets)} packets of {wanted}")

    def sources(self):
        """Return the SSRCs of what came."""
        return {x[8:12] for x in self.packets}

    def numbers(self):
        """Return the sequence numbers of what came."""
        return [int.from_bytes(x[2:4], "big") for x in self.packets]

    def close(self):
        """Be silent and deaf."""
        self._over.set()
        self.socket.close()
