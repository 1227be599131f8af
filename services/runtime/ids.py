"""Deterministic ids: the same thing gets the same id, whoever names it and however often."""

import base64
import hashlib
import json

_LENGTH = 26  # base32 characters: 130 bits, so that a collision is not a worry at any size


def stable_id(prefix: str, *parts: str | int) -> str:
    """An id made of `prefix` and a hash of `parts`.

    Parts are joined as a JSON array, so that ("a", "bc") and ("ab", "c") differ.
    """
    canonical = json.dumps([str(part) for part in parts], ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).digest()
    return f"{prefix}_{base64.b32encode(digest).decode('ascii').lower()[:_LENGTH]}"


def content_hash(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
