"""What the web side may do: the words of the console that it is handed, and no others."""

from offhook.console import words

# Those that only look; the others change something, and are asked for with POST
_READS = (
    "help status version log counters calls display lamps keys ram find get show groups group "
    "actions preview fkeys lists provisioning"
).split()
_WRITES = "set unset take press hook dial test_url update provision reset reboot".split()


class Words:
    """`reads` and `writes` are {word: function(rest)} for `phone`; see `web.interface`."""

    def __init__(self, phone):
        self.reads = {name: _bound(phone, name) for name in _READS}
        self.writes = {name: _bound(phone, name) for name in _WRITES}


def _bound(phone, name):
    function = words.find(name).function

    def run(rest):
        phone.timers.run()  # what is due is done first: no answer tells of half an event
        return function(phone, rest)

    return run
