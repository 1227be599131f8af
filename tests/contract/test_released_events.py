"""The promise between versions: what was released can be read today, and nothing new is demanded of it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from schemas.generate import RELEASED, asyncapi, event_schema, main, stale
from schemas.topics import TOPICS, Topic
from services.runtime.events import decode

RELEASES = sorted(path for path in RELEASED.iterdir() if path.is_dir())
CASES = [
    pytest.param(release, topic, id=f"{release.name}-{topic.event}")
    for release in RELEASES
    for topic in TOPICS
    if (release / f"{topic.event}.sample.json").exists()
]


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def test_the_generated_files_are_those_of_todays_code() -> None:
    assert main(["--check"]) == 0


def test_a_changed_or_foreign_file_is_stale(tmp_path: Path) -> None:
    for path in RELEASES[-1].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert stale(tmp_path) == []
    (tmp_path / "article.sample.json").write_text("{}\n")
    (tmp_path / "gone.schema.json").write_text("{}\n")
    (tmp_path / "asyncapi.json").unlink()
    assert stale(tmp_path) == ["article.sample.json", "asyncapi.json", "gone.schema.json"]


@pytest.mark.parametrize(("release", "topic"), CASES)
def test_todays_code_reads_every_released_sample(release: Path, topic: Topic) -> None:
    raw = (release / f"{topic.event}.sample.json").read_bytes()
    event = decode(topic, raw)
    assert json.loads(event.model_dump_json()).items() >= {"id": json.loads(raw)["id"]}.items()
    assert event.subject == topic.key(event.data)


@pytest.mark.parametrize(("release", "topic"), CASES)
def test_released_samples_satisfy_their_released_and_todays_schema(
    release: Path, topic: Topic
) -> None:
    sample = load(release / f"{topic.event}.sample.json")
    jsonschema.Draft202012Validator(load(release / f"{topic.event}.schema.json")).validate(sample)
    jsonschema.Draft202012Validator(event_schema(topic)).validate(sample)


@pytest.mark.parametrize(("release", "topic"), CASES)
def test_since_a_release_no_field_was_lost_and_none_became_required(
    release: Path, topic: Topic
) -> None:
    then, now = load(release / f"{topic.event}.schema.json"), event_schema(topic)
    for name, definition in {"": then, **then["$defs"]}.items():
        today = now if name == "" else now["$defs"].get(name)
        assert today is not None, f"{name} was taken away"
        gone = set(definition.get("properties", ())) - set(today.get("properties", ()))
        assert not gone, f"{name or topic.event} lost {gone}"
        demanded = set(today.get("required", ())) - set(definition.get("required", ()))
        assert not demanded, f"{name or topic.event} now demands {demanded}"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.event)
def test_a_reader_ignores_what_a_newer_writer_added(topic: Topic) -> None:
    sample = load(RELEASES[-1] / f"{topic.event}.sample.json")
    sample["newextension"] = "x"
    sample["data"]["added_later"] = {"deep": [1]}
    assert (
        decode(topic, json.dumps(sample).encode()).data
        == decode(topic, (RELEASES[-1] / f"{topic.event}.sample.json").read_bytes()).data
    )


def test_the_asyncapi_document_names_every_topic_and_only_existing_schemas() -> None:
    document = asyncapi()
    assert {channel["address"] for channel in document["channels"].values()} == {
        topic.name for topic in TOPICS
    }
    for channel in document["channels"].values():
        for message in channel["messages"].values():
            assert (RELEASES[-1] / message["payload"]["$ref"]).exists()
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].rpartition("/")[2] in document["channels"]
