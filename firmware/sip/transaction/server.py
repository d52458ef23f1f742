"""The two server transactions (RFC 3261 section 17.2, RFC 6026) and how a user answers in them.

    any but INVITE:  trying -1xx-> proceeding -final-> completed -J-> over
    INVITE:          trying -1xx, 200 ms-> proceeding -2xx-> accepted -L-> over
                                              -else-> completed -ACK-> confirmed -I-> over
                                                                -H-> over

A user calls `respond`; the 2xx of an INVITE is repeated by its call, not from here.
"""

from sip.message.response import response, way_back
from sip.timers import T1, T1_64, T4, TRYING
from sip.transaction.transaction import (
    ACK,
    PROVISIONAL,
    REFUSAL,
    REPEATED,
    SUCCESS,
    TIMEOUT,
    Transaction,
    end,
    event_of,
    transmit,
)

_OWN = (PROVISIONAL, SUCCESS, REFUSAL)


def proceeding(transaction, event):
    """The user is at work: trying while nothing was sent, proceeding after a 1xx."""
    if event in (PROVISIONAL, REPEATED):
        return transmit
    if event in _OWN:
        transaction.state = completed
        return _completed
    return None


def completed(transaction, event):
    """The final answer was sent; repetitions get it again until timer J."""
    if event == REPEATED:
        return transmit
    return end if event == TIMEOUT else None


def invite_proceeding(transaction, event):
    """The call rings, or somebody makes up his mind: trying while nothing was sent.

    Whoever has the INVITE mostly answers before a 100 is due.
    """
    if event == TIMEOUT:
        return _trying
    if event == PROVISIONAL:
        return _at_work
    if event == REPEATED:
        return transmit
    if event == SUCCESS:
        transaction.state = invite_accepted
        return _accepted
    if event == REFUSAL:
        transaction.state = invite_completed
        return _refused
    return None


def invite_accepted(transaction, event):
    """A 2xx was sent; the INVITE may come again until timer L and gets nothing from here."""
    return end if event == TIMEOUT else None


def invite_completed(transaction, event):
    """Our refusal is sent again and again until its ACK (timer G), or in vain (timer H)."""
    if event == REPEATED:
        return transmit
    if event == ACK:
        transaction.state = invite_confirmed
        return _confirmed
    return end if event == TIMEOUT else None


def invite_confirmed(transaction, event):
    """The ACK was here; others are absorbed until timer I."""
    return end if event == TIMEOUT else None


def _trying(transaction, message):
    transaction.data = response(transaction.owner, transaction.invite, 100)
    _at_work(transaction, message)


def _at_work(transaction, message):
    transaction.invite = None
    transaction.unlimited()
    transaction.transmit()


def _completed(transaction, message):
    transaction.transmit()
    transaction.linger(T1_64)


def _accepted(transaction, message):
    transaction.transmit()
    transaction.data = transaction.invite = None
    transaction.final = True
    transaction.expire(T1_64)


def _refused(transaction, message):
    transaction.final = True
    transaction.invite = None
    transaction.transmit()
    transaction.repeat(T1)
    transaction.expire(T1_64)


def _confirmed(transaction, message):
    transaction.data = None
    transaction.linger(T4)


class Server(Transaction):
    """A server transaction, of an INVITE or of any other method."""

    def __init__(self, owner, key, address, protocol, state=proceeding):
        super().__init__(owner, key, address, protocol, state)

    def respond(self, data, status):
        """Send a response of ours; a second final one is ignored."""
        if not self.final:
            self.data = data
            self.happen(event_of(status))

    def receive(self, request):
        """Take a repetition of the request, or the ACK for our final answer."""
        self.happen(ACK if request and request.method == "ACK" else REPEATED)


class InviteServer(Server):
    """An INVITE's server transaction; `invite` is the request while nothing was sent."""

    invite = None

    def __init__(self, owner, key, address, protocol):
        super().__init__(owner, key, address, protocol, invite_proceeding)

    def wait(self, invite):
        """Send 100 by ourselves where nothing else is sent within 200 ms (section 17.2.1)."""
        self.invite = invite
        self.expire(TRYING)


def serve(agent, message):
    """Return a new server transaction for a request."""
    kind = InviteServer if message.method == "INVITE" else Server
    key = message.key + message.method.encode()
    made = kind(agent, key, way_back(message), message.protocol)
    made.stranger = message.stranger and not agent.guard.open_house
    return made


def respond(agent, transaction, message, status, headers=(), body=b""):
    """Answer a request in its transaction."""
    transaction.respond(response(agent, message, status, headers, body), status)


def reply(agent, message, status, headers=(), to_tag=None):
    """Answer without a transaction (section 8.2.7): a repetition gets the same again."""
    data = response(agent, message, status, headers, b"", to_tag)
    agent.send(data, way_back(message), message.protocol)
