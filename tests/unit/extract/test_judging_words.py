"""The induced word list: what it is made from, what it holds, and what it does to a score."""

from typing import TYPE_CHECKING

import pytest

from services.extract import objectivity
from services.extract.objectivity_induced import LEXICON
from services.extract.objectivity_words import ATTITUDE, EVALUATIVE, LOADED, LOADED_VERBS

if TYPE_CHECKING:
    from spacy.language import Language

SEEDS = EVALUATIVE | LOADED | LOADED_VERBS | ATTITUDE


def test_the_table_is_sorted_and_repeats_no_seed() -> None:
    rows = [line.split("\t") for line in LEXICON.read_text(encoding="utf-8").splitlines()]
    words = [word for word, _ in rows]
    assert words == sorted(set(words))
    assert not SEEDS & set(words)
    assert all(0.05 <= float(weight) <= 1 for _, weight in rows)


def test_a_word_beyond_the_lists_counts_and_a_name_does_not(nlp: "Language") -> None:
    assert "spiteful" not in SEEDS
    told = objectivity.explain(nlp("It was a spiteful and senseless plan.")[:])
    assert told["word like these"] == pytest.approx(1.6)
    assert "word like these" not in objectivity.explain(nlp("The plan was sent to the office.")[:])
    assert "word like these" not in objectivity.explain(nlp("They met Abigail Savage.")[:])


def test_recipe_takes_common_words_and_the_dictionary(nlp: "Language") -> None:
    pytest.importorskip("sklearn")
    from services.extract.train_lexicon import common_words, dictionary

    texts = ["The budget budget was absurd absurd.", "A unique word; the budget. Was was."]
    assert common_words(texts, frozenset({"absurd"})) == ["budget"]
    known = dictionary(nlp)
    assert {"spiteful", "betrayed", "deceiving"} <= known
    assert "abizaid" not in known
