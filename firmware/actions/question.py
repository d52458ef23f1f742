"""An event that asks (the blacklist): its request goes at once and beside the queue."""

from actions.queue import Entry
from base.compat import const, spawn

_SECONDS = const(2)  # where the setting says nothing


def ask(sender, name, target, path, answer):
    """Send `target` for event `name`; ``answer(status)`` is called once, with 0 for no answer.

    That is within ``remote_blacklist_action_timer`` seconds.
    """
    sender.figures.count(name, "queued")
    spawn(_ask(sender, Entry(name, target, path), answer))


async def _ask(sender, entry, answer):
    seconds = sender.options.get("remote_blacklist_action_timer") or _SECONDS
    request, why = await sender.carry(entry, seconds)
    sender.finish(entry, request, why, question=True)
    answer(request.status)
