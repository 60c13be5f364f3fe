"""Keeps secrets out of the log and out of error reports, whoever hands them in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

REDACTED: Final = "[redacted]"

_SECRET_WORDS: Final = frozenset(
    {
        "authorization",
        "cookie",
        "credential",
        "credentials",
        "dsn",
        "hash",
        "key",
        "passphrase",
        "passwd",
        "password",
        "passwords",
        "pepper",
        "pwd",
        "salt",
        "secret",
        "secrets",
        "token",
        "tokens",
    }
)
"""A field is a secret when one of the words of its name is (``apiKey``, ``old_password``)."""

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_PATTERNS: Final = (
    # What SQLAlchemy and PostgreSQL quote of a statement's values.
    (re.compile(r"\[parameters: .*?\]$", re.DOTALL | re.MULTILINE), f"[parameters: {REDACTED}]"),
    (re.compile(r"(\bDETAIL:\s*).*$", re.MULTILINE), rf"\1{REDACTED}"),
    # user:password@ of an address
    (
        re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)", re.IGNORECASE),
        rf"\1{REDACTED}",
    ),
    # name=value and "name": "value", where the name ends in a word for a secret
    (
        re.compile(
            r"(?P<name>\b[\w-]*(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|credential)s?"
            r"[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;)\]}]+)",
            re.IGNORECASE,
        ),
        rf"\g<name>{REDACTED}",
    ),
    (re.compile(r"(\bBearer\s+)\S+", re.IGNORECASE), rf"\1{REDACTED}"),
    # the shapes of session tokens and of keys: 32 bytes or more as hexadecimal or base64
    (re.compile(r"\b[0-9a-fA-F]{64,}\b"), REDACTED),
    (
        re.compile(
            r"(?<![\w/+-])(?=[\w+/-]*[A-Z])(?=[\w+/-]*[a-z])(?=[\w+/-]*[0-9])[\w+-]{43,}={0,2}"
        ),
        REDACTED,
    ),
)


def is_secret(name: str) -> bool:
    """Whether a field of this name may hold a secret."""
    return any(word.lower() in _SECRET_WORDS for word in _WORD.findall(name))


def redact_text(text: str) -> str:
    """``text`` without what has the shape of a secret."""
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact(value: Any, name: str = "") -> Any:
    """``value`` as the log may have it: plain data for JSON, secrets replaced at any depth."""
    if name and is_secret(name):
        return REDACTED
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): redact(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(inner) for inner in value]
    return redact_text(str(value))
