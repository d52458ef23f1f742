"""The names and short texts that a phone interns in its first call, in a file for its start.

MicroPython keeps them for good, in small pieces wherever the heap has room, and now and then it
wants 4.5 KB in one piece for their table. Interned at the start (`hal.reserve`), all of them lie
together below everything else, and no call has to find that piece.
"""

import os
import subprocess

from tools import vm

FILE = "words.txt"
# What each phone loads until its first call is over; words of others may never be needed
_COMMON = (
    "base.timers base.dns base.log hal.net hal.connect hal.platform hal.storage sip.accounts "
    "sip.agent sip.registration sip.registered sip.request sip.transaction sip.inbound "
    "sip.server sip.arriving sip.incoming sip.call sip.sdp actions.dispatcher actions.queue "
    "actions.expand actions.sender actions.http actions.template offhook.start offhook.boot "
    "offhook.identities offhook.changes offhook.panel offhook.rarereports offhook.incoming "
    "offhook.calls offhook.keys offhook.lampstates offhook.ringing offhook.variables "
    "offhook.dates offhook.idlescreen offhook.callscreen offhook.store offhook.catalogue "
    "offhook.text_en offhook.console offhook.commands"
)
_SCRIPT = """
import micropython
micropython.qstr_info(1)
print("=====")
for name in %r:
    __import__(name)
micropython.qstr_info(1)
"""


def words(app, plan):
    """Return the words of the compiled software in `app`, whose names `plan` has squeezed."""
    names = [plan.get(dotted, dotted) for dotted in _COMMON.split()]
    done = subprocess.run(
        [vm.vm_path(), "-c", _SCRIPT % (list(dict.fromkeys(names)),)],
        cwd=app,
        env={**os.environ, "MICROPYPATH": ".:.frozen"},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = (
        [x[2:-1] for x in part.split("\n") if x.startswith("Q(") and x.endswith(")")]
        for part in done.stdout.split("=====\n")
    )
    found = [x for x in after if x not in before and len(x) > 1 and x.isprintable()]
    return [x for x in found if not x.endswith(".mpy") or x.startswith("/app/")]
