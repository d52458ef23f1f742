"""What one stranger may ask for, get and cost: each limit at its bound, address by address."""

from sipkit import Settings
from support import Clock

from base.timers import Timers
from sip.guard import Guard

IP, OTHER, HOME = "10.0.0.66", "10.0.0.67", "10.0.0.9"


class _Registration:
    addresses = (HOME,)


class _Account:
    registration = None

    def is_called(self, user):
        return True


class _Message:
    def __init__(self, ip=IP, stranger=True, trusted=False, method="INVITE"):
        self.source, self.stranger, self.trusted = (ip, 5060), stranger, trusted
        self.method, self.target = method, self
        self.user = "100"


class _Call:
    def __init__(self, message):
        self.invite = message


class _Transaction:
    def __init__(self, ip=IP, protocol="UDP"):
        self.address, self.protocol = (ip, 5060), protocol


def _guard(registered=True, calls=(), most=8, **settings):
    """Return a `Guard` of an agent with as much of it as a guard needs."""

    class Agent:
        pass

    agent, account = Agent(), _Account()
    agent.timers, agent.settings = Timers(Clock(0x3FFFFF00)), Settings(**settings)
    agent.log = lambda level, text, *values: text % values
    agent.accounts, agent.calls, agent.most_calls = [account], list(calls), most
    guard = Guard(agent)
    if registered:
        account.registration = _Registration()
        guard.rules_changed()
    return guard


def _taken(guard, ip, most=1000):
    """Return how many requests are tolerated in a row."""
    for count in range(most):
        if not guard.tolerates(ip):
            return count
    return most


def test_requests_at_once_and_in_a_second():
    for registered, burst, rate in ((True, 20, 5), (False, 400, 200)):
        guard = _guard(registered)
        assert _taken(guard, IP) == burst
        guard.clock.move(1000)
        assert _taken(guard, IP) == rate
        guard.clock.move(100_000)
        assert _taken(guard, IP) == burst, "nothing is saved up beyond that"
        # everybody has four times as much, from however many addresses
        guard = _guard(registered)
        assert sum(_taken(guard, "10.1.0.%d" % n) for n in range(10)) == 4 * burst
        guard.clock.move(1000)
        assert sum(_taken(guard, "10.2.0.%d" % n) for n in range(10)) == 4 * rate


def test_a_stranger_is_sent_three_times_his_bytes_and_what_was_answered_beyond():
    guard = _guard()
    assert not guard.may_answer(IP, 1), "he has sent nothing"
    guard.heard(IP, 100)
    assert guard.may_answer(IP, 299) and not guard.may_answer(IP, 2) and guard.may_answer(IP, 1)
    guard.clock.move(60_000)
    assert not guard.may_answer(IP, 1), "time alone gives nothing"
    guard.heard(IP, 9000)
    assert guard.may_answer(IP, 12_000) and not guard.may_answer(IP, 1), "that can be saved up"
    guard.vouch(IP)
    assert guard.may_answer(IP, 12_000) and not guard.may_answer(IP, 1)
    guard.vouch(HOME)
    assert HOME not in guard.sources, "who is at home is not counted"


def test_what_is_repeated_for_courtesy_leaves_1500_bytes():
    guard = _guard()
    guard.heard(IP, 500)
    assert guard.may_repeat(_Transaction())
    assert guard.may_answer(IP, 1) and not guard.may_repeat(_Transaction())
    assert guard.may_repeat(_Transaction(protocol="TCP")), "a stream has its own limits"
    assert guard.may_repeat(_Transaction(HOME))
    assert not guard.may_repeat(_Transaction(OTHER))


def test_strangers_have_half_of_the_places_and_each_a_quarter_but_never_none():
    def calls(*ips):
        return [_Call(_Message(ip)) for ip in ips]

    ours = _Call(None)
    for most, there, ip, place in (
        (8, (), IP, True), (8, (IP,), IP, True), (8, (IP, IP), IP, False),
        (8, (IP, IP), OTHER, True), (8, (IP, IP, OTHER, OTHER), "10.0.0.68", False),
        (8, (IP, OTHER, "10.0.0.68"), "10.0.0.69", True),
        (4, (IP,), IP, False), (4, (IP,), OTHER, True), (4, (IP, OTHER), "10.0.0.68", False),
        (2, (), IP, True), (2, (IP,), OTHER, False), (1, (), IP, True), (1, (IP,), OTHER, False),
    ):  # fmt: skip
        guard = _guard(True, calls(*there), most)
        assert guard.has_place(_Message(ip)) is place, (most, there, ip)
        # who is known, or calls where nobody registers, has all that there is
        for known in (_Message(ip, trusted=True), _Message(ip, stranger=False)):
            assert guard.has_place(known) is (len(there) < most)
        assert _guard(False, calls(*there), most).has_place(_Message(ip)) is (len(there) < most)
    assert not _guard(True, [ours] * 8, 8).has_place(_Message())
    assert _guard(True, [ours] * 7, 8).has_place(_Message()), "our own calls are no stranger's"


