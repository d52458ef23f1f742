"""Runs one unit test file inside the MicroPython VM; started by tests/plugin.py."""

import asyncio
import io
import json
import sys


def main(path):
    """Run each test of the file at `path` and print a JSON line for it."""
    import support

    name = path.split("/")[-1][:-3]
    sys.path.insert(0, path[: -len(name) - 4])
    module = __import__(name)
    for test in dir(module):
        if not test.startswith("test_"):
            continue
        outcome, text = "passed", ""
        try:
            got = getattr(module, test)()
            if hasattr(got, "send"):
                asyncio.new_event_loop()
                asyncio.run(got)
        except support.Skip as reason:
            outcome, text = "skipped", str(reason)
        except BaseException as error:
            out = io.StringIO()
            sys.print_exception(error, out)
            outcome, text = "failed", out.getvalue()
        print("@RESULT " + json.dumps({"test": test, "outcome": outcome, "text": text}))


main(sys.argv[1])
