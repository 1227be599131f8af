"""Induce words of judgement: `python -m services.extract.train_lexicon DATA_DIR [OUT_FILE]`.

The project's own word lists are the seeds. A logistic regression over embeddings of single words tells
them from common words of ClaimBuster's sentences (as in lexicon induction from seeds, Rothe et al. 2016,
"Ultradense word embeddings"); what it finds among all words that the language pipeline knows is
written as a table that a person can read. No sentence labelled for subjectivity is used. Needs
scikit-learn (the extra `train`) and the sentence encoder.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from spacy.language import Language

from services.extract.objectivity_induced import LEXICON
from services.extract.objectivity_words import ATTITUDE, EVALUATIVE, LOADED, LOADED_VERBS
from services.extract.train import find_claimbuster, read_claimbuster
from services.language.encoder import load_encoder
from services.language.pipeline import load_pipeline
from services.runtime.errors import UserError

STRENGTH = 10.0
"""Inverse of the regularisation."""
COMMON = 6_000
"""Words that stand for those that do not judge; the few among them that do make the rest stricter."""
LEAST = 1.0
"""Log-odds above which a word is taken; what it has more, up to 1, is its weight."""
_ENDINGS = (
    ("s", ""), ("es", ""), ("ies", "y"), ("d", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"),
    ("ly", ""), ("ness", ""),
)  # fmt: skip
"""Endings, and what the base form has in their place."""
_WORD = re.compile(r"[a-z][a-z-]+")
_KNOWN = re.compile(r"[a-z]{3,20}(?:-[a-z]{2,12})?\Z")


def common_words(texts: Iterable[str], seeds: frozenset[str]) -> list[str]:
    """The most frequent words of `texts` that are no seeds, at least four letters, seen twice or more."""
    counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
    found = (word for word, count in counts.most_common() if count > 1)
    return [word for word in found if word not in seeds and len(word) > 3][:COMMON]


def dictionary(nlp: Language) -> frozenset[str]:
    """Words that `nlp` knows and whose base form its lemmatiser lists, so that names stay out."""
    lookups = nlp.get_pipe("lemmatizer").lookups  # type: ignore[attr-defined]
    bases = {word for words in lookups.get_table("lemma_index").values() for word in words}
    bases |= {form for forms in lookups.get_table("lemma_exc").values() for form in forms}
    return frozenset(
        text
        for text in nlp.vocab.strings
        if _KNOWN.match(text)
        and (
            text in bases
            or any(text.endswith(end) and text[: -len(end)] + new in bases for end, new in _ENDINGS)
        )
    )


def induce(
    seeds: Sequence[str], others: Sequence[str], vocabulary: Sequence[str]
) -> dict[str, float]:
    """Words of `vocabulary` that are nearer the seeds than the others, with a weight up to 1."""
    encoder = load_encoder()
    known = np.array([True] * len(seeds) + [False] * len(others))
    regression = LogisticRegression(C=STRENGTH, max_iter=1000, class_weight="balanced")
    regression.fit(encoder.encode([*seeds, *others]), known)
    odds: npt.NDArray[np.float64] = regression.decision_function(encoder.encode(vocabulary))
    weights = np.clip(odds - LEAST, 0, 1)
    return {
        word: round(float(weight), 2)
        for word, weight in zip(vocabulary, weights, strict=True)
        if weight >= 0.05
    }


def main(arguments: Sequence[str]) -> int:
    """The command; 2 on wrong use or wrong data."""
    if len(arguments) not in (1, 2):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        texts = read_claimbuster(find_claimbuster(Path(arguments[0]), "crowdsourced")).texts
        seeds = EVALUATIVE | LOADED | LOADED_VERBS | ATTITUDE
        vocabulary = sorted(dictionary(load_pipeline()) - seeds)
        found = induce(sorted(seeds), common_words(texts, seeds), vocabulary)
    except UserError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    path = Path(arguments[1]) if len(arguments) == 2 else LEXICON
    path.write_text("".join(f"{word}\t{found[word]}\n" for word in sorted(found)), encoding="utf-8")
    sys.stdout.write(f"{path}: {len(found)} of {len(vocabulary)} words\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
