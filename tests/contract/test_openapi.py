"""The API is what its description says: schemathesis asks whatever the description allows, and what it does not."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.errors import SchemathesisError
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from schemas.verdict import Rating, Verdict
from services.ports.accounts import Role
from services.review.desk import make_desk
from services.review.publishing import handle
from services.review.scale import load_scale
from services.runtime.clock import FakeClock
from services.runtime.settings import Settings
from tests.support.desk import (
    NOW,
    People,
    make_match,
    make_task,
    make_tasks,
    parts_of,
    published_in,
    sqlite_url,
    store_at,
)

HOST = "http://testserver"
EXAMPLES = 12
"""Requests an operation and kind: enough to meet each rule, few enough for every run."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, dict[str, str]]]:
    """A desk with tasks and a review, and the header of an editor."""
    with store_at(sqlite_url(tmp_path_factory.mktemp("desk"))) as store:
        for task in make_tasks(5):
            store.upsert(task)
        task = make_task(evidence=[make_match()])
        store.upsert(task)
        verdict = Verdict(
            id="v1",
            task_id=task.id,
            cluster_id=task.cluster_id,
            claim=task.claim.text,
            rating=Rating.FALSE,
            reviewer="rita",
            lease=1,
            decided_at=NOW,
        )
        published = published_in(store)
        list(handle(verdict, tasks=store, published=published, scale=load_scale(None)))
        people = People(store)
        app = make_desk(
            Settings(publisher_name="Example Desk", public_url=HOST),
            parts_of(store, FakeClock(NOW)),
            threading.Event(),
        )
        yield app, people.bearer("eve", Role.EDITOR)


OPERATIONS = (
    "GET /api/v1/tasks",
    "GET /api/v1/tasks/{task_id}",
    "POST /api/v1/tasks/take",
    "POST /api/v1/tasks/{task_id}/actions",
    "POST /api/v1/tasks/{task_id}/merge",
    "POST /api/v1/tasks/{task_id}/split",
    "POST /api/v1/choices/{choice_id}/undo",
    "GET /api/v1/subscriptions",
    "POST /api/v1/subscriptions",
    "POST /api/v1/subscriptions/dry-run",
    "DELETE /api/v1/subscriptions/{subscription_id}",
    "GET /published",
    "GET /published/claimreview.json",
    "GET /published/{task_id}",
    "GET /published/{task_id}.json",
    "GET /v1alpha1/claims:search",
)


def described(desk: tuple[FastAPI, dict[str, str]]) -> dict[str, Any]:
    """Every operation of the description, by its label."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", desk[0])
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


def test_the_description_knows_these_operations(desk: tuple[FastAPI, dict[str, str]]) -> None:
    assert set(described(desk)) == set(OPERATIONS)


def test_everything_is_described(desk: tuple[FastAPI, dict[str, str]]) -> None:
    """What each route and parameter is for, and that its errors are problem documents."""
    schema = desk[0].openapi()
    for path, item in schema["paths"].items():
        for method, operation in item.items():
            assert operation["description"], (method, path)
            for parameter in operation.get("parameters", ()):
                told = parameter.get("description") or parameter["schema"].get("description")
                assert told, (method, path, parameter["name"])
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert "application/problem+json" in answer["content"], (method, path, status)
    names = [one["operationId"] for item in schema["paths"].values() for one in item.values()]
    assert len(names) == len(set(names))
    assert "HTTPValidationError" not in schema["components"]["schemas"]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_the_description_knows(
    desk: tuple[FastAPI, dict[str, str]], label: str, mode: GenerationMode
) -> None:
    operation = described(desk)[label]
    try:
        cases = operation.as_strategy(generation_mode=mode)
        ask(cases, desk[1])
    except (Unsatisfiable, SchemathesisError) as nothing:
        assert mode is GenerationMode.NEGATIVE, nothing  # noqa: PT017 - there is nothing to get wrong
        assert label == "GET /published/claimreview.json"


def ask(cases: Any, headers: dict[str, str]) -> None:
    @given(case=cases)
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def each(case: schemathesis.Case) -> None:
        # Which values make sense together no description can say: a lease that nobody gave is well-formed.
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    each()
