"""JSON objects of others: MicroPython takes names that are no texts, this module does not."""

import json


def read(text):
    """Return the {str: value} of a JSON object, a text or bytes; ValueError where it is none."""
    try:
        tree = json.loads(text)
    except (TypeError, RuntimeError):  # the latter: nested too deep
        raise ValueError("no JSON")
    if not isinstance(tree, dict) or not all(isinstance(name, str) for name in tree):
        raise ValueError("no JSON object")
    return tree
