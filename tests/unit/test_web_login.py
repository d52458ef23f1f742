"""Digest as the phone checks it: who is let in, what is kept of a password, who is blocked."""

from support import Clock

from base.digest import authorize, choose, parse_challenge
from base.timers import Timers
from web.blocks import Blocks
from web.login import NOBODY, RIGHT, STALE, WRONG, Login
from web.passwords import hashed, stored

_LIFE = 600_000


class Bench:
    def __init__(self, password="geheim", **settings):
        self.clock = Clock()
        self.timers = Timers(self.clock)
        self.settings = {"http_user": "admin", "http_pass": hashed("admin", password)}
        self.settings["http_scheme"] = True
        self.settings.update(settings)
        self.login = Login(self.settings.get, self.timers)

    def challenge(self, algorithm="SHA-256"):
        lines = [x.partition(": ")[2] for x in self.login.challenges()]
        found = [y for x in lines for y in parse_challenge(x)]
        return choose([x for x in found if x.get("algorithm") == algorithm])

    def answer(self, challenge, count=1, user="admin", password="geheim", target="/", **more):
        value = authorize(challenge, user, password, "GET", target, nc=count, cnonce="0a")
        for name, text in more.items():
            value = value.replace(name, text)
        return self.login.check("GET", target, value)


def test_the_right_password_is_let_in_with_either_algorithm():
    bench = Bench()
    for algorithm in ("MD5", "SHA-256"):
        challenge = bench.challenge(algorithm)
        assert bench.answer(challenge) == RIGHT
        assert bench.answer(challenge, 2, target="/a?b=c%20d") == RIGHT


def test_nothing_of_the_password_is_kept_and_each_phone_keeps_another_hash():
    one, other = hashed("admin", "geheim"), hashed("admin", "geheim")
    assert one != other and "geheim" not in one and len(one) == 107
    assert hashed("admin", one) == one and stored(one).hashes != stored(other).hashes
    for text in ("", "geheim", one[:-1], one + "0", "x" + one, one.upper(), one.replace("$", ":")):
        assert stored(text) is None, text


def test_what_does_not_fit_is_wrong():
    bench = Bench()
    challenge = bench.challenge()
    assert bench.answer(challenge, password="Geheim") == WRONG
    assert bench.answer(challenge, user="Admin") == WRONG
    assert bench.answer(challenge, user="") == WRONG
    value = authorize(challenge, "admin", "geheim", "GET", "/", nc=1, cnonce="0a")
    for old, new in (
        ("qop=auth", "qop=auth-int"),
        ("nc=00000001", "nc=1"),
        ("nc=00000001", "nc=-0000001"),
        ("algorithm=SHA-256", "algorithm=SHA-512"),
        ('realm="Offhook', 'realm="Other'),
        ('uri="/"', 'uri="/x"'),
        ('response="', 'response="0'),
    ):
        assert old in value
        assert bench.login.check("GET", "/", value.replace(old, new)) == WRONG, new
    assert bench.login.check("POST", "/", value) == WRONG
    for text in ("Digest", "Digest x", 'Digest username="', "Bearer x", "Digest " + "," * 500):
        assert bench.login.check("GET", "/", text) in (WRONG, NOBODY), text
    assert bench.login.check("GET", "/", None) == bench.login.check("GET", "/", "") == NOBODY
    assert bench.login.check("GET", "/", value) == RIGHT


def test_a_request_that_was_heard_on_the_way_is_taken_once():
    bench = Bench()
    challenge = bench.challenge()
    for count in (2, 1, 5, 3, 4):  # a browser's connections overtake each other
        assert bench.answer(challenge, count) == RIGHT
    for count in (1, 2, 3, 4, 5):
        assert bench.answer(challenge, count) == STALE
    assert bench.answer(challenge, 1000) == RIGHT
    assert bench.answer(challenge, 999) == RIGHT
    assert bench.answer(challenge, 900) == STALE
    assert bench.answer(challenge, 1001, password="no") == WRONG


def test_a_nonce_lives_for_ten_minutes_at_least_and_twenty_at_most():
    bench = Bench()
    challenge = bench.challenge()
    assert bench.answer(challenge, 1) == RIGHT
    bench.clock.move(_LIFE, bench.timers)
    assert bench.answer(challenge, 2) == RIGHT
    unused = bench.challenge()
    assert bench.login._used
    bench.clock.move(_LIFE, bench.timers)
    assert not bench.login._used, "what nobody can use any more is not kept"
    assert bench.answer(challenge, 3) == STALE
    assert bench.answer(unused) == RIGHT
    assert "stale=true" in bench.login.challenges(True)[0]
    # after the clock's wrap, none of before is young again
    for _ in range(1800):
        bench.clock.move(_LIFE, bench.timers)
    assert bench.answer(challenge, 4) == STALE


def test_a_nonce_that_is_made_up_or_of_another_phone_is_stale():
    bench, other = Bench(), Bench()
    other.settings["http_pass"] = bench.settings["http_pass"]
    assert bench.answer(other.challenge()) == STALE
    challenge = bench.challenge()
    for nonce in ("", "x", "1", "1-", "-1-aa", challenge["nonce"] + "0", challenge["nonce"][1:]):
        made = dict(challenge)
        made["nonce"] = nonce
        assert bench.answer(made) in (STALE, WRONG), nonce


