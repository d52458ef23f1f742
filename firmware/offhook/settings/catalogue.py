"""The catalogue: every setting of the phone, one record each.

The records stand in the modules ``catalogue_…`` as plain tuples, which frozen code keeps in the
flash; `find` makes a `Setting` of one when somebody asks about it, `default` does not even that.
In a record's name "#" stands for a number from 1 (identity, network), "@" for one from 0 (function
key). Its kind is one of `kinds`; "secret" is a text that nobody is shown.
"""

from offhook.settings import (
    catalogue_accounts,
    catalogue_calls,
    catalogue_system,
    catalogue_urls,
    kinds,
    spellings,
)

GROUPS = (
    catalogue_accounts.GROUPS
    + catalogue_calls.GROUPS
    + catalogue_urls.GROUPS
    + catalogue_system.GROUPS
)
IDENTITIES = 12
FKEYS = 176  # 32 of the phone's own, 144 of expansion modules
_SPEAKING = ("url", "fkey")  # kinds whose check says itself what would be right
_PRIVATE = ("secret", "login")  # kinds that nobody is shown
_NEAREST = 3  # names in a message
_DEFAULT = 3  # its place in a record


class Setting:
    """One record of the catalogue.

    `users` is the room that reads the setting: "registration" registers its identity anew when it
    changes, "templates" means that only Action URLs name it. `values` is (lowest, highest), the
    words of which it takes one, or the most characters.
    """

    def __init__(self, name, kind, values, default, users, meaning):
        self.name = name
        self.kind = kind
        self.values = values
        self.default = default
        self.users = users
        self.meaning = meaning

    @property
    def private(self):
        """Whether nobody is shown its value."""
        return self.kind in _PRIVATE

    def right(self):
        """Return what would be right, for messages."""
        return kinds.right(self.kind, self.values)

    def parse(self, text):
        """Return the value that `text` stands for; an empty ValueError when it is none."""
        return kinds.parse(self.kind, self.values, spellings.taken(self.name, text))

    def written(self, value):
        """Return a value as a person writes it."""
        return kinds.written(self.kind, value)


def _index():
    rows = {}
    for _, group in GROUPS:
        for row in group:
            rows[row[0]] = row
    return rows


_ROWS = _index()


def plain(name):
    """Return (stem, number): "user_name2" and "user_name[2]" -> ("user_name", 2), "mac" -> None.

    A number has no leading zero and three digits at most; else it belongs to the name.
    """
    if name.endswith("]") and "[" in name:
        name, _, index = name[:-1].partition("[")
        name += index
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    if not digits or len(digits) > 3 or (digits[:1] == "0" and len(digits) > 1):
        return name, None
    return stem, int(digits)


def canonical(name):
    """Return a setting's name without brackets."""
    stem, number = plain(name)
    return name if number is None else stem + str(number)


def pattern(name):
    """Return the catalogue's own name of a setting ("user_name#"), None when there is none."""
    if name in _ROWS:
        return None if name.endswith("#") or name.endswith("@") else name
    stem, number = plain(name)
    if number is None:
        return None
    if stem + "#" in _ROWS:
        return stem + "#" if 1 <= number <= IDENTITIES else None
    if stem + "@" in _ROWS:
        return stem + "@" if number < FKEYS else None
    return None


def find(name):
    """Return the `Setting` of a name; KeyError when there is none of it."""
    return Setting(*_ROWS[pattern(name)])


def default(name):
    """Return a setting's default; KeyError for a name that is none."""
    row = _ROWS.get(name)
    if row is None or name.endswith("#") or name.endswith("@"):
        row = _ROWS[pattern(name)]
    return row[_DEFAULT]


def groups():
    """Yield (title, [`Setting`, …]) in the catalogue's order."""
    for title, rows in GROUPS:
        yield title, [Setting(*row) for row in rows]


def nearest(name):
    """Return the names most like `name`, the best first: they share most pairs of letters."""
    stem, number = plain(name)
    wanted = _pairs(stem)
    found = []
    for each in _ROWS:
        pairs = _pairs(each.rstrip("#@"))
        common = sum(1 for x in wanted if x in pairs)
        score = 200 * common // (len(wanted) + len(pairs) or 1)
        if score > 45:
            found.append((-score, each))
    found.sort()
    shown = []
    for _, each in found[:_NEAREST]:
        own = each.rstrip("#@")
        if own != each:
            own += str(int(each[-1:] == "#") if number is None else number)
        if pattern(own):
            shown.append(own)
    return shown


def _pairs(text):
    return [text[i : i + 2] for i in range(len(text) - 1)]


def unknown(name):
    """Return the words that refuse a name, with those that may have been meant."""
    near = nearest(name[:40])
    more = "; nearest: " + ", ".join(near) if near else "; 'find WORD' lists them"
    return "there is no setting '%s'%s" % (name[:40], more)


def parse(name, text, checks=None):
    """Return the value of `text` for setting `name`; ValueError with the whole message.

    `checks` has for some kinds a function that another room judges a value by:
    ``checks[kind](value)`` refuses with a ValueError, or returns what is to be taken instead of
    the value, None for itself.
    """
    try:
        setting = find(name)
    except KeyError:
        raise ValueError(unknown(name))
    check = checks and checks.get(setting.kind)
    try:
        value = setting.parse(text)
        taken = check(value) if check and value else None
        return value if taken is None else taken
    except ValueError as error:
        why = str(error)
    if setting.kind in _SPEAKING:
        raise ValueError("%s: %s" % (name, why or "it takes " + setting.right()))
    shown = "its value" if setting.private else "'%s'" % text[:60]
    why = why and " (%s)" % why
    raise ValueError("%s: %s does not fit%s; it takes %s" % (name, shown, why, setting.right()))
