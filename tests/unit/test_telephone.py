"""The whole phone: what its parts call, how it begins and ends."""

import asyncio

from deskkit import Account
from phonekit import Platform, meanwhile, phone, said, wait
from support import raises

from base.compat import sleep_ms
from offhook.telephone import Phone


class Voice:
    """Takes digits, or does not."""

    def __init__(self, takes):
        self.takes = takes
        self.sent = []

    def send_dtmf(self, call, digits):
        self.sent.append(digits)
        return self.takes

    send_tones = send_dtmf


class Call:
    """As much of a call as voice knows."""

    class account:
        number = 1

    def __init__(self):
        self.said = []

    def report(self, kind, **details):
        self.said.append((kind, details))

    def fail(self, status, text):
        self.said.append((status, text))


def test_digits_go_with_the_voice_unless_the_identity_wants_info():
    for wish, takes, by_voice in (
        ("off", True, True),
        ("off", False, False),
        ("on", True, False),
        ("sip_info_only", True, False),
    ):
        made = phone(user_name1="100", user_dtmf_info1=wish)
        made.voice = Voice(takes)
        assert bool(made.send_dtmf(Call(), "12")) is by_voice, wish
        assert made.voice.sent == (["12"] if wish == "off" else [])


def test_what_voice_tells_of_a_call_reaches_it():
    made, call = phone(), Call()
    made.digit(call, "5")
    made.voice_lost(call)
    (kind, details), lost = call.said
    assert kind == "dtmf" and details["digit"] == "5" and lost == (408, "no voice")


def test_want_of_memory_is_shown_until_it_is_over():
    made = phone(user_name1="100")
    made.agent.accounts.clear()
    for text, shown in (("short", True), (None, False), (None, False)):
        made._short(text)
        assert ("memory" in made.panel.troubles) is shown
        assert any("Memory" in x for x in made.panel.lines()) is shown


def test_a_network_that_is_away_is_shown_until_it_is_back():
    made = phone(user_name1="100")
    made.agent.network_changed = lambda: None
    for up, shown in ((False, True), (True, False), (True, False)):
        made.network = type("Net", (), {"up": up, "reason": "no cable", "address": lambda: None})
        made.network_changed()
        assert ("no_network" in made.panel.troubles) is shown


async def test_tls_waits_for_the_time_where_certificates_are_checked():
    for check, waits in (("on", True), ("off", False)):
        made = phone(sip_check_certificate=check)
        made._sip_trust = type("Trust", (), {"context": lambda self=None: "context"})
        task = asyncio.create_task(made.tls())
        await sleep_ms(1)
        assert task.done() is not waits
        made.clock.seconds = 1_790_000_000
        assert await task == "context"


async def test_the_phone_is_waited_for_until_it_is_calm_and_not_longer():
    made = phone()
    await made.quiet()
    calm = [False, False, True]
    made.desk.calm = lambda: calm.pop(0) if len(calm) > 1 else calm[0]
    await made.quiet()
    assert calm == [True]


def test_a_request_to_the_phone_itself_changes_its_settings_and_nothing_else():
    made = phone()
    assert made.local("/settings.htm?settings=save&dnd_mode=on&redirect_number=%2B49") == 200
    assert made.settings.get("dnd_mode") is True
    assert made.settings.get("redirect_number") == "+49"
    assert made.local("/settings.htm?settings=save&dnd_mode=perhaps") == 400
    assert made.local("/settings.htm?dnd_mode=off") == 404
    assert made.settings.get("dnd_mode") is True


def test_a_number_from_outside_is_called_or_is_where_a_call_is_transferred_to():
    made = phone(user_name1="100", user_host1="pbx")
    made.agent.accounts[:] = [Account()]
    for number in ("", "0800 FLOWERS"):
        with raises(ValueError):
            made.remote.dial(number)
    call = made.remote.dial("(030) 201")
    assert call.remote == "030201@pbx"
    wait(made, 10)
    call.connect()
    wait(made, 10)
    said(made, "press TRANSFER")
    assert call.state == "held"
    assert made.remote.dial("202") is call and call.done[-1] == ("transfer", "202")
    assert made.local("/command.htm?number=203") == 302
    assert [x.remote for x in made.agent.calls] == ["030201@pbx", "203@pbx"]