def test_nonces_in_use_are_bounded_and_none_can_be_used_again_after_it_gave_way():
    bench = Bench()
    all_ = [bench.challenge() for _ in range(12)]
    for challenge in all_:
        assert bench.answer(challenge) == RIGHT
    for challenge in all_:
        assert bench.answer(challenge) == STALE
    assert bench.answer(all_[-1], 2) == RIGHT


def test_who_only_asks_for_challenges_takes_nobodys_login_away():
    bench = Bench()
    challenge = bench.challenge()
    assert bench.answer(challenge) == RIGHT
    for _ in range(500):
        bench.login.challenges()
    assert bench.answer(challenge, 2) == RIGHT


def test_the_password_of_before_is_no_guess_and_lets_nobody_in():
    bench = Bench()
    challenge = bench.challenge()
    assert bench.answer(challenge) == RIGHT
    bench.settings["http_pass"] = hashed("admin", "new")
    assert bench.answer(challenge, 2) == NOBODY
    assert bench.answer(challenge, 3, password="guess") == WRONG
    assert bench.answer(bench.challenge(), password="new") == RIGHT
    assert bench.answer(challenge, 4) == WRONG  # that was long ago


def test_basic_is_taken_where_it_is_switched_on_only():
    bench = Bench()
    basic = "Basic YWRtaW46Z2VoZWlt"  # admin:geheim
    assert bench.login.check("GET", "/", basic) == NOBODY
    assert not any("Basic" in x for x in bench.login.challenges())
    bench.settings["http_scheme"] = False
    assert any("Basic" in x for x in bench.login.challenges())
    assert bench.login.check("GET", "/", basic) == RIGHT
    for text in ("Basic", "Basic !", "Basic YWRtaW46", "Basic Z2VoZWlt", "Basic /////w=="):
        assert bench.login.check("GET", "/", text) == WRONG, text


class _Guessers:
    """`Blocks`, and a time that is moved."""

    def __init__(self):
        self.clock = Clock(0x3FFFFF00)  # the ticks wrap meanwhile
        self.timers = Timers(self.clock)
        self.blocks = Blocks(self.timers)

    def move(self, ms):
        while ms > 0:
            self.clock.move(min(ms, 1000))
            self.timers.run()
            ms -= 1000


def test_three_failures_block_an_address_for_a_minute_and_then_twice_as_long():
    guessers = _Guessers()
    blocks = guessers.blocks
    for seconds in (60, 120, 240, 480):
        assert [blocks.failed("192.0.2.1") for _ in range(3)] == [0, 0, seconds]
        assert blocks.left("192.0.2.1") == seconds
        guessers.move(seconds * 1000 - 1)
        assert blocks.left("192.0.2.1") == 1 and not blocks.left("192.0.2.2")
        guessers.move(1)
        assert blocks.left("192.0.2.1") == 0
    blocks.succeeded("192.0.2.1")
    assert [blocks.failed("192.0.2.1") for _ in range(3)] == [0, 0, 60]


def test_the_list_of_addresses_that_failed_is_bounded():
    guessers = _Guessers()
    for number in range(100):
        guessers.blocks.failed("192.0.2.%d" % number)
        guessers.blocks.succeeded("198.51.100.%d" % number)
    assert len(guessers.blocks._known) == 16 and len(guessers.timers) == 16
    assert len(guessers.blocks._good) == 8


def test_who_has_many_addresses_guesses_no_more_than_who_has_some():
    guessers = _Guessers()
    blocks = guessers.blocks
    blocks.succeeded("192.0.2.250")
    tries = 0
    for number in range(2000):  # each of them twice, so that none is ever blocked
        ip = "10.0.%d.%d" % (number // 250, number % 250)
        for _ in range(2):
            if not blocks.left(ip):
                blocks.failed(ip)
                tries += 1
        guessers.move(100)
    assert tries <= 2 * 16 * 4, "200 s, some 30 in a minute"
    assert blocks.left("10.9.9.9") and not blocks.left("192.0.2.250")
    guessers.move(61_000)
    assert not blocks.left("10.9.9.9")


def test_after_a_week_without_anybody_all_are_listened_to():
    guessers = _Guessers()
    for number in range(16):
        for _ in range(3):
            guessers.blocks.failed("10.0.0.%d" % number)
    guessers.move(60_000)
    guessers.clock.move(7 * 24 * 3600 * 1000)
    assert not guessers.blocks.left("10.0.0.1") and not guessers.blocks.left("192.0.2.1")


def test_eight_nonces_are_in_use_at_once_and_the_oldest_gives_way_to_a_ninth():
    for count in (8, 9):
        bench = Bench()
        challenges = [bench.challenge() for _ in range(count)]
        assert [bench.answer(x) for x in challenges] == [RIGHT] * count
        found = [bench.answer(x, 2) for x in challenges]
        assert found == [STALE] * (count - 8) + [RIGHT] * 8, count
        assert bench.answer(bench.challenge()) == RIGHT, "a fresh one is always taken"
