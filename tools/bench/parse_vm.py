"""Times the phone's own parser, in CPython and in the MicroPython VM; started by signalling.py.

The INVITE is in the file named on the command line. Prints [parse, parse and access] in µs. With
the name of a file of modules behind it these are loaded before, as in a phone: each new text is
looked for among all names of the code that is loaded.
"""

import json
import sys
import time

from sip.message.message import parse
from sip.message.uri import uri_parts


def ticks():
    """Return µs."""
    return time.ticks_us() if hasattr(time, "ticks_us") else time.perf_counter_ns() // 1000


def access(data):
    """Parse, and read what a user agent reads of an INVITE."""
    message = parse(data)
    number, method = message.cseq()
    return (
        message.branch,
        message.tag("from"),
        uri_parts(message.parts("to")[1]).user,
        uri_parts(message.parts("contact")[1]).host,
        number,
        method,
        message.header("call-id"),
    )


def best(action, data, rounds=7, count=150):
    """Return the time of one call in µs: the fastest of several rounds."""
    fastest = None
    for _ in range(rounds):
        begin = ticks()
        for _ in range(count):
            action(data)
        took = (ticks() - begin) / count
        fastest = took if fastest is None else min(took, fastest)
    return fastest


def main(path, modules=None):
    """Print the two times."""
    if modules:
        with open(modules) as file:
            for name in file:
                __import__(name.strip())
    with open(path, "rb") as file:
        data = file.read()
    got = access(data)
    if got[0] != b"z9hG4bKbench1" or got[4] != 31:
        raise ValueError(got)
    print(json.dumps([best(parse, data), best(access, data)]))


main(*sys.argv[1:])
