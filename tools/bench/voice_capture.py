"""Captures voice on an interface with the kernel's times, and tells the gaps between packets."""

import contextlib
import secrets
import socket
import statistics
import struct
import threading

PASSWORD = secrets.token_urlsafe(9)
_ALL = 0x0003  # ETH_P_ALL
_TIMES = 35  # SO_TIMESTAMPNS
_OUTGOING = 4
_VOICE = 100  # bytes of UDP that voice has at least: DTMF and reports are shorter


class Capture:
    """Keeps (seconds, source port, target port) of voice from `with` to its end."""

    def __init__(self, interface):
        self.packets = []
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL))
        self._socket.bind((interface, _ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, _TIMES, 1)
        self._socket.settimeout(0.2)
        self._over = False

    def __enter__(self):
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over = True
        self._thread.join()
        self._socket.close()

    def _run(self):
        while not self._over:
            with contextlib.suppress(TimeoutError):
                data, times, _, about = self._socket.recvmsg(2048, 64)
                if about[2] == _OUTGOING:  # the loopback shows each packet twice
                    self._take(data[14:], times)

    def _take(self, data, times):
        if len(data) < 28 + _VOICE or data[0] != 0x45 or data[9] != socket.IPPROTO_UDP:
            return
        if data[28] >> 6 != 2 or 192 <= data[29] <= 223:
            return
        seconds, ns = struct.unpack("qq", times[0][2][:16])
        source, target = struct.unpack(">HH", data[20:24])
        self.packets.append((seconds + ns / 1e9, source, target))

    def gaps(self, which):
        """Return the ms between two packets for which ``which(source, target)`` is true."""
        times = [x[0] for x in self.packets if which(x[1], x[2])]
        return [(times[i + 1] - times[i]) * 1000 for i in range(len(times) - 1)]


def percentiles(gaps):
    """Return (median, 95th percentile, the longest) of some gaps."""
    ordered = sorted(gaps) or [0.0]
    return statistics.median(ordered), ordered[int(len(ordered) * 0.95)], ordered[-1]
