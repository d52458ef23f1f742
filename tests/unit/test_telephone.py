"""The whole phone: what its parts call, how it begins and ends."""

import asyncio

from deskkit import Account, FakeCall
from phonekit import Platform, Store, meanwhile, phone, said, wait
from support import raises, until

from base.compat import sleep_ms
from offhook import start, telephone
from offhook.desk import dialling
from offhook.settings.marks import Marks
from offhook.settings.settings import Settings
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
        made.voice = made.speech.voice = Voice(takes)
        assert bool(made.speech.send_dtmf(Call(), "12")) is by_voice, wish
        assert made.voice.sent == (["12"] if wish == "off" else [])


def test_what_voice_tells_of_a_call_reaches_it():
    made, call = phone(), Call()
    made.speech.digit(call, "5")
    made.speech.lost(call)
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
        assert it.agent.transport.tls == it.tls and it.agent.dtmf == it.speech.send_dtmf
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


# -- its settings at the start --------------------------------------------------------------------


def test_what_was_saved_holds_after_a_restart_and_is_told_to_nobody():
    storage = Store()
    first = phone(
        storage,
        log_level="9",
        redirect_event="all",
        redirect_number="7",
        dnd_mode="on",
        ringer_device="speaker",
        fkey4="active speed 201",
        action_dnd_on_url="http://localhost/x",
    )
    assert storage.files and first.actions.counters()["total"]["queued"] == 0
    again = phone(storage)
    for made in (first, again):
        assert made.log.level == 9 and made.desk.forwarding == "all"
        assert made.settings.get("dnd_mode") is True
        assert made.panel.ringing.part is made.sounds.bell
        assert made.fkeys.entry(4).kind == "speed"
        assert "action_dnd_on_url" in made.actions.targets
        assert made.actions.counters()["total"]["queued"] == 0
        assert "settings" not in made.panel.troubles


def test_each_setting_of_a_file_that_does_not_fit_is_named_in_the_log():
    made = phone(redirect_time="0", dnd_mode="perhaps", redirect_number="201")
    lines = made.log.lines()
    for name in ("redirect_time", "dnd_mode"):
        assert any("[1]" in x and name in x for x in lines), lines
    assert not any("redirect_number" in x for x in lines)


def test_settings_that_cannot_be_read_are_shown():
    storage = Store()
    storage.files["settings.json"] = b"{"
    made = phone(storage)
    assert made.panel.troubles["settings"] == made.settings.trouble != ""
    assert "settings" not in phone().panel.troubles


# -- what is told of its parts --------------------------------------------------------------------


def test_parts_that_are_missing_or_dead_are_named_until_they_live():
    class Lacking(Platform):
        def parts(self, get, log):
            made = super().parts(get, log)
            made.missing.append("display")
            return made

    made = Phone(Lacking())
    assert any("[1]" in x and "part missing: display" in x for x in made.log.lines())
    assert made.panel.troubles["part"] == "display"
    made.parts.missing.clear()
    for fault, shown in (("codec", "codec"), ("codec amplifier", "codec, amplifier"), ("", None)):
        made.parts.sound.fault = fault
        made.voice.sound_fault()  # what its frames look for
        assert made.panel.troubles.get("part") == shown
        last = made.log.lines()[-1]
        assert (fault.replace(" ", " and ") or "alive again") in last
        assert ("[1]" in last) is bool(fault)


async def test_parts_for_sound_are_tested_once_and_a_fault_is_told():
    for fault in ("", "codec"):
        made = phone()
        made.parts.sound = type(
            "Sound", (), {"fault": fault, "test": lambda self=None: _nothing()}
        )()
        made.voice.audio = made.parts.sound
        await made.speech.test()
        assert made.panel.troubles.get("part") == (fault or None)


async def _nothing():
    """Take no time."""


