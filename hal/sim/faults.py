"""Faults of the simulated board, switched on and off while the phone runs.

Those of the network are in `hal.network.sim_faults`; ``module`` unplugs the expansion module,
``power_cut`` stops the storage in the middle of the next write, ``system_memory`` leaves the
system next to none; ``poller`` makes asyncio's poller raise EIO once, as it does on a chip whose
system is out of memory, ``poller_dead`` again and again; ``speaker`` and ``microphone``, of a
phone with ``--audio``, give no sign of life.
"""

import asyncio
from errno import EIO

_HERE = (
    "module", "power_cut", "system_memory", "poller", "poller_dead", "speaker", "microphone"
)  # fmt: skip


def fault(parts, storage, name, on):
    """Switch a fault; ValueError names those that there are."""
    network = parts.network
    if name in network.FAULTS:
        network.fault(name, on)
    elif name == "module":
        parts.module.unplugged = parts.lamps.unplugged = on
    elif name == "power_cut":
        storage.cut_after = 1 if on else None
    elif name == "system_memory":
        parts.memory.gone = on
    elif name in ("poller", "poller_dead"):
        poller(on, name == "poller")
    elif name in ("speaker", "microphone"):
        parts.sound.kill(name, on)
    else:
        names = ", ".join(network.FAULTS + _HERE)
        raise ValueError("there is no fault '%s'; it takes one of %s" % (name, names))


def poller(on, once):
    """Let the loop's next wait for its sockets, or each, raise OSError(EIO)."""
    queue = asyncio.core._io_queue
    if not hasattr(queue, "sound_wait"):
        queue.sound_wait = queue.wait_io_event

    def broken(delay):
        if once:
            queue.wait_io_event = queue.sound_wait
        raise OSError(EIO)

    queue.wait_io_event = broken if on else queue.sound_wait
