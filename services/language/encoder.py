"""The sentence encoder: texts to unit vectors, on the processor, without a network."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from services.language.models import locate
from services.runtime.errors import UserError
from services.runtime.ids import content_hash

Vectors = npt.NDArray[np.float32]
"""Unit vectors, shape (n, 384)."""

DIMENSIONS = 384
"""Length of a vector."""

MAX_TOKENS = 256
"""Word pieces that the model was trained to read; the rest of a text is cut off."""

_MAX_CHARACTERS = 10_000  # of a text that are looked at: more than 256 word pieces ever need
_BATCH_TOKENS = 4_096  # padded tokens a run: enough to keep the cores busy, small enough for memory
_CACHE_SIZE = 20_000  # vectors kept: 31 MB


class Encoder:
    """all-MiniLM-L6-v2 run by onnxruntime. Safe to use from several threads.

    Only texts that were not seen lately are encoded; the cache is keyed by a hash of the text.
    """

    def __init__(self, graph: Path, tokenizer: Path, *, threads: int = 0) -> None:
        """`threads` of the run-time; 0 leaves the choice to it."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.enable_cpu_mem_arena = (
            False  # the arena would keep the largest batch's memory for good
        )
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._cache: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of `texts`, float32 of shape (len(texts), 384), in their order."""
        keys = [content_hash(text) for text in texts]
        with self._lock:
            known = {key: self._cache[key] for key in set(keys) if key in self._cache}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        known |= zip(new, self._encode(list(new.values())), strict=True)
        with self._lock:
            for key in keys:
                self._cache[key] = known[key]
                self._cache.move_to_end(key)
            while len(self._cache) > _CACHE_SIZE:
                self._cache.popitem(last=False)
        if not keys:
            return np.empty((0, DIMENSIONS), np.float32)
        return np.stack([known[key] for key in keys])

    def _encode(self, texts: list[str]) -> Vectors:
        """Encode by falling length, so that little of a batch is padding."""
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        ids = [
            encoding.ids
            for encoding in self._tokenizer.encode_batch([t[:_MAX_CHARACTERS] for t in texts])
        ]
        order = sorted(range(len(texts)), key=lambda index: -len(ids[index]))
        start = 0
        while start < len(order):
            longest = len(ids[order[start]])
            batch = order[start : start + max(1, _BATCH_TOKENS // longest)]
            vectors[batch] = self._run([ids[index] for index in batch], longest)
            start += len(batch)
        return vectors

    def _run(self, rows: list[list[int]], width: int) -> Vectors:
        input_ids = np.zeros((len(rows), width), np.int64)
        mask = np.zeros_like(input_ids)
        for number, row in enumerate(rows):
            input_ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        feed = {"input_ids": input_ids, "attention_mask": mask}
        result: Vectors = self._session.run(["vectors"], feed)[0]
        return result


@lru_cache(maxsize=1)
def load_encoder(model_dir: Path | None = None, threads: int = 0) -> Encoder:
    """The encoder from the graph that set-up built.

    Raises UserError when the graph was never built.
    """
    found = locate(model_dir)
    if not found.graph.exists():
        raise UserError(
            f"the sentence encoder's graph is not at {found.graph}: run `claimdesk models build`, "
            "or set CLAIMDESK_MODEL_DIR to where it was built"
        )
    return Encoder(found.graph, found.tokenizer, threads=threads)
