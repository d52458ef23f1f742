"""Dial plans: patterns of numbers that are complete and are dialled at once.

Patterns are separated by ``|``: a digit stands for itself, ``x`` for any digit, ``[1-5]`` for a
range or set, ``.`` repeats what stands before it. ``1xx|0[1-9]xxxxxx|11[02]``.
"""


def _tokens(pattern):
    """Return [(digits, repeats)] of one pattern."""
    tokens, index = [], 0
    while index < len(pattern):
        character = pattern[index]
        if character == "[":
            end = pattern.find("]", index)
            if end < 0:
                raise ValueError("'[' without ']'")
            tokens.append([_set(pattern[index + 1 : end]), False])
            index = end
        elif character == "." and tokens:
            tokens[-1][1] = True
        elif character in "xX":
            tokens.append(["0123456789", False])
        elif character in "0123456789*#+":
            tokens.append([character, False])
        else:
            raise ValueError("'%s' does not fit" % character)
        index += 1
    return tokens


def _set(text):
    digits = ""
    while text:
        if len(text) > 2 and text[1] == "-":
            digits += "".join(chr(c) for c in range(ord(text[0]), ord(text[2]) + 1))
            text = text[3:]
        else:
            digits, text = digits + text[0], text[1:]
    return digits


def check(plan):
    """Raise ValueError when the plan cannot be read."""
    for pattern in plan.split("|"):
        _tokens(pattern.strip())


def complete(plan, number):
    """Return True when `number` is complete; an open pattern (``.``) waits for the timeout."""
    for pattern in plan.split("|"):
        tokens = _tokens(pattern.strip())
        if len(tokens) == len(number) and not any(repeats for _, repeats in tokens):
            if all(digit in token[0] for digit, token in zip(number, tokens)):  # noqa: B905
                return True
    return False
