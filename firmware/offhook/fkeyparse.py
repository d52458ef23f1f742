"""Which function keys there can be: refuses a setting ``fkey<idx>`` that could not work."""

TYPES = (
    "none line speed dest url keyevent dtmf transfer redirect autoanswer icom orbit blf"
).split()


def parse(text):
    """Return (context, type, argument); ValueError says what would be right."""
    words = text.split(None, 2)
    if not words:
        return None
    if len(words) == 1 and words[0] == "none":
        return "active", "none", ""
    if len(words) < 2:
        raise ValueError("'%s' does not fit; write CONTEXT TYPE ARGUMENT" % text[:40])
    context, kind = words[0], words[1]
    if context != "active" and not (context.isdigit() and 1 <= int(context) <= 12):
        raise ValueError(
            "context '%s' does not fit; it is active or an identity's number" % context
        )
    if kind not in TYPES:
        raise ValueError("type '%s' does not fit; it takes one of %s" % (kind, ", ".join(TYPES)))
    argument = words[2].strip() if len(words) > 2 else ""
    if not argument and kind in ("speed", "dest", "url", "keyevent", "dtmf", "icom", "blf"):
        raise ValueError("type %s wants an argument" % kind)
    return context, kind, argument