def test_eight_strangers_without_a_place_are_told_of_and_one_a_second_then():
    guard = _guard()
    told = [guard.reports(_Message(), n) for n in range(20)]
    assert told == [True] * 8 + [False] * 12
    guard.clock.move(999)
    assert not guard.reports(_Message(), 20)
    guard.clock.move(1)
    assert guard.reports(_Message(), 21) and not guard.reports(_Message(), 22)
    guard.clock.move(3000)
    assert [guard.reports(_Message(), n) for n in range(30, 34)] == [True] * 3 + [False]


def test_the_last_sixteen_that_found_no_place_are_known_when_they_come_again():
    guard = _guard()
    known = _Message(stranger=False)
    assert all(guard.reports(known, n) for n in range(16))
    assert not any(guard.reports(known, n) for n in range(16)), "the same again"
    assert guard.reports(known, 16) and not guard.reports(known, 1) and guard.reports(known, 0)


def test_who_is_no_registrar_is_told_so_once_a_minute():
    guard = _guard()
    assert [guard.admit(_Message()) for _ in range(3)] == [403, -1, -1]
    guard.clock.move(59_999)
    assert guard.admit(_Message()) == -1
    guard.clock.move(1)
    assert [guard.admit(_Message()) for _ in range(2)] == [403, -1]
    told = [guard.admit(_Message("10.1.0.%d" % n)) for n in range(100)]
    assert told == [403] * 79 + [-1] * 21, "all of them together may ask for 80 at once"


def test_what_creates_nothing_is_counted_and_not_refused():
    for method, found in (
        ("OPTIONS", 0), ("BYE", 0), ("INFO", 0), ("INVITE", 403), ("NOTIFY", 403), ("REFER", 403),
        ("SUBSCRIBE", 403), ("MESSAGE", 403), ("PUBLISH", 403), ("REGISTER", 403),
    ):  # fmt: skip
        assert _guard().admit(_Message(method=method)) == found, method
        assert _guard(False).admit(_Message(method=method)) == 0, method
        assert _guard(filter_registrar=False).admit(_Message(method=method)) == 0, method
    guard = _guard()
    admitted = [guard.admit(_Message(method="OPTIONS")) for _ in range(25)]
    assert admitted == [0] * 20 + [-1] * 5


def test_of_sixteen_addresses_that_which_was_silent_the_longest_gives_way():
    guard = _guard()
    for n in range(16):
        guard.heard("10.1.0.%d" % n, 100)
        guard.clock.move(10)
    guard.heard("10.1.0.0", 0)  # the second is the oldest now
    guard.clock.move(10)
    guard.heard("10.9.0.1", 1)
    assert len(guard.sources) == 16 and "10.1.0.1" not in guard.sources
    assert guard.may_answer("10.1.0.0", 300) and guard.may_answer("10.1.0.2", 300)
    guard = _guard()
    for n in range(17):  # in one moment
        guard.heard("10.1.0.%d" % n, 100)
    assert len(guard.sources) == 16 and "10.1.0.16" in guard.sources


def test_connections_of_strangers_are_a_share_where_somebody_registers_and_larger_where_not():
    assert _guard().connections(IP) == (2, 1) and _guard().connections(HOME) is None
    assert _guard(False).connections(IP) == (3, 2)


def test_when_the_first_identity_registers_or_the_last_no_longer_does_all_begins_anew():
    guard = _guard(False)
    assert guard.open_house and _taken(guard, IP) == 400
    guard.agent.accounts[0].registration = _Registration()
    guard.rules_changed()
    assert not guard.open_house and _taken(guard, IP) == 20
    guard.rules_changed()
    assert _taken(guard, IP) == 0, "nothing has changed"
    guard.agent.accounts[0].registration = None
    guard.rules_changed()
    assert guard.open_house and _taken(guard, IP) == 400
