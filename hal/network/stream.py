"""One TCP connection, over TLS where that is asked for, as asyncio's streams."""

import asyncio
import select
import socket
from errno import ECONNREFUSED, EHOSTUNREACH, EINPROGRESS

from hal.poll import writable


async def connect(network, ip, port, tls=None, server_hostname=None):
    """Return asyncio's (reader, writer); `ip` is dotted. Raises OSError.

    Cancelled or refused, it leaves no socket behind.
    """
    if not network.up:
        raise OSError(EHOSTUNREACH)
    sock = network.socket(socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        try:
            sock.connect(network.encode((ip, port)))
        except OSError as error:
            if error.errno != EINPROGRESS:
                raise
        await writable(sock)
        poller = select.poll()
        # The ESP32's sockets tell of an error only where POLLHUP is asked for
        poller.register(sock, select.POLLOUT | select.POLLERR | select.POLLHUP)
        for _, event in poller.poll(0):
            if event & (select.POLLERR | select.POLLHUP):
                raise OSError(ECONNREFUSED)
        wrapped = sock
        if tls:
            wrapped = tls.wrap_socket(
                sock, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            wrapped.setblocking(False)
    except BaseException:
        sock.close()
        raise
    stream = asyncio.StreamReader(wrapped)  # both ends, on MicroPython
    return stream, stream
