"""What the tests of trust share: what they wait for. Their phones are made in `conftest`."""

STRANGER = "127.0.66.1"


def ringing(phone, count=1):
    """Wait until `count` calls ring."""
    return phone.wait(lambda calls: sum(x["state"] == "ringing" for x in calls) == count)


def gone(phone):
    """Wait until no call is left; nothing that came was more than the phone could take."""
    phone.wait(lambda calls: not calls)
    faults = [x for x in phone.ask("log 100") if x.startswith(("[0]", "[1]"))]
    assert not faults, faults


def answered_by_hand(phone, peer):
    """Let `peer` call, and lift the handset; return the peer's call."""
    call = peer.invite("201")
    ringing(phone)
    phone.ask("hook off")
    phone.wait(lambda _: call.state == "up")
    return call


def called(phone, peer):
    """Wait until a call of the phone has come to `peer`; return the latest."""
    phone.wait(lambda _: peer.some("in"))
    return peer.some("in")[-1]


def told(phone, call, method="NOTIFY"):
    """Return the final status that a request of `call` was answered with."""

    def final():
        return [status for name, status in call.replies if name == method and status >= 200]

    phone.wait(lambda _: final())
    return final()[-1]
