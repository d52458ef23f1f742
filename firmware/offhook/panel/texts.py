"""The display's texts in the language of the settings."""

from offhook.panel import text_de, text_en

_TABLES = {"English": text_en.TEXTS, "Deutsch": text_de.TEXTS}


class Texts:
    """Gives the texts of one phone; ``get(name)`` gives its settings."""

    def __init__(self, get):
        self.get = get

    def text(self, key):
        """Return a text; the key itself where there is none."""
        table = _TABLES.get(self.get("language"), text_en.TEXTS)
        return table.get(key, key)
