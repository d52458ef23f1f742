"""Whether this chip can hold the software, asked before it is loaded: it does not limp."""

from base.compat import const

_INTERNAL = const(600_000)  # bytes: no region inside the chip has so many, PSRAM has more


def refusal(board, frozen, regions):
    """Return why the software cannot run here and what would be right, None where it can.

    `board` has ``NAME``, ``FIRMWARE`` and ``FROZEN``; `frozen` says that the software is part of
    the firmware, `regions` is what esp32.idf_heap_info tells.
    """
    if frozen or any(region[0] > _INTERNAL for region in regions):
        return None
    if board.FROZEN:
        return "%s has no PSRAM: it needs the firmware of make firmware BOARD=%s" % (
            board.NAME,
            board.NAME,
        )
    return "no PSRAM seen: %s needs the firmware %s, not another variant" % (
        board.NAME,
        board.FIRMWARE,
    )


def fold(text, columns):
    """Return `text` in lines of at most `columns` characters, broken between words."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > columns:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return lines
