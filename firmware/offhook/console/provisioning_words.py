"""The console's words for provisioning: what a server has given, and files by hand."""

from binascii import a2b_base64

from offhook.console.word import Word


def provisioning(phone, _):
    """Return what the last round has brought, and what is locked by whom."""
    return phone.provisioning.report()


async def provision(phone, rest):
    """Ask the server now, or take a file by hand, piece by piece."""
    word, _, data = rest.partition(" ")
    if word in ("", "now") and not data:
        phone.provisioning.resync()
    elif word == "begin" and not data:
        phone.provisioning.begin()
    elif word == "data" and data:
        try:
            data = a2b_base64(data)
        except ValueError:
            raise ValueError("provision data takes base64")
        phone.provisioning.feed(data)
    elif word == "end" and not data:
        return await phone.provisioning.end()
    else:
        raise ValueError("provision takes nothing, or begin, data BASE64, end")


WORDS = {
    "provisioning": Word("provisioning", "what the settings' server has given", provisioning),
    "provision": Word(
        "provision [begin|data BASE64|end]",
        "ask the settings' server now, or take a file of settings",
        provision,
    ),
}
