"""Where the reviewers' page is, said once it is there."""

from collections.abc import Iterable

from services.cli.common import out
from services.review.service import DeskServer
from services.runtime.service import Background, Service


def greet(services: Iterable[Service]) -> None:
    """Have the desk among `services` say its address; a link that signs in stays out of the logs."""
    greet_from(work for service in services for work in service.background)


def greet_from(workers: Iterable[Background]) -> None:
    """The same for background workers."""
    for work in workers:
        if isinstance(work, DeskServer):
            work.greet(say_address)


def say_address(address: str) -> None:
    """Print where the page is."""
    once = "   (this link signs in once, within 15 minutes)" if "/sign-in/" in address else ""
    out.print(
        f"The reviewers' page: {address}{once}", highlight=False, markup=False, soft_wrap=True
    )
