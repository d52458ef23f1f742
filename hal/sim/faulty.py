"""Faults of chip, cable and storage, switched on while the phone runs; loaded by the first one.

``loss`` drops every fourth datagram either way, ``empty_datagram`` lets an empty datagram kill the
socket as lwIP does, ``grid`` wakes receivers on a 10 ms grid only, ``unplugged`` takes the network
away, ``nomem`` refuses every other datagram sent; ``module`` unplugs the expansion module,
``power_cut`` stops the storage in the middle of the next write.
"""

import time

from base.compat import sleep_ms
from hal.network.datagram import readable

FAULTS = ("loss", "empty_datagram", "grid", "unplugged", "nomem")


class PowerCut(OSError):
    """The power went away; nothing after this reaches the disk."""


def fault(parts, storage, name, on):
    """Switch a fault; ValueError names those that there are."""
    network = parts.network
    if name in FAULTS:
        network.faults[name] = on
        for sock in network.sockets:
            infect(network, sock)
        network.plug(not network.faults.get("unplugged"))
    elif name == "module":
        parts.module.unplugged = parts.lamps.unplugged = on
    elif name == "power_cut":
        cut(storage, on)
    else:
        names = ", ".join(FAULTS + ("module", "power_cut"))
        raise ValueError("there is no fault '%s'; it takes one of %s" % (name, names))


def cut(storage, on):
    """Let each write stop half-way, before its rename, and each append too."""

    def write(name, data):
        with open(storage.root + "/" + name + ".new", "wb") as file:
            file.write(data[: len(data) // 2])
        raise PowerCut(5, "power cut")

    def append(name, data):
        with open(storage.root + "/" + name, "ab") as file:
            file.write(data[: len(data) // 2])
        raise PowerCut(5, "power cut")

    if on:
        storage.write, storage.append = write, append
    elif "write" in storage.__dict__:
        del storage.write
        del storage.append


def infect(network, sock):
    """Let the faults of `network` work on one of its datagram sockets, once."""
    if hasattr(sock, "sick"):
        return
    sock.sick = True
    faults, send, receive, count = network.faults, sock.sendto, sock.recvfrom, [0]

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
