"""Text to index terms and vectors: the one analysis that both evidence stores see."""

from collections.abc import Iterable, Sequence

from spacy.language import Language

from services.language.encoder import Encoder, Vectors
from services.language.marks import even_marks
from services.language.terms import Lemmas


class Analyser:
    """Lemmas and the encoder as one thing that evidence and match share."""

    def __init__(self, nlp: Language, encoder: Encoder) -> None:
        self._lemmas = Lemmas(nlp)
        self._encoder = encoder

    def terms(self, texts: Iterable[str]) -> list[list[str]]:
        """Index terms of each text, see `Lemmas.terms`."""
        return [self._lemmas.terms(text) for text in texts]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384); how quotation marks are printed makes no difference."""
        return self._encoder.encode([even_marks(text) for text in texts])
