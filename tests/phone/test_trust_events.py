"""What callers are shown and told as, and which calls are events though nothing rings."""

from tests.phone.attack import gone, ringing
from tests.phone.receiver import setting_of
from tests.phone.test_sip_field import given


def events(receiver, *names, query=""):
    """Return the settings that send these events to the receiver."""
    at = f"http://127.0.0.2:{receiver.port}/100/"
    return {setting_of(x): at + x + query for x in names}


_ALL = ("incoming", "disconnected", "missed", "dnd_on")


def test_a_call_that_finds_no_place_is_missed_where_it_came_by_the_registrar(
    registered, pbx, stranger, receiver
):
    query = "?remote=$remote&calls=$nr_ongoing_calls&id=$call-id"
    phone = registered(
        stranger,
        filter_registrar="off",
        sip_max_calls="2",
        max_calls="8",
        **events(receiver, *_ALL, query=query),
    )
    rings = [pbx.invite("201"), pbx.invite("202")]
    ringing(phone, 2)
    late = pbx.invite("203")
    phone.wait(lambda _: late.state == "over")
    assert late.final.status == 486
    receiver.expect("100", "incoming", "incoming", "disconnected", "missed")
    for event in ("disconnected", "missed"):
        found = receiver.query("100", event)
        assert found == {"remote": "203@127.0.0.9", "calls": "2", "id": late.call_id}, event
    for index in range(3):
        call = stranger.invite(f"30{index}")
        phone.wait(lambda _, call=call: call.final)
    phone.ask("press DND")  # what would have been told of them is before this
    receiver.expect("100", "incoming", "incoming", "disconnected", "missed", "dnd_on")
    for call in rings:
        pbx.cancel(call)
    gone(phone)
    phone.ask("press F_MISSED_LIST")
    assert "203" in str(phone.ask("display")["lines"])


def _forms():
    """Return [(From value without tag, further header lines)] of the field's anonymous callers."""
    found = []
    for line in given("anonymous-forms.txt").splitlines():
        who, _, more = line.partition(" with ")
        lines = [x for x in more.replace(" and ", "\n").split("\n") if x]
        found.append(
            (
                who.removeprefix("From: ").partition(";")[0],
                [x.partition(" (from")[0] for x in lines],
            )
        )
    return found


def test_an_anonymous_caller_is_shown_told_and_rejected_as_one(registered, pbx, receiver):
    query = "?remote=$remote&name=$display_remote"
    phone = registered(**events(receiver, *_ALL, query=query))
    for count, (who, lines) in enumerate(_forms(), 1):
        call = pbx.invite_as(f"{who};tag=x{count}", lines)
        ringing(phone)
        shown = phone.ask("display")["lines"]
        name = "Restricted" if "Restricted" in who else "Anonymous"
        assert name in shown and "4930777" not in str(shown), (who, shown)
        assert not any("invalid" in x or "c8oq" in x for x in shown), shown
        pbx.cancel(call)
        gone(phone)
        receiver.expect("100", *("incoming", "disconnected", "missed") * count)
        remote = receiver.query("100", "incoming")["remote"]
        assert remote.endswith("anonymous.invalid") and "4930777" not in str(receiver.seen)
    phone.ask("set reject_anonymous on")
    before = len(receiver.of("100"))
    for count, (who, lines) in enumerate(_forms(), 1):
        call = pbx.invite_as(f"{who};tag=y{count}", lines)
        phone.wait(lambda _, call=call: call.state == "over")
        assert call.final.status == 433, who
    phone.ask("press DND")
    told = receiver.of("100")[:before] + ["disconnected"] * count + ["dnd_on"]
    receiver.expect("100", *told)  # no incoming, and none is missed


def test_a_setting_that_only_templates_use_registers_nobody_anew(registered, pbx, receiver):
    phone = registered(**events(receiver, "dnd_on", query="?uid=$user_uid1&at=$user_uid[1]"))

    def registers():
        return sum(x.method == "REGISTER" for x in pbx.allowed)

    before = registers()
    assert before == 1
    phone.ask("set user_uid1 desk 7")
    phone.ask("press DND")
    receiver.expect("100", "dnd_on")
    assert receiver.query("100", "dnd_on") == {"uid": "desk 7", "at": "desk 7"}
    assert registers() == before
    phone.ask("set user_realname1 Ada")  # what the registrar is told of is registered anew
    phone.wait(lambda _: registers() > before)
    phone.wait(lambda found: found["identities"][0]["registered"], "status")
