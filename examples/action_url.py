"""The Action URL room alone: an event of one's own becomes a GET. WiFi or LAN is up before.

mpremote mip install github:OWNER/offhook/packages/actions
mpremote run action_url.py
"""

import asyncio
import random

import network

from actions.actions import Actions
from base.compat import Ticks
from base.timers import Timers
from hal.network.interface import Network
from net.http import Client
from net.resolver import Resolver


class Options(dict):  # settings by name: the defaults will do
    def spec(self, name):
        raise KeyError(name)  # no setting may stand in a template


def log(level, text, *values):
    print(text % values)


async def main(url="http://192.0.2.10/door.php?who=$remote"):
    net, timers = Network(network.WLAN(network.WLAN.IF_STA), {}.get, log), Timers(Ticks())
    resolver = Resolver(net, Ticks(), random.getrandbits)
    client = Client(net, resolver, timers, None, log, lambda: "door/1.0")
    actions = Actions(net, client, timers, Options(), lambda name, argument, who: who, log)
    asyncio.create_task(timers.serve())
    await net.start()
    actions.set("door", url)
    actions.fire("door", "Jane Doe")
    await asyncio.sleep(5)


if __name__ == "__main__":
    asyncio.run(main())
