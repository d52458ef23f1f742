"""The first start's page: plain HTML that the small browsers of sign-in sheets can show.

It needs no script, and its one style sheet is the phone's own. Whatever comes from the air or from
a person goes through `escaped`, and no password is ever written into it.
"""

_HEAD = (
    '<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Offhook</title>'
    '<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css">'
    '<script src="/first.js" defer></script>{more}</head>'
    '<body data-state="{state}"><header><strong>Offhook</strong><span></span>'
    '<a href="/?{turn}" lang="{turn}" hreflang="{turn}">{other}</a></header>'
    "<main><h1>{title}</h1>"
)
_AGAIN = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;"))


def escaped(text):
    """Return a text as HTML that can mean nothing else, in an attribute too."""
    for character, name in _ESCAPES:
        text = text.replace(character, name)
    return text


def _whole(texts, state, body, waits=False):
    turn = "en" if texts["lang"] == "de" else "de"
    head = _HEAD.format(
        lang=texts["lang"],
        turn=turn,
        other=texts["other"],
        title=texts["title"],
        state=escaped(state) if waits else "",
        more=_AGAIN if waits else "",
    )
    return head + body + "</main></body></html>"


def form(texts, networks, values, errors, token, note=""):
    """Return the page that asks.

    `values` and `errors` are {field: text}; `token` makes the form one of this phone's own;
    `note` is a sentence on what became of the last try.
    """
    out = ['<p class="bad" role="alert">%s</p>' % escaped(note) if note else ""]
    out.append('<form method="post" action="/?%s" class="card">' % texts["lang"])
    out.append('<input type="hidden" name="token" value="%s">' % escaped(token))
    out.append("<h2>%s</h2>" % texts["wifi"])
    out.append(_networks(texts, networks, values, errors))
    out.append(_field(texts, "other", "another", values, errors))
    out.append(_field(texts, "wifi_pass", "wifi_pass", values, errors, "password", "kept"))
    out.append('<h2>%s</h2><p class="help">%s</p>' % (texts["account"], texts["later"]))
    out.append(_field(texts, "user", "user", values, errors))
    out.append(_field(texts, "host", "host", values, errors))
    out.append(_field(texts, "user_pass", "user_pass", values, errors, "password", "kept"))
    out.append('<h2>%s</h2><p class="help">%s</p>' % (texts["pages"], texts["pages_help"]))
    out.append(_field(texts, "http_pass", "pages_pass", values, errors, "password", "kept"))
    out.append('<button class="main">%s</button></form>' % texts["connect"])
    out.append(_button(texts, token, "/scan", texts["search"]))
    return _whole(texts, "", "".join(out))


def _button(texts, token, path, label):
    return (
        '<form method="post" action="%s?%s"><input type="hidden" name="token" value="%s">'
        "<button>%s</button></form>" % (path, texts["lang"], escaped(token), label)
    )


def _networks(texts, networks, values, errors):
    out = ['<p class="field"><label for="ssid">%s</label>' % texts["network"]]
    out.append('<select id="ssid" name="ssid"%s>' % _wrong("ssid", errors))
    out.append('<option value="">%s</option>' % texts["choose"])
    for each in networks:
        what = "locked" if each.locked else "open"
        out.append(
            '<option value="%s"%s%s>%s (%s, %d dBm)</option>'
            % (
                escaped(each.ssid),
                " selected" if each.ssid == values.get("ssid") else "",
                "" if each.usable else " disabled",
                escaped(each.ssid),
                texts[what if each.usable else "unusable"],
                each.rssi,
            )
        )
    out.append("</select>" + _error("ssid", errors) + "</p>")
    return "".join(out)


def _field(texts, name, label, values, errors, kind="text", hint=""):
    return (
        '<p class="field"><label for="%s">%s</label><input id="%s" name="%s" type="%s" '
        'maxlength="128" autocomplete="off" autocapitalize="none" autocorrect="off" '
        'spellcheck="false" value="%s"%s%s>%s</p>'
        % (
            name,
            texts[label],
            name,
            name,
            kind,
            escaped(values.get(name, "")) if kind == "text" else "",
            ' placeholder="%s"' % texts[hint] if hint and values.get(name + "_set") else "",
            _wrong(name, errors),
            _error(name, errors),
        )
    )


def _wrong(name, errors):
    return ' aria-invalid="true" aria-describedby="%s_error"' % name if name in errors else ""


def _error(name, errors):
    if name not in errors:
        return ""
    return '<span class="bad" id="%s_error">%s</span>' % (name, escaped(errors[name]))


def joining(texts, ssid, state):
    """Return the page that waits until `state` is another one."""
    body = '<p role="status">%s</p><p class="help">%s</p>' % (
        escaped(texts["joining"] % ssid),
        texts["wait"],
    )
    return _whole(texts, state, body, True)


def joined(texts, state, token, lines, waits):
    """Return the page that tells `lines`, sentences on how the phone is connected now."""
    out = ['<div class="card" role="status">']
    for line in lines:
        out.append("<p>%s</p>" % escaped(line))
    out.append("</div>")
    if not waits:
        out.append('<p class="help">%s</p>' % texts["closes"])
    out.append(_button(texts, token, "/close", texts["done"]))
    return _whole(texts, state, "".join(out), waits)


def closed(texts):
    """Return the last page."""
    return _whole(texts, "", '<p role="status">%s</p>' % texts["closed"])


def redirect(url):
    """Return what stands behind a redirect, for those who do not follow it."""
    return '<!doctype html><title>Offhook</title><a href="%s">%s</a>' % (url, url)
