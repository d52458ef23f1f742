"""What software may ask of the phone: keys, calls and identities, on a whole phone."""

from deskkit import Account
from phonekit import meanwhile, phone, said, wait
from support import raises

from base.compat import sleep_ms


def until(made, what):
    """Let the phone look at its keys until ``what()`` is true."""

    async def turns():
        for _ in range(3000):
            if what():
                return
            await sleep_ms(1)
        raise AssertionError("never")

    meanwhile(made, turns())


def test_each_key_that_there_is_can_be_pressed_and_no_other():
    made, pressed = phone(), []
    made.keys.on_key = made.input.emit = lambda name, down: pressed.append((name, down))
    names = made.remote.keys()
    assert len(names) == len(set(names)) and "P1" in names and "P50" in names
    for name in names:
        assert made.remote.key(name) == name
        made.remote.hold(name, True)
    moved = {"OFFHOOK", "ONHOOK"}  # the hook switch
    until(made, lambda: {x for x, down in pressed if down} | moved == set(names))
    for name in ("P0", "P-1", "P51", "P", "ten", "", "HOOKS"):
        with raises(ValueError):
            made.remote.key(name)


def test_a_key_of_a_part_that_is_away_holds_nobody_up():
    made = phone()
    made.parts.module.unplugged = True
    assert said(made, "press P33 10") == {"ok": True}
    assert not made.input.down("P33")


def test_the_handset_is_moved_by_its_two_words():
    made = phone(user_name1="100", user_host1="pbx")
    assert said(made, "hook off") == {"ok": True} and made.desk.off_hook
    for name, off in (("ONHOOK", False), ("OFFHOOK", True)):
        made.remote.hold("ONHOOK" if off else "OFFHOOK", False)  # to let go of one is nothing
        assert made.desk.off_hook is not off
        made.remote.hold(name, True)
        until(made, lambda off=off: made.desk.off_hook is off)


def test_a_call_leaves_by_the_identity_that_is_named_else_by_the_active_one():
    made = phone()
    made.agent.accounts[:] = [Account(1, "100"), Account(2, "200"), Account(3, "300")]
    for uri, user in (
        ("sip:200@pbx", "200"),
        ("200@pbx", "200"),
        ("sip:300@pbx", "300"),
        (None, "100"),
        ("", "100"),
        ("sip:400@pbx", "100"),
    ):
        call = made.remote.dial("201", uri)
        assert call.account.user == user and call.remote == "201@pbx", uri
        made.remote.release_all()
        wait(made, 3000)
        assert made.agent.calls == []


def test_each_of_many_calls_is_ended():
    made = phone(user_name1="100", user_host1="pbx")
    first = made.remote.dial("201")
    first.connect()
    first.hold()
    second = made.remote.dial("202")
    made.remote.release_all()
    assert first.state == second.state == "ended"
    made.remote.release_all()  # there is none


def test_digits_need_a_call_and_go_to_the_active_one():
    made = phone(user_name1="100", user_host1="pbx")
    with raises(ValueError):
        made.remote.dtmf("1")
    call = made.remote.dial("201")
    call.connect()
    made.remote.dtmf("12")
    assert call.done[-2:] == ["dtmf 1", "dtmf 2"]


def test_an_identity_registers_anew_by_its_number_and_the_display_follows():
    made = phone(user_name2="200", user_host2="pbx")
    made.agent.accounts[:] = [Account(1), Account(2, "200")]
    changes = []
    made.desk.observe(lambda: changes.append(1))
    for number in ("", "0", "3", "x", "1 2"):
        with raises(ValueError) as caught:
            made.remote.reregister(number)
        assert number in str(caught.value)
    assert changes == [] and made.agent.changes == []
    made.remote.reregister("2")
    assert [(what, x.number) for what, x in made.agent.changes] == [("remove", 2), ("add", 2)]
    assert changes
    made.remote.release_all()
    assert len(changes) > 1
