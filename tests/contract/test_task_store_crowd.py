"""A crowd works a queue off: nothing is lost, nothing is decided by too few or too many. `make bench` has it larger."""

from tests.bench.queue import measure_queue


def test_a_crowd_decides_each_task_by_exactly_those_it_needs(url: str) -> None:
    own = None if url.startswith("sqlite") else url
    # Raises AssertionError itself, for each task by name; the times are not judged.
    figures = measure_queue(own, reviewers=8, tasks=30, seconds=0.0)
    assert figures["tasks, reviewers"] == "30, 8"
