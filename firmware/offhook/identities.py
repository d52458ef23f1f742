"""Identities: from the settings ``user_name1``… to the SIP agent's accounts.

`phone` is the `offhook.telephone.Phone` that they belong to.
"""

from offhook.keys import blf
from offhook.settings.catalogue import IDENTITIES
from sip.account import Account


def make(get, number):
    """Return the `Account` of identity `number`, None where it is not set or not in use."""

    def of(name):
        return get("%s%d" % (name, number))

    if not of("user_name") or not of("user_active"):
        return None
    account = Account(number, of("user_name"), of("user_host"), of("user_pass"))
    account.auth_user = of("user_pname") or account.user
    account.realm = of("user_realm")
    account.display = of("user_realname")
    account.outbound = of("user_outbound")
    account.expires = of("user_expiry")
    account.transport = of("user_transport")
    account.anonymous = get("privacy_out")
    account.register = bool(of("user_register") and account.host)
    return account


def begin(phone):
    """Let the agent have every identity of the settings, and watch what they and keys want."""
    for number in range(1, IDENTITIES + 1):
        account = make(phone.settings.get, number)
        if account:
            phone.agent.add(account)
    blf.renew(phone.desk, phone.fkeys)


def renew(phone, number):
    """Replace an account after its settings have changed."""
    agent = phone.agent
    for account in agent.accounts:
        if account.number == number:
            agent.remove(account)
            break
    account = make(phone.settings.get, number)
    if account:
        agent.add(account)
    blf.renew(phone.desk, phone.fkeys)