def test_faults_are_in_the_log_with_where_they_happened():
    made, seen = phone(), []
    made.platform.traceback = seen.append
    error = ValueError("oops")
    made.report(error)
    assert "[0]" in made.log.lines()[-1] and "oops" in made.log.lines()[-1]
    made.failed("task keys died", error)
    line = made.log.lines()[-1]
    assert "[0]" in line and "task keys died" in line and "oops" in line and "free" in line
    assert seen == [error, error]
    made.timers.after(10, lambda: 1 // 0)
    wait(made, 20)
    assert len(seen) == 3 and "ZeroDivision" in made.log.lines()[-1]


def test_figures_of_a_call_stay_with_it():
    made = phone(user_name1="100", user_host1="pbx")
    call = made.remote.dial("201")
    made.speech.over(call, "good")
    assert made.desk.of(call).figures == "good"


def test_digits_go_as_tones_where_the_identity_wants_them_so():
    for takes in (True, False):
        made = phone(user_name1="100", user_dtmf_info1="inband")
        made.voice = made.speech.voice = Voice(takes)
        made.voice.send_dtmf = None
        assert made.speech.send_dtmf(Call(), "12") is takes and made.voice.sent == ["12"]


def test_a_ringer_that_is_wanted_elsewhere_is_quiet_and_the_other_one_rings():
    made = phone(user_name1="100", user_host1="pbx")
    assert made.panel.ringing.part is made.parts.ringer
    made.settings.set("ringer_device", "speaker")
    assert made.panel.ringing.part is made.sounds.bell
    made.settings.unset("ringer_device")
    assert made.panel.ringing.part is made.parts.ringer
    made.parts.ringer = None
    made.speech.choose_ringer()
    assert made.panel.ringing.part is made.sounds.bell


def test_the_phone_names_itself_as_its_settings_say():
    made = phone(phone_type="desk300", mac="000413112233")
    assert "desk300-SIP " in made.agent_name() and made.agent_name().endswith(" 000413112233)")
    made.settings.unset("mac")
    assert made.agent_name().endswith(" %s)" % made.network.mac)
    assert made.network.address() in made.about()


def test_a_handshake_waits_for_calls_under_way_and_for_calls_that_begin():
    made = phone(user_name1="100", user_host1="pbx")
    assert made.free() and made.idle() and made.calm()
    call = made.remote.dial("201")
    wait(made, 10)
    call.connect()
    wait(made, 10_000)
    assert made.calm() and not made.idle() and not made.free()
    call.hangup()
    wait(made, 10_000)
    assert made.idle() and made.free()
    made.desk.calm = lambda: False
    assert made.idle() and not made.free()
    made.agent = None
    assert made.idle() and made.accounts() == ()


async def test_a_phone_that_never_gets_calm_is_waited_for_three_seconds():
    made, slept = phone(), []

    async def sleep(ms):
        slept.append(ms)

    made.desk.calm = lambda: False
    telephone.sleep_ms = sleep
    try:
        await made.quiet()
    finally:
        telephone.sleep_ms = sleep_ms
    assert 2900 <= sum(slept) <= 3100 and max(slept) <= 100


def test_the_phone_is_up_once_one_of_those_that_register_has():
    made = phone(user_name1="100")
    (account,) = made.agent.accounts
    for register, registered, up in (
        (True, False, False),
        (True, True, True),
        (False, False, True),
    ):
        account.register, account.registered = register, registered
        assert made.came_up() is up
    other = Account(2)
    made.agent.accounts.append(other)
    account.register, account.registered, other.registered = True, False, False
    assert not made.came_up()
    other.registered = True
    assert made.came_up()
    made.agent = None
    assert made.came_up()


def test_what_the_log_has_before_and_after_the_clock_is_set():
    storage = Store()
    storage.files["settings.json"] = b"{"  # which is told before there is any clock
    made = phone(storage)
    assert ": " in made.log.lines()[0] and made.log.lines()[0][4:13] == "+00:00:00"
    made.clock.move(61_000)
    made.log(1, "later")
    assert made.log.lines()[-1] == "[1] +00:01:01: later"
    made.clock.seconds = 1_790_000_000
    made.log(1, "dated")
    made.settings.set("date_us_format", "on")
    made.log(1, "dated")
    assert [x[4:-7] for x in made.log.lines()[-2:]] == [
        "2026-11-25 07:20:42",
        "11/25/2026 07:20:42",
    ]


def test_the_level_that_was_saved_counts_for_the_board_s_parts_already():
    class Talking(Platform):
        def parts(self, get, log):
            log(9, "fine")
            return super().parts(get, log)

    storage = Store()
    phone(storage, log_level="9")
    assert any(x.endswith("fine") for x in Phone(Talking(storage)).log.lines())
    assert not any(x.endswith("fine") for x in Phone(Talking()).log.lines())


def test_certificates_for_sip_and_for_web_servers_are_switched_apart():
    for sip, web in (("on", "off"), ("off", "on")):
        made = phone(sip_check_certificate=sip, check_trusted_certificate=web)
        made.clock.seconds = 1_790_000_000
        assert bool(made._sip_trust.missing()) is (sip == "on")
        assert bool(made.http.missing()) is (web == "on")
    made = phone(sip_ca_certificate="ca.pem", sip_check_certificate="on")
    assert made._sip_trust.missing() == "" != made.http.missing()
    made = phone(ca_certificate="ca.pem", sip_check_certificate="on")
    assert made._sip_trust.missing() == made.http.missing() == ""  # one for both will do


def test_a_saved_password_of_the_pages_that_is_none_yet_becomes_a_hash_or_is_told():
    for user, kept in (("admin", True), ("", False)):
        storage = Store()
        Settings(storage, _silent).update({"http_pass": "correct horse", "http_user": user})
        made = phone(storage)
        assert ("horse" not in made.settings.get("http_pass")) is kept
        assert any("[1]" in x and "http_user" in x for x in made.log.lines()) is not kept


def _silent(*_):
    """Log nothing."""


def test_what_a_server_has_locked_a_file_at_the_start_may_still_say():
    storage = Store()
    first = phone(storage)
    marks = Marks()
    marks.lock("redirect_number", "the server")
    first.settings.provide({"redirect_number": "201"}, marks)
    made = phone(storage, redirect_number="202", nosuch="1")
    assert made.settings.get("redirect_number") == "202"


def test_what_the_desk_asks_of_the_phone():
    made = phone(user_name1="100", user_host1="pbx")
    made.desk.reset()
    assert made.platform.resets == 1
    call = made.remote.dial("201")
    wait(made, 10)
    call.alert()
    wait(made, 10)
    assert not made.desk.hears(call)
    stream = type("Stream", (), {"call": call, "hearing": True})()
    stream.jitter = type("Jitter", (), {"running": True})
    made.voice._streams.append(stream)
    assert made.desk.hears(call)


def test_events_of_a_strangers_call_wait_as_such():
    made = phone(action_incoming_url="http://web.test/x")
    made.actions.sender.pump = lambda: None
    for trusted in (True, False):
        call = FakeCall(made.agent, "in", made.agent.accounts[0], "201@pbx")
        call.trusted = trusted
        call.report("incoming")
    wait(made, 10)
    assert [x.stranger for x in made.actions.queue.entries] == [False, True]


def test_the_first_start_has_the_display_and_knows_the_identities():
    made = phone(user_name1="100")
    made.first_start.shown = lambda text: ["Offhook-ABCD"]
    assert made.panel.lines()[0] == "Offhook-ABCD"
    assert made.accounts() is made.agent.accounts


def test_the_display_follows_troubles_at_once():
    made = phone(user_name1="100")
    made.agent.accounts.clear()
    wait(made, 10)
    made._short("short")
    wait(made, 10)
    assert any("Memory" in x for x in made.parts.display.lines), made.parts.display.lines
    made._short(None)
    wait(made, 10)
    assert not any("Memory" in x for x in made.parts.display.lines)


async def test_a_line_of_the_console_is_answered_as_json():
    assert '"value"' in await phone().execute("get user_name1")


# -- how it begins and ends -----------------------------------------------------------------------


class Silent(Board):
    """A board whose phone serves no web pages and asks nobody for settings."""

    def made(self, **settings):
        """Return a phone that runs on it."""
        preset = {"network_id_port": "0", "webserver_type": "off", "pnp_config": "off"}
        preset.update(settings)
        return Running(self, preset)


async def _up(made):
    await until(lambda: made.platform.up)


async def test_the_key_of_the_first_start_is_held_for_a_moment_not_only_touched():
    for looks, opens in ((0, False), (1, False), (3, False), (1000, True)):
        made = Silent().made(user_name1="100")
        left = [looks]

        def held(name, left=left):
            assert name == "*"
            left[0] -= 1
            return left[0] >= 0

        made.input.held_at_start = held
        await made.during(_up)
        assert any("no WiFi" in x for x in made.log.lines()) is opens, looks
    made = Silent().made(user_name1="100")
    made.parts.setup_key, made.input.held_at_start = None, None
    await made.during(_up)


async def test_the_pages_are_there_at_once_or_once_the_first_start_is_over():
    for opens in (False, True):
        made = Silent().made(webserver_type="http", http_pass="correct horse")

        async def begin(held, made=made, opens=opens):
            made.first_start.state = "open" if opens else "closed"

        made.first_start.begin = begin
        made.first_start.shown = lambda text: []

        async def pages(made, opens=opens):
            await _up(made)
            if opens:
                assert made.web.state == "off"
                made.first_start.state = "closed"
                made.set_up()
            await until(lambda: made.web.state == "http on port 80")

        await made.during(pages)


async def test_an_address_that_changes_while_the_phone_begins_is_told_to_the_agent():
    for changes in (False, True):
        made = Silent().made(user_name1="100")
        network, told = made.network, []
        network.address = lambda peer=None: "192.0.2.1"

        def udp(port=0, network=network, changes=changes):
            if changes:
                network.address = lambda peer=None: "192.0.2.2"
            return network

        network.udp = udp
        made.network_changed = lambda told=told: told.append("changed")
        await made.during(_up)
        assert told == (["changed"] if changes else [])


def test_the_agent_is_told_of_a_network_that_changes():
    made, told = phone(user_name1="100"), []
    made.agent.network_changed = lambda: told.append(made.network.up)
    made.network_changed()
    assert told == [True]


def test_the_agent_tries_again_as_the_time_is_known_for_tls_has_waited_for_it():
    made, told = phone(user_name1="100"), []
    made.agent.retry = lambda: told.append("again")
    made.time_known()
    made.agent = None  # it may be known before there is one
    made.time_known()
    assert told == ["again"]


async def test_parts_for_sound_are_tested_and_memory_is_watched_from_the_start():
    made, tested = Silent().made(), []

    async def test():
        tested.append(1)

    made.parts.sound.test = test
    made.parts.memory.gone = True

    async def shown(made):
        await until(lambda: tested and "memory" in made.panel.troubles)

    await made.during(shown)
    assert tested == [1]


async def test_the_setup_event_waits_for_the_network_and_for_each_registration():
    made = Silent().made(action_setup_url="http://localhost/x")
    fired = []

    async def setup(made):
        await _up(made)
        made.actions.fire = lambda event, context=None: fired.append(event)
        made.agent.accounts[:] = [Account(1), Account(2)]
        first, second = made.agent.accounts
        first.tried = second.tried = False
        await sleep_ms(60)
        assert not fired
        first.tried = True
        await sleep_ms(60)
        assert not fired
        second.register = False  # it will never have tried
        made.network.up = False
        await sleep_ms(60)
        assert not fired
        made.network.up = True
        await until(lambda: fired)
        made.agent.accounts.clear()

    made.network.up = False
    made.network.start = _comes_later
    await made.during(setup)
    assert fired == ["action_setup_url"]


async def _comes_later():
    """Return before the network is up."""


async def test_the_last_events_have_two_seconds_and_no_more():
    for idle_after, least, most in ((1, 0, 150), (1000, 1900, 2200)):
        made, looks, slept = phone(), [], []

        async def sleep(ms, slept=slept):
            slept.append(ms)

        made.actions.idle = lambda looks=looks, n=idle_after: looks.append(1) or len(looks) > n
        telephone.sleep_ms = sleep
        try:
            await made._last_words()
        finally:
            telephone.sleep_ms = sleep_ms
        assert least <= sum(slept) <= most, sum(slept)


async def test_settings_that_cannot_be_saved_at_the_end_are_told():
    made = Silent().made()

    async def locked(made):
        await _up(made)

        def flush():
            raise OSError(28)

        made.settings.flush = flush

    await made.during(locked)
    assert "settings: not saved" in made.log.lines()[-1]


def test_a_phone_that_has_run_is_left_for_the_repl():
    class Ending(Silent):
        def ready(self, made):
            super().ready(made)
            made.stop()

    try:
        board = Ending()
        preset = {"network_id_port": "0", "webserver_type": "off", "pnp_config": "off"}
        loop = asyncio.new_event_loop()
        if hasattr(asyncio, "set_event_loop"):
            asyncio.set_event_loop(loop)
        made = start.run(board, preset)
        loop.run_until_complete(_none_left())
        if hasattr(loop, "close"):
            loop.close()
        assert start.last is made is board.up and made.settings.get("pnp_config") == "off"
    finally:
        start.last = None
        if hasattr(asyncio, "set_event_loop"):
            asyncio.set_event_loop(None)
        asyncio.new_event_loop()


async def test_what_comes_of_a_message_is_acted_on_when_the_agent_is_done_with_it():
    made = Silent().made(user_name1="100")

    async def told(made):
        await _up(made)
        (account,) = made.agent.accounts
        made.agent.listener("mwi", account, new=3)
        assert made.desk.messages == 0, "the agent is not done yet"
        made.agent.settled()
        assert made.desk.messages == 3

    await made.during(told)


async def test_settings_of_a_server_are_asked_for_and_keys_are_looked_at_while_it_runs():
    made, served = Silent().made(), []

    async def asks():
        served.append("provisioning")

    async def looks():
        served.append("keys")

    made.provisioning.serve, made.input.serve = asks, looks

    async def both(made):
        await _up(made)
        await until(lambda: len(served) >= 2)

    await made.during(both)
    assert sorted(set(served)) == ["keys", "provisioning"]


def test_where_a_socket_is_needed_the_pages_strangers_lose_theirs():
    made = phone()
    assert made.network.shed() is False, "nothing listens"

    class Server:
        def shed(self):
            return True

    made.web.server = Server()
    assert made.network.shed() is True


def test_an_emergency_is_dialled_and_told_of_though_a_dead_server_has_filled_the_queue():
    made = phone(
        user_name1="100",
        emergency_numbers="112",
        action_url_queue=8,
        action_dnd_on_url="http://dead.example/old",
        action_outgoing_url="http://dead.example/out?n=$remote",
        action_disconnected_url="http://dead.example/over?n=$remote",
    )
    actions = made.actions
    actions.sender.pump = lambda: None  # nothing leaves: the server does not answer
    for stranger in (False, True):  # the owner's own events, then a flood of strangers' calls
        actions.stranger = lambda context, stranger=stranger: stranger
        for _ in range(64):
            actions.fire("action_dnd_on_url")
        assert len(actions.queue) == 8
        actions.stranger = lambda context: False
        call = dialling.dial(made.desk, "112")
        wait(made, 20)
        assert call in made.agent.calls
        assert actions.queue.entries[-1].path == "/out?n=112@pbx", "the oldest has given way"
        actions.stranger = lambda context: True
        for _ in range(64):
            actions.fire("action_dnd_on_url")
        actions.stranger = lambda context: False
        call.hangup()
        wait(made, 20)
        kept = [x.path for x in actions.queue.entries if not x.stranger][-2:]
        assert kept == ["/out?n=112@pbx", "/over?n=112@pbx"], "strangers' events give way first"
        assert len(actions.queue) == 8
