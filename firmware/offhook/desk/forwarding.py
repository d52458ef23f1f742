"""Call forwarding: which calls go elsewhere, and the key that switches it."""


def forwarding(desk):
    """Return which calls this phone forwards: "all", "busy", "time" or None.

    Where star codes have told the PBX, it does it.
    """
    get = desk.settings.get
    event = get("redirect_event")
    code = "redirect_%s_on_code" % ("always" if event == "all" else event)
    return event if event != "none" and desk.target(event) and not get(code) else None


def forward(desk, call, event, reason):
    """Send a call elsewhere that was not answered; `reason` is that of its Diversion header."""
    desk.of(call).declined = True
    call.redirect(desk.target(event), reason)


def toggle(desk, number=None):
    """Switch forwarding of all calls to `number`, or to that of the settings; or switch it off."""
    settings = desk.settings
    number = number or settings.get("redirect_number")
    if settings.get("redirect_event") != "none":
        desk.change({"redirect_event": "none"})
    elif number:
        desk.change({"redirect_number": number, "redirect_event": "all"})
    else:
        desk.say(desk.text("no_number"))
