"""Words of judgement beyond the hand-written lists, with a weight each; `train_lexicon` says how they were found."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from spacy.strings import get_string_id

from services.extract.score_tokens import Ints

LEXICON = Path(__file__).parent / "models" / "judging_words.tsv"


@lru_cache(maxsize=1)
def _table() -> tuple[Ints, npt.NDArray[np.float64]]:
    """Ids of the words, ascending, and their weights."""
    rows = [line.split("\t") for line in LEXICON.read_text(encoding="utf-8").splitlines()]
    ids = np.array([get_string_id(word) for word, _ in rows], dtype=np.uint64)
    order = np.argsort(ids)
    return ids[order], np.array([float(weight) for _, weight in rows])[order]


def weights_of(words: Ints) -> npt.NDArray[np.float64]:
    """The weight of each of `words` (spaCy's ids of lower-case words), 0 where it is not in the table."""
    ids, weights = _table()
    places = np.minimum(np.searchsorted(ids, words), len(ids) - 1)
    return np.where(ids[places] == words, weights[places], 0.0)
