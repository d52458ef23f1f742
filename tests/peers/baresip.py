"""baresip without a screen, driven over its control port."""

import json
import pathlib
import socket
import subprocess
import time

from tests.peers.peer import Peer, part, program
from tools.control import free_ports

_CONFIG = """\
poll_method epoll
sip_listen {ip}:{port}
{certificate}
net_interface {ip}
call_local_timeout 60
call_max_calls 4
audio_player aubridge,{player}
audio_source {source}
audio_alert aubridge,nil
rtp_ports 20000-20200
{buffers}
rtp_stats no
module_path {modules}
module stdio.so
module g711.so
module g722.so
module ausine.so
module aubridge.so
{srtp}
{recorder}
module_app account.so
module_app menu.so
module ctrl_tcp.so
ctrl_tcp_listen {ip}:{control}
"""

_SMALL = "jitter_buffer_delay 1-5\naudio_buffer 20-40"  # frames of 20 ms, ms
_LOOP = "aubridge,loop\nausrc_srate 8000\nausrc_channels 1\nauplay_srate 8000\nauplay_channels 1"
_SINE = "ausine,440\nausrc_srate 48000\nausrc_channels 2"
_SPEECH = "aufile,{}\nausrc_srate {}\nausrc_channels 1\nauplay_srate {}\nauplay_channels 1"
_RECORDER = "module aufile.so\nmodule sndfile.so\nsnd_path {}"


def _modules_path():
    for path in pathlib.Path("/usr").glob("lib*/**/baresip/modules"):
        return path
    return ""


class Baresip(Peer):
    """A running baresip with one identity. `events` are what its control port has told.

    With `speech` it speaks a file, of `rate` Hz; with `loop` it says what it hears; `small` gives
    it buffers as small as they go.
    """

    def __init__(self, folder, user="200", ip="127.0.0.1", account="regint=0", **more):
        folder.mkdir(parents=True, exist_ok=True)
        # TLS takes the port after SIP's own
        self.port, self._control_port = free_ports(2)
        self.ip, self.user = ip, user
        self.address = f"{ip}:{self.port}"
        host = more.get("host") or self.address
        certificate, speech = more.get("certificate"), more.get("speech")
        rate = more.get("rate", 8000)
        config = _CONFIG.format(
            ip=ip,
            port=self.port,
            control=self._control_port,
            modules=_modules_path(),
            player="loop" if more.get("loop") else "nil",
            buffers=_SMALL if more.get("small") else "",
            source=_SPEECH.format(speech, rate, rate)
            if speech
            else _LOOP
            if more.get("loop")
            else _SINE,
            recorder=_RECORDER.format(more["dumps"]) if "dumps" in more else "",
            srtp="module srtp.so" if "mediaenc" in account else "",
            certificate=f"sip_certificate {certificate}" if certificate else "",
        )
        for line in config.splitlines():
            if line.startswith(("module ", "module_app ")):
                part(f"{_modules_path()}/{line.split()[1]}", "baresip")
        (folder / "config").write_text(config)
        codecs = "audio_codecs=" + more.get("codecs", "PCMU/8000/1,PCMA/8000/1")
        transport = ";transport=" + more["transport"] if "transport" in more else ""
        (folder / "accounts").write_text(f"<sip:{user}@{host}{transport}>;{account};{codecs}\n")
        (folder / "contacts").write_text("")
        self.events, self._buffer, self._number = [], b"", 0
        words = [*more.get("prefix", ()), program("baresip"), "-4", "-f", str(folder)]
        super().__init__(folder, words, stdin=subprocess.PIPE)
        self._socket = self._connect()

    def _connect(self, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                return socket.create_connection((self.ip, self._control_port), 1)
            except OSError:
                time.sleep(0.02)
        text = self.said()
        self.stop()
        raise RuntimeError(f"baresip did not start:\n{text[-3000:]}")

    def _read(self, seconds):
        """Return the next message, None when none comes in time."""
        end = time.monotonic() + seconds
        while True:
            size, colon, rest = self._buffer.partition(b":")
            if colon and len(rest) > int(size):
                self._buffer = rest[int(size) + 1 :]
                return json.loads(rest[: int(size)])
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                return None
            if not data:
                raise EOFError("baresip closed its control port")
            self._buffer += data

    def ask(self, command, params="", seconds=5):
        """Send a command; return its answer's text. It must have been carried out."""
        self._number += 1
        token = str(self._number)
        text = json.dumps({"command": command, "params": params, "token": token}).encode()
        self._socket.sendall(b"%d:%s," % (len(text), text))
        end = time.monotonic() + seconds
        while message := self._read(end - time.monotonic()):
            if message.get("event"):
                self.events.append(message)
            elif message.get("token") == token:
                assert message["ok"], message
                return message.get("data", "")
        raise TimeoutError(f"baresip did not answer {command}")

    def wait(self, kind, seconds=10, **wanted):
        """Wait for an event such as "CALL_ESTABLISHED"; forget it and what came before it."""
        end = time.monotonic() + seconds
        seen = []
        while True:
            while self.events:
                event = self.events.pop(0)
                seen.append((event.get("type"), event.get("param")))
                if event.get("type") == kind and all(event.get(k) == v for k, v in wanted.items()):
                    return event
            message = self._read(end - time.monotonic())
            if message is None:
                raise TimeoutError(f"no {kind}, but {seen}\n{self.said()[-2000:]}")
            if message.get("event"):
                self.events.append(message)

    def type(self, text):
        """Type into its standard input: digits are sent as DTMF during a call."""
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def stop(self, *how):
        """End it at once; it has no state worth waiting for."""
        if getattr(self, "_socket", None):
            self._socket.close()
        return super().stop(*how)
