"""The host's sound card for a simulated phone (``--audio device``): programs that are there.

The phone's VM sends what it plays as blocks of 16 ms over loopback, and gets what was recorded the
same way. ALSA's aplay and arecord are used, else PulseAudio's pacat and parec, else SoX.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import threading

_BLOCK = 512  # bytes: 256 samples of 16 bits at 16 kHz
_PIPE = 4096  # bytes of a pipe, the least that Linux gives: 128 ms
_RAW = ("-t", "raw", "-f", "S16_LE", "-r", "16000", "-c", "1")
_PULSE = ("--raw", "--format=s16le", "--rate=16000", "--channels=1", "--latency-msec=40")
_SOX = ("-q", "-t", "raw", "-r", "16000", "-e", "signed", "-b", "16", "-c", "1")
_PROGRAMS = (  # plays its standard input; writes what it records
    (
        ("aplay", "-q", *_RAW, "--buffer-time=100000", "--period-time=16000", "-"),
        ("arecord", "-q", *_RAW, "--buffer-time=100000", "--period-time=16000", "-"),
    ),
    (("pacat", *_PULSE), ("parec", *_PULSE)),
    (("play", *_SOX, "-"), ("rec", *_SOX, "-")),
)


def programs():
    """Return the two commands; SystemExit says what is missing."""
    for both in _PROGRAMS:
        if all(shutil.which(command[0]) for command in both):
            return both
    raise SystemExit(
        "--audio device: there is neither aplay and arecord (package alsa-utils), nor pacat and "
        "parec (pulseaudio-utils), nor play and rec (sox)"
    )


class Card:
    """The sound card at UDP `port` of loopback; `start` begins, threads do the rest."""

    def __init__(self):
        self._play, self._record = programs()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._phone = None
        self._running = []

    def start(self):
        """Start both programs."""
        for command, work in ((self._play, self._playing), (self._record, self._recording)):
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
            if work == self._recording:
                pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
            process = subprocess.Popen(command, stderr=subprocess.PIPE, **pipes)
            self._running.append(process)
            threading.Thread(target=work, args=(process,), daemon=True).start()
            threading.Thread(target=self._watch, args=(process,), daemon=True).start()

    def _playing(self, process):
        pipe = process.stdin.fileno()
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
        os.set_blocking(pipe, False)  # a card that is slower than the phone drops blocks
        while True:
            try:
                block, self._phone = self._socket.recvfrom(_BLOCK)
            except OSError:
                continue  # the phone is not there yet
            try:
                os.write(pipe, block)
            except BlockingIOError:
                pass
            except OSError:
                return

    def _recording(self, process):
        while block := process.stdout.read(_BLOCK):
            if self._phone and len(block) == _BLOCK:
                try:
                    self._socket.sendto(block, self._phone)
                except OSError:
                    pass

    def _watch(self, process):
        said = process.stderr.read().decode("utf-8", "replace").strip()
        if process.wait() and process.returncode > 0:
            print(
                f"--audio device: {process.args[0]} has ended: {said[-300:] or 'no word why'}",
                file=sys.stderr,
            )

    def stop(self):
        """End both programs."""
        for process in self._running:
            process.terminate()
