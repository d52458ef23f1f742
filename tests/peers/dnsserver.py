"""A name server of a few lines for A, SRV and NAPTR, told what to say by the test."""

import socket
import struct
import threading

_KINDS = {1: "A", 33: "SRV", 35: "NAPTR"}


def _name(text):
    labels = [x.encode() for x in text.rstrip(".").split(".") if x]
    return b"".join(bytes([len(x)]) + x for x in labels) + b"\0"


def _text(value):
    return bytes([len(value)]) + value.encode()


def _data(kind, value):
    if kind == "A":
        return socket.inet_aton(value)
    if kind == "SRV":
        priority, weight, port, target = value
        return struct.pack("!HHH", priority, weight, port) + _name(target)
    order, preference, flags, service, target = value
    head = struct.pack("!HH", order, preference)
    return head + _text(flags) + _text(service) + _text("") + _name(target)


class NameServer:
    """Answers from `zone`: (name, kind) -> list of values; silent while `silent` is set.

    Values: "A" "1.2.3.4"; "SRV" (priority, weight, port, target);
    "NAPTR" (order, preference, flags, service, target). `ttl` is in seconds.
    """

    def __init__(self, ip="127.0.0.1", port=53, ttl=60):
        self.zone = {}
        self.silent = False
        self.ttl = ttl
        self.asked = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ip, port))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                data, address = self._socket.recvfrom(2048)
            except OSError:
                return
            if not data:
                return
            if not self.silent:
                self._socket.sendto(self._answer(data), address)

    def _answer(self, data):
        labels, index = [], 12
        while size := data[index]:
            labels.append(data[index + 1 : index + 1 + size].decode())
            index += 1 + size
        number = struct.unpack_from("!H", data, index + 1)[0]
        name, kind = ".".join(labels).lower(), _KINDS.get(number, str(number))
        self.asked.append((name, kind))
        values = self.zone.get((name, kind), [])
        known = any(x == name for x, _ in self.zone)
        head = data[:2] + struct.pack("!HHHHH", 0x8580 | (0 if known else 3), 1, len(values), 0, 0)
        out = head + data[12 : index + 5]
        for value in values:
            raw = _data(kind, value)
            out += b"\xc0\x0c" + struct.pack("!HHIH", number, 1, self.ttl, len(raw)) + raw
        return out

    def stop(self):
        """Stop serving."""
        own = self._socket.getsockname()
        self._socket.sendto(b"", own)
        self._thread.join(5)
        self._socket.close()
