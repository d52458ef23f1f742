"""Starting and stopping a user agent, its accounts, and what their new requests begin with.

Loaded when an account changes, or when one asks for something outside of a dialog.
"""

from base.compat import spare, spawn
from sip.dialog import Dialog


async def start(agent):
    """Open the transports."""
    from sip.transport.datagram import Transport

    agent.transport = Transport(agent.network, agent.log, agent.port, agent.timers, agent.settings)
    agent.transport.received(agent.received)
    spare(agent.forget)
    await agent.transport.start()


async def stop(agent):
    """Hang up, unregister, close the transports."""
    for call in list(agent.calls):
        call.hangup()
    for account in agent.accounts:
        if account.registration:
            await account.registration.stop()
    for transaction in list(agent.transactions.values()):
        transaction.end()
    await agent.transport.stop()


def add(agent, account):
    """Take an account in, and register it where it has a registrar."""
    account.network = agent.network
    agent.accounts.append(account)
    if account.register and account.host:
        from sip.registration.register import Registration

        account.registration = Registration(agent, account)
        former = agent.leaving.get(account.number)
        if former:
            former.heir = account.registration
        else:
            account.registration.start()


def remove(agent, account):
    """Let an account go; its registration is taken back in the background."""
    agent.accounts.remove(account)
    if account.registration:
        former = agent.leaving.get(account.number)
        if former:
            former.heir = None  # it has not begun
        else:
            agent.leaving[account.number] = account.registration
            spawn(account.registration.stop())


def network_changed(agent):
    """The network went away or came back, perhaps with another address."""
    for account in agent.accounts:
        if account.registration:
            account.registration.network_changed()
    if agent.network.up:
        for call in agent.calls:
            call.moved()


def dialog(agent, account, target):
    """Return a new `Dialog` for requests of `account` to the URI `target`."""
    local = "<%s>" % account.uri
    if account.display:
        text = account.display.replace("\\", "\\\\").replace('"', '\\"')
        local = '"%s" %s' % (text, local)
    call_id, tag = agent.token() + agent.token(), agent.token()
    return Dialog(account, call_id, local, tag, "<%s>" % target, "", target, routes(account))


def routes(account):
    """Return the Routes of a new request: those learnt at the registrar (RFC 3608), or the one of
    the outbound proxy, given as host, host:port or URI (RFC 3261 section 8.1.2).
    """
    if account.registration and account.registration.routes:
        return account.registration.routes
    uri = account.outbound
    if not uri:
        return ()
    if not uri.lower().startswith(("sip:", "sips:")):
        uri = "sip:" + uri
    if ";lr" not in uri:
        uri += ";lr"
    return ("<%s>" % uri,)