def test_a_password_that_a_file_gives_at_the_start_is_kept_as_a_hash():
    made = phone(http_pass="correct horse")
    kept = made.settings.get("http_pass")
    assert kept and "horse" not in kept
    assert said(made, "get http_pass")["value"] == "***"


def test_settings_at_the_start_that_do_not_fit_are_told_and_the_others_taken():
    made = phone(redirect_time="0", redirect_number="201", nosuch="1")
    assert (
        made.settings.get("redirect_number") == "201" and made.settings.get("redirect_time") == 10
    )
    assert made.panel.troubles["settings"]


async def _none_left():
    """End the phone's other tasks, where the interpreter does not forget them by itself."""
    while hasattr(asyncio, "all_tasks"):
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if not rest:
            break
        for task in rest:
            task.cancel()  # once is not enough where what it waits for has just come
        await sleep_ms(1)


class Running(Phone):
    """A phone whose clock is moved while it runs."""

    async def during(self, what):
        """Run, and ``await what(self)`` meanwhile; then stop and wait for the end."""

        async def time():
            while True:
                self.clock.move(10, self.timers)
                await sleep_ms(0)

        ticking = asyncio.create_task(time())
        running = asyncio.create_task(self.run())
        try:
            await what(self)
        finally:
            self.stop()
            await running
            ticking.cancel()
            await _none_left()


class Net:
    """A network that hears nothing."""

    up = True
    mac = "000413A1B2C3"
    reason = ""
    servers = ()
    access_point = None
    closed = 0

    async def start(self):
        """Be there."""

    def on_change(self, callback):
        """Never change."""

    def address(self, peer=None):
        return "192.0.2.1"

    def udp(self, port=0):
        return self

    async def recvfrom(self):
        await asyncio.Event().wait()

    async def serve(self, port, handler, backlog=4):
        return self

    def close(self):
        self.closed += 1


class Board(Platform):
    """A platform without a network, that says when its phone is up."""

    up = None

    def parts(self, get, log):
        made = super().parts(get, log)
        made.network = Net()
        return made

    def ready(self, made):
        self.up = made


async def until(what):
    """Wait until ``what()`` is true."""
    for _ in range(3000):
        if what():
            return
        await sleep_ms(1)
    raise AssertionError("never")


async def test_a_phone_begins_registers_nobody_tells_that_it_is_up_and_ends():
    board = Board()
    made = Running(
        board,
        {
            "user_name1": "100",
            "network_id_port": "0",
            "webserver_type": "off",
            "pnp_config": "off",
            "action_setup_url": "http://localhost/settings.htm?settings=save&redirect_number=7",
            "fkey5": "active speed 201",
        },
    )

    async def meanwhile(it):
        await until(lambda: it.settings.get("redirect_number") == "7")
        assert board.up is it and it.came_up()
        (account,) = it.agent.accounts
        assert account.user == "100" and not account.register
        assert it.agent.name.startswith("Offhook/") and it.agent.may_dial(account, "sip:1@x")
        assert it.agent.transport.tls == it.tls and it.agent.dtmf == it.send_dtmf
        assert "no_network" not in it.panel.troubles and it.idle()
        it.settings.set("redirect_number", "8")

    await made.during(meanwhile)
    assert made.network.closed == 2  # its socket for SIP, and what listens
    counters = made.actions.counters()
    assert counters["action_setup_url"]["ok"] == 1


def _slow(made, steps):
    """Let the board look at its keys as seldom as `steps` say: after so many turns of others."""
    turns = list(steps)

    def look(part, debounce, turn):
        if turns and turns[0] > 0:
            turns[0] -= 1
            return
        if turns and part is made.input.parts[-1][0]:
            turns.pop(0)
        type(made.input).look(made.input, part, debounce, turn)

    made.input.look = look


def test_keys_pressed_by_software_are_all_seen_however_long_the_loop_was_held():
    for steps in ((), (40,) * 8, (3, 70, 1, 90) * 4):
        made = phone(user_name1="100", user_host1="pbx")
        _slow(made, steps)
        for key in "2001":
            said(made, "press %s 20" % key)
        assert made.desk.entry == "2001", steps
    made = phone(user_name1="100", user_host1="pbx")
    _slow(made, (30,) * 20)

    async def macro():
        assert made.local("/command.htm?key=2;0;0,20,0;0,0,0;5") == 200
        await until(lambda: made.desk.entry == "20005")

    meanwhile(made, macro())
