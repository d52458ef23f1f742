"""The queue of what is to be sent: bounded, the oldest gives way.

Loaded by an event that has something to send, before `actions.sender`, which is loaded when the
code of whatever caused the event may have left the heap again. What waits has 16 KB at most,
however many entries are allowed.
"""

from actions.expand import expand
from base.compat import const

_BYTES = const(16384)

# places in a row of counters; 2xx to 5xx follow from 6
_QUEUED = const(0)
_DROPPED = const(5)


def append(actions, targets, name, context, done):
    """Expand `targets` for event or key `name`, append them, start what may be started."""
    queue = actions.queue
    if done and len(targets) > 1:
        from actions.extras import together

        done = together(done, len(targets))
    for target in targets:
        count(actions, name, _QUEUED)
        entry = (name, target, "", done, 0)
        try:
            path = expand(actions, target, context)
            room = _BYTES - len(path) - sum(len(x[2]) for x in queue)
            size = actions.options.get("action_url_queue") or 32
            while queue and (len(queue) >= size or room < 0):
                room += len(queue[0][2])
                drop(actions, queue.pop(0))
            entry = (name, target, path, done, 0)
            queue.append(entry)
            actions.wake()
        except MemoryError:  # a call must not end for want of it
            if entry not in queue:
                drop(actions, entry)


def drop(actions, entry):
    """Give up an entry that was not sent: the queue is full, or the memory."""
    actions.log(1, "Queue full, dropped %s for %s", entry[0], entry[1][1])
    count(actions, entry[0], _DROPPED)
    if entry[3]:
        entry[3](False)


def count(actions, name, what):
    """Count for `name` and in total."""
    for row in (name, "total"):
        if row not in actions.counts:
            actions.counts[row] = [0] * 10
        actions.counts[row][what] += 1
