"""Writes the contract as files: JSON Schemas, sample events and an AsyncAPI 3 document.

    python -m schemas.generate            write released/<version>/
    python -m schemas.generate --check    fail when what is there is not what today's code gives

The folder of today's version follows the code; the folders of earlier versions are frozen, and the tests read
their samples with today's code and hold their schemas against today's.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from schemas.envelope import CONTENT_TYPE, CloudEvent
from schemas.samples import SAMPLES
from schemas.topics import TOPICS, Topic

RELEASED = Path(__file__).parent / "released"
"""One folder a released version."""


def event_schema(topic: Topic) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what a reader of `topic` accepts, envelope included."""
    model = CloudEvent[topic.model]  # type: ignore[name-defined]
    schema: dict[str, Any] = model.model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = topic.type
    schema["properties"]["type"] = {"const": topic.type, "type": "string"}
    return schema


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document of all topics."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Claimdesk",
            "version": version("claimdesk"),
            "description": "Events from news feeds to verification tasks, verdicts and alerts.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.event: _channel(topic) for topic in TOPICS},
        "operations": {
            f"{action}-{topic.event}": {
                "action": action,
                "channel": {"$ref": f"#/channels/{topic.event}"},
            }
            for topic in TOPICS
            for action in ("send", "receive")
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": (topic.model.__doc__ or "").strip().splitlines()[0],
        "messages": {
            topic.event: {
                "name": topic.type,
                "contentType": CONTENT_TYPE,
                "payload": {"$ref": f"{topic.event}.schema.json"},
            }
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": [topic.cleanup],
                    "retention.ms": int(topic.retention.total_seconds() * 1000),
                },
                "bindingVersion": "0.5.0",
            }
        },
        "x-key": topic.key_of,
    }


def documents() -> dict[str, str]:
    """Every file of today's version, by name."""
    files: dict[str, Any] = {"asyncapi.json": asyncapi()}
    for topic in TOPICS:
        files[f"{topic.event}.schema.json"] = event_schema(topic)
        files[f"{topic.event}.sample.json"] = json.loads(SAMPLES[topic.event].model_dump_json())
    return {
        name: json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        for name, content in files.items()
    }


def stale(folder: Path) -> list[str]:
    """Names of the files in `folder` that are missing, outdated or not ours."""
    wanted = documents()
    there = {path.name: path.read_text("utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted | there if wanted.get(name) != there.get(name))


def main(arguments: list[str]) -> int:
    """Write or check; 0, or 1 when stale."""
    folder = RELEASED / version("claimdesk")
    if arguments == ["--check"]:
        wrong = stale(folder)
        if wrong:
            sys.stderr.write(
                f"stale: {', '.join(wrong)}: run `make schemas` and commit the result\n"
            )
        return int(bool(wrong))
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale(folder):
        (folder / name).unlink(missing_ok=True)
    for name, content in documents().items():
        (folder / name).write_text(content, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
