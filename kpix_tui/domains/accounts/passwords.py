"""Password hashing, on the client: what leaves this process is a key, never the password.
One-time codes are made here too, and leave it as a hash.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from importlib.resources import files

from argon2.low_level import Type, hash_secret_raw

from kpix_tui.domains.accounts.rules import (
    CODE_BITS,
    check_hash_parameters,
    read_code,
    written_code,
)

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class HashParameters:
    """What ``auth.login_params`` answers for an e-mail; ``memory_kib`` in KiB."""

    salt: bytes
    memory_kib: int
    time: int
    parallelism: int


def derive_key(password: str, parameters: HashParameters) -> bytes:
    """The argon2id key of a password (RFC 9106), 32 bytes. Takes about a tenth of a second.

    Raises:
        ParametersTooWeak: the server asked for less than a client accepts.
    """
    check_hash_parameters(parameters.memory_kib, parameters.time, parameters.parallelism)
    return hash_secret_raw(
        # From an environment that is no UTF-8 a password comes with surrogates in it.
        unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass"),
        parameters.salt,
        time_cost=parameters.time,
        memory_cost=parameters.memory_kib,
        parallelism=parameters.parallelism,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def commonest_passwords() -> frozenset[str]:
    """The commonest passwords of 12 characters or more, case folded; shorter ones are refused
    anyway."""
    text = files("kpix_tui.domains.accounts").joinpath("commonest_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def new_code() -> str:
    """A one-time code: 130 random bits, as a person can type them."""
    return written_code(secrets.randbits(CODE_BITS))


def code_hash(code: str) -> bytes:
    """SHA-256 of a code: all that the database keeps of it."""
    return hashlib.sha256(read_code(code)).digest()
