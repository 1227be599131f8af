"""Word lists written as text, which people can read and edit."""


def words(text: str) -> frozenset[str]:
    """The words of `text`."""
    return frozenset(text.split())
