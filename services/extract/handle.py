"""The step: one article in, one event with all its claims out."""

from collections.abc import Iterable

from spacy.language import Language

from schemas.article import Article, ArticleRef
from schemas.claim import ArticleClaims
from services.extract.extraction import Source, extract
from services.extract.readable import require_english


def handle(article: Article, *, nlp: Language) -> Iterable[ArticleClaims]:
    """Yield the claims of `article`: exactly one event.

    Raises BadMessage with reason `not_handled` for a text without words or in a language other than English.
    """
    require_english(article.text, article.language)
    found = extract(Source(article.id, article.text, article.published_local), nlp)
    yield ArticleClaims(
        article=ArticleRef.of(article),
        claims=found.claims,
        attributions=found.attributions,
        excluded=found.excluded,
        pipeline=f"{nlp.meta.get('lang', '')}_{nlp.meta.get('name', '')} {nlp.meta.get('version', '')}",
    )
