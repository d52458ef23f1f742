"""Three-way conference by the PBX: its conference is called, and the other calls are sent there.

The PBX mixes (RFC 4579 section 5.2): one more call, then a REFER to the conference in each of the
others, whose other sides call it by themselves.
"""

from offhook.desk.dialling import dial


def start(desk, number):
    """Call the PBX's conference at `number`; the calls that there are will follow."""
    others = [call for call in desk.agent.calls if call.state in ("connected", "held")]
    call = dial(desk, number)
    if call:
        desk.of(call).joins = others


def joined(desk, conference):
    """A call was answered: where it is a conference, send the others there."""
    record = desk.of(conference)
    others, record.joins = record.joins, ()
    for call in others:
        call.transfer("sip:" + conference.remote)
