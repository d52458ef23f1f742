"""All lamps of the phone as one part: banks of them on several chips, one after the other."""


class Banks:
    """Lamps of several chips; `add` says where the first lamp of each stands."""

    def __init__(self):
        self.count = 0
        self._banks = []

    def add(self, first, chip):
        """Let `chip` show the lamps from index `first` on."""
        self._banks.append((first, chip))
        self.count = max(self.count, first + chip.count)

    def set(self, index, on):
        """Switch lamp `index`; an index without a lamp is ignored."""
        for first, chip in self._banks:
            if first <= index < first + chip.count:
                chip.set(index - first, on)

    def flush(self):
        """Show all; a chip that is away keeps no other dark, then OSError tells of it."""
        failed = None
        for _, chip in self._banks:
            try:
                chip.flush()
            except OSError as error:
                failed = error
        if failed:
            raise failed
