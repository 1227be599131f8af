"""Waiting for what is away."""

import random
import threading

from hypothesis import given
from hypothesis import strategies as st

from services.runtime.backoff import CAP, FIRST, Backoff
from services.runtime.clock import FakeClock


@given(st.integers(), st.integers(1, 200))
def test_waits_double_up_to_the_cap_with_half_of_each_drawn(seed: int, attempts: int) -> None:
    backoff = Backoff(FakeClock(), random.Random(seed))
    for attempt in range(attempts):
        ceiling = min(CAP, FIRST * 2.0**attempt)
        assert ceiling / 2 <= backoff.next() <= ceiling


def test_two_processes_do_not_wait_alike() -> None:
    draws = {Backoff(FakeClock(), random.Random(seed)).next() for seed in range(10)}
    assert len(draws) == 10


def test_after_a_reset_waits_are_short_again() -> None:
    backoff = Backoff(FakeClock())
    for _ in range(10):
        backoff.next()
    backoff.reset()
    assert backoff.next() <= FIRST


def test_waiting_takes_the_clock_s_time_and_tells_of_the_stop() -> None:
    clock, stop = FakeClock(), threading.Event()
    backoff = Backoff(clock)
    assert not backoff.wait(stop)
    assert len(clock.waits) == 1
    stop.set()
    assert backoff.wait(stop)
