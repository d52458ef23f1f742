"""The SIP room alone: a user agent that answers every call. WiFi or LAN is up before, by boot.py.

mpremote mip install github:OWNER/offhook/packages/sip
mpremote run answer.py
"""

import asyncio
import random

import network

from base.compat import Ticks
from base.timers import Timers
from hal.network.interface import Network
from net.resolver import Resolver
from sip.account import Account
from sip.agent import Agent


def log(level, text, *values):
    print(text % values)


def heard(kind, call, **details):
    print(kind)
    if kind == "incoming":
        call.answer()


async def main(port=5060):
    net, timers = Network(network.WLAN(network.WLAN.IF_STA), {}.get, log), Timers(Ticks())
    resolver = Resolver(net, Ticks(), random.getrandbits)
    agent = Agent(net, timers, resolver, {}, heard, log, random.getrandbits, port)
    asyncio.create_task(timers.serve())
    await net.start()
    await agent.start()
    agent.add(Account(1, "100"))  # Account(1, "100", "pbx.example", "secret") registers
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main())
