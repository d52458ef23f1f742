"""Times the phone's own parser, in CPython and in the MicroPython VM; started by signalling.py.

The INVITE is in the file named on the command line. Prints [parse, parse and access] in µs.
"""

import json
import sys
import time

from sip.message.fields import param, split, via
from sip.message.message import parse
from sip.message.uri import name_addr, uri_parts


def ticks():
    """Return µs."""
    return time.ticks_us() if hasattr(time, "ticks_us") else time.perf_counter_ns() // 1000


def access(data):
    """Parse, and read what a user agent reads of an INVITE."""
    message = parse(data)
    number, method = message.cseq()
    return (
        param(via(split(message.header("via"), ",")[0])[3], "branch"),
        message.tag("from"),
        uri_parts(name_addr(message.header("to"))[1])[1],
        uri_parts(name_addr(message.header("contact"))[1])[2],
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


def main(path):
    """Print the two times."""
    with open(path, "rb") as file:
        data = file.read()
    got = access(data)
    if got[0] != "z9hG4bKbench1" or got[4] != 31:
        raise ValueError(got)
    print(json.dumps([best(parse, data), best(access, data)]))


main(sys.argv[1])
