"""Text to index terms and vectors: the one analysis that both evidence stores see."""

from collections.abc import Iterable, Sequence

from spacy.language import Language
from spacy.tokens import Doc, Token

from services.language.encoder import Encoder, Vectors

_UNUSED_FOR_TERMS = ("parser", "ner")


def terms_of(doc: Doc) -> list[str]:
    """Lower-case lemmas of `doc` in order, without stop words, punctuation and white space.

    Numbers are kept whatever the stop list says: they decide matches.
    """
    return [term for token in doc if (term := _term(token))]


def _term(token: Token) -> str | None:
    if token.is_space or token.is_punct:
        return None
    if token.is_stop and not token.like_num:
        return None
    text = (token.lemma_ or token.text).lower().strip()
    # A term must not hold white space: the stores split on it.
    return "".join(text.split()) or None


class Analyser:
    """The pipeline and the encoder as one thing that evidence and match share."""

    def __init__(self, nlp: Language, encoder: Encoder) -> None:
        self._nlp = nlp
        self._encoder = encoder

    def terms(self, texts: Iterable[str]) -> list[list[str]]:
        """Index terms of each text."""
        # Disabled for this call only: other threads use the same pipeline.
        docs = self._nlp.pipe(texts, batch_size=64, disable=_UNUSED_FOR_TERMS)
        return [terms_of(doc) for doc in docs]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 384)."""
        return self._encoder.encode(texts)
