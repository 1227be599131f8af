"""What can go wrong, told apart by what the reader can do about it; each carries its exit code."""


class StackError(Exception):
    """A server or a step failed; its log says why."""

    exit_code = 1


class Lacking(StackError):
    """The machine lacks something that has to be installed or set first."""

    exit_code = 3
