"""What all peers have in common: found or skipped, started, waited for, stopped."""

import os
import shutil
import signal
import socket
import subprocess
import time

import pytest


def program(name):
    """Return a program's path; skip the test where it is missing."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if path is None:
        pytest.skip(f"{name} is missing; run 'make peers'")
    return path


def part(file, of):
    """Skip the test where `file`, a part of the peer `of`, is missing though the peer is there."""
    if not os.path.exists(file):
        pytest.skip(f"{of} is there without its {os.path.basename(file)}; run 'make peers'")


def until(what, seconds=10, message="", pause=0.02):
    """Ask until ``what()`` is true and return it; TimeoutError after the deadline."""
    end = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > end:
            raise TimeoutError(message() if callable(message) else message or "nothing came")
        time.sleep(pause)
    return found


def answers_sip(address, seconds=5):
    """Wait until something at (ip, port) answers an OPTIONS over UDP; return the answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.1)
        sock.bind((address[0], 0))
        own = "%s:%d" % sock.getsockname()
        text = (
            f"OPTIONS sip:{address[0]}:{address[1]} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{own}\r\nMax-Forwards: 5\r\n"
            f"From: <sip:test@{own}>;tag=1\r\nTo: <sip:{address[0]}>\r\nCall-ID: up@{own}\r\n"
            "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        ).encode()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                sock.sendto(text, address)
                return sock.recv(4096)
            except OSError:
                continue
    raise TimeoutError(f"nothing answers at {address}")


class Peer:
    """A process of somebody else's program; what it prints goes to a file in `folder`."""

    def __init__(self, folder, words, prefix=(), name=None, **popen):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / f"{name or words[0].rpartition('/')[2]}.txt"
        self._output = open(self.path, "ab")
        self.process = subprocess.Popen(
            [*prefix, *words],
            cwd=folder,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **popen,
        )

    def said(self):
        """Return what it has printed."""
        return self.path.read_text(errors="replace")

    def stop(self, how=signal.SIGKILL):
        """End it and what it has started; return its exit status."""
        try:
            os.killpg(self.process.pid, how)
        except ProcessLookupError:
            pass
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            status = self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()
        self._output.close()
        return status
