"""Identities: from the settings ``user_name1``… to the SIP agent's accounts."""

from base.compat import sleep_ms, spawn, unload
from offhook.desk.dialling import may_dial
from offhook.desk.reports import Reporter
from offhook.keys.blf import renew as watch
from sip.account import Account
from sip.agent import Agent
from sip.subscription.subscribe import Subscriptions


def make(phone, number):
    """Return the `Account` of identity `number`, None where it is not set or not in use."""
    get = phone.settings.get

    def of(name):
        return get("%s%d" % (name, number))

    if not of("user_name") or not of("user_active"):
        return None
    account = Account(number, of("user_name"), of("user_host"), of("user_pass"))
    account.auth_user = of("user_pname") or account.user
    account.display = of("user_realname")
    account.outbound = of("user_outbound")
    account.expires = of("user_expiry")
    account.transport = of("user_transport")
    account.anonymous = get("privacy_out")
    account.register = bool(of("user_register") and account.host)
    return account


async def begin(phone):
    """Start the network, every identity of the settings, the keys and what only the board has."""
    for name in "offhook.settings.changes offhook.keys.fkey_types".split():
        unload(name)  # what has read the settings makes room for what registers
    await phone.network.start()
    phone.network.on_change(phone.network_changed)
    address = phone.network.address()
    await start(phone)
    if not phone.agent.accounts:
        phone.log(3, "no identity: set user_name1, user_host1, user_pass1; help lists more")
    if address == phone.network.address():
        show_network(phone)  # the agent knows: it would register a second time
    else:
        phone.network_changed()
    spawn(phone.input.serve())
    phone.platform.ready(phone)
    spawn(ready(phone))


def show_network(phone):
    """Let the display tell of the network, or of none."""
    troubles = phone.panel.troubles
    if phone.network.up:
        troubles.pop("no_network", None)
    else:
        troubles["no_network"] = phone.network  # its reason changes while it is not up
    phone.panel.changed()


async def start(phone):
    """Start the agent with every identity of the settings."""
    phone.agent = phone.desk.agent = agent = Agent(
        phone.network,
        phone.timers,
        phone.resolver,
        phone.settings,
        Reporter(phone.desk),
        phone.log,
        phone.platform.random,
        phone.settings.get("network_id_port"),
    )
    phone.desk.watch = Subscriptions(agent)
    await agent.start()
    agent.transport.tls = phone.tls
    agent.may_dial = lambda account, uri: may_dial(phone.desk, account, uri)
    for number in range(1, 13):
        account = make(phone, number)
        if account:
            agent.add(account)
    watch(phone.desk, phone.fkeys)


async def ready(phone):
    """Fire the setup event once the network is up and every identity has tried to register."""
    while not phone.network.up or any(
        account.register and not account.tried for account in phone.agent.accounts
    ):
        await sleep_ms(50)
    phone.desk.fire("action_setup_url")


def renew(phone, number):
    """Replace an account after its settings have changed."""
    agent = phone.agent
    for account in agent.accounts:
        if account.number == number:
            agent.remove(account)
            break
    account = make(phone, number)
    if account:
        agent.add(account)
