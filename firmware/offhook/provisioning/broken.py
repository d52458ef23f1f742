"""What is wrong with a file as a whole."""


class Broken(ValueError):
    """The file is refused whole; the text says where and why, without its values."""
