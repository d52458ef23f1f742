"""Network namespaces: this process moves into a new one, and children inherit it."""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import time

_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_UP_AND_RUNNING = 0x41
_libc = ctypes.CDLL(None, use_errno=True)


def interface_up(name):
    """Switch an interface of the current namespace on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", name.encode(), _UP_AND_RUNNING)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)


def unshare():
    """Move the calling thread into a new namespace with its loopback up; False without root."""
    if _libc.unshare(_NEWNET):
        return False
    interface_up("lo")
    return True


def _inode(pid):
    try:
        return os.stat(f"/proc/{pid}/ns/net").st_ino
    except OSError:
        return None


def _words(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")[:120]
    except OSError:
        return ""


class Namespace:
    """The namespace that this process is in, and the one that it came from."""

    def __init__(self, home):
        self._home = home
        self._own = os.stat("/proc/thread-self/ns/net").st_ino

    def pids(self):
        """Return the processes in it, without this one."""
        every = (int(x) for x in os.listdir("/proc") if x.isdigit())
        return [pid for pid in every if pid != os.getpid() and _inode(pid) == self._own]

    def leave(self):
        """Go back; kill what is left behind, and return its command lines."""
        end = time.monotonic() + 3
        while (left := [pid for pid in self.pids() if _words(pid)]) and time.monotonic() < end:
            time.sleep(0.02)  # a child that was told to stop may need a moment
        said = [_words(pid) for pid in left]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        if _libc.setns(self._home, _NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        os.close(self._home)
        return said


def enter_new():
    """Move into a new namespace; return it, None without root."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if os.geteuid() or not unshare():
        os.close(home)
        return None
    return Namespace(home)
