"""Names of keys, P1 to P32 or a row of words, without a string for each of them on the heap."""


class Names:
    """`count` names, ``prefix`` with numbers from `first`; used like a tuple of them."""

    def __init__(self, prefix, first, count):
        self.prefix = prefix
        self.first = first
        self.count = count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if not 0 <= index < self.count:
            raise IndexError
        return "%s%d" % (self.prefix, self.first + index)

    def index(self, name):
        """Return the place of `name`; ValueError when it is none of these."""
        digits = name[len(self.prefix) :]
        if name.startswith(self.prefix) and digits.isdigit() and digits[0] != "0":
            if 0 <= int(digits) - self.first < self.count:
                return int(digits) - self.first
        raise ValueError(name)


class Words:
    """The words of one text; used like a tuple of them."""

    def __init__(self, text):
        self.text = text

    def __len__(self):
        return len(self.text.split())

    def __getitem__(self, index):
        return self.text.split()[index]

    def index(self, name):
        """Return the place of `name`; ValueError when it is none of these."""
        return self.text.split().index(name)
