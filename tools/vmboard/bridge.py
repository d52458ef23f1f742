"""Between a serial line for mpremote and the VM, which ends with each reset and starts again."""

import fcntl
import os
import pathlib
import pty
import select
import signal
import subprocess
import termios
import tty

from tools import vm
from tools.vmboard import stand_ins

_BOOT = pathlib.Path(__file__).resolve().parent / "boot.py"


def _console(descriptor):
    """Make a terminal raw, but let Ctrl-C interrupt, as a serial console does on the chip."""
    tty.setraw(descriptor)
    mode = termios.tcgetattr(descriptor)
    mode[3] |= termios.ISIG | termios.NOFLSH
    mode[6][termios.VQUIT] = mode[6][termios.VSUSP] = b"\0"
    termios.tcsetattr(descriptor, termios.TCSANOW, mode)


class Bridge:
    """A board on `port`. `cut` bytes to the board, and its power goes away in the middle."""

    def __init__(self, image, link=None, heap="4wm", cut=None, program=None):
        self.image = str(image)
        self.heap = heap
        self.program = str(program or vm.vm_path())
        self.cut = cut
        self.received = 0
        self.starts = 0
        self.raw = False
        self.dead = False
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.port = os.ttyname(self.slave)
        self.link = link
        if link:
            if os.path.islink(link):
                os.unlink(link)
            os.symlink(self.port, link)
            self.port = link
        self.vm = self.line = None
        self._start(True)

    def _start(self, hard):
        line, other = pty.openpty()
        _console(other)
        mode = "raw" if self.raw and not hard else "main"
        self.vm = subprocess.Popen(
            [self.program, "-X", "heapsize=" + self.heap, "-i", str(_BOOT), self.image, mode],
            stdin=other,
            stdout=other,
            stderr=other,
            env={**os.environ, "MICROPYPATH": f"{stand_ins()}:.frozen", "TERM": "dumb"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  one call
        )
        os.close(other)
        self.line = line
        self.starts += 1
        if mode == "raw":
            os.write(line, b"\x01")

    def serve(self, until=lambda: False):
        """Carry bytes both ways until the power is cut or `until()` says so."""
        while not self.dead and not until():
            ready, _, _ = select.select([self.master, self.line], [], [], 0.2)
            if self.master in ready:
                self._to_board(os.read(self.master, 4096))
            if self.line in ready and not self.dead:
                self._from_board()

    def _to_board(self, data):
        if self.cut is not None and self.received + len(data) >= self.cut:
            data = data[: self.cut - self.received]
            self.dead = True
        self.received += len(data)
        for byte in data:
            self.raw = {1: True, 2: False}.get(byte, self.raw)
        while data:
            data = data[os.write(self.line, data) :]
        if self.dead:
            self.close()

    def _from_board(self):
        try:
            data = os.read(self.line, 4096)
        except OSError:
            data = b""
        if data:
            os.write(self.master, data)
            return
        os.close(self.line)
        hard = self.vm.wait() == -signal.SIGKILL
        if not hard:
            os.write(self.master, b"\r\nMPY: soft reboot\r\n")
        self._start(hard)

    def close(self):
        """Take the power away: nothing more reaches the flash."""
        self.dead = True
        if self.vm.poll() is None:
            self.vm.kill()
            self.vm.wait()
        for descriptor in (self.master, self.slave, self.line):
            try:
                os.close(descriptor)
            except OSError:
                pass
        if self.link and os.path.islink(self.link):
            os.unlink(self.link)
