"""Faults of chip and cable on the datagram sockets of a simulated network, while the phone runs.

``loss`` drops every fourth datagram either way, ``empty_datagram`` lets an empty datagram kill the
socket as lwIP does, ``grid`` wakes receivers on a 10 ms grid only, ``unplugged`` takes the network
away, ``nomem`` refuses every other datagram sent.
"""

import time

from base.compat import sleep_ms
from hal.poll import readable

FAULTS = ("loss", "empty_datagram", "grid", "unplugged", "nomem")


def infect(faults, sock):
    """Let `faults` ({name: True}) work on a `Datagram`, once; they are switched afterwards."""
    if hasattr(sock, "sick"):
        return
    sock.sick = True
    send, receive, count = sock.sendto, sock.recvfrom, [0]

    def dropped():
        count[0] += 1
        return faults.get("unplugged") or (faults.get("loss") and count[0] % 4 == 0)

    def sendto(data, address):
        if faults.get("unplugged") or (faults.get("nomem") and count[0] & 1):
            count[0] += 1
            return False
        return True if dropped() else send(data, address)

    async def recvfrom():
        while True:
            if faults.get("empty_datagram"):
                data, address = await mortal(sock)
            else:
                data, address = await receive()
            if faults.get("grid"):
                await sleep_ms(10 - time.ticks_ms() % 10)
            if not dropped():
                return data, address

    sock.sendto, sock.recvfrom = sendto, recvfrom


async def mortal(sock):
    """Receive as the chip does: an empty datagram kills the socket, and what waits in it."""
    while True:
        raw = sock.raw()
        await readable(raw)
        try:
            data, address = raw.recvfrom(4096)
        except OSError:
            continue
        if data:
            return data, sock.decode(address)
        sock.reopen()
