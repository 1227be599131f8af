"""Word lists written as plain text, so that they can be read and amended."""


def word_set(text: str) -> frozenset[str]:
    """The words of `text`, separated by white space."""
    return frozenset(text.split())


def word_list(text: str) -> tuple[str, ...]:
    """The same in their order."""
    return tuple(text.split())
