"""Three-way conference by the PBX: its conference is called, and the other calls are sent there.

The PBX mixes (RFC 4579 section 5.2): one more call, then a REFER to the conference in each of the
others, whose other sides call it by themselves.
"""


def start(desk):
    """Call the conference of the settings; the calls that there are will follow."""
    from offhook.desk.calls import dial

    number = desk.settings.get("conf_uri")
    if not number:
        desk.say(desk.panel.text("no_number"))
        return
    others = [call for call in desk.agent.calls if call.state in ("connected", "held")]
    call = dial(desk, number)
    if call:
        call.joins = others


def joined(desk, conference):
    """The conference has answered: send the others there."""
    others, conference.joins = conference.joins, None
    for call in others:
        call.transfer("sip:" + conference.remote)
