"""What an account must be like. Pure functions."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from typing import Final
from zoneinfo import available_timezones

from kpix_tui.domains.accounts.errors import (
    CodeMalformed,
    EmailInvalid,
    NameMissing,
    ParametersTooWeak,
    PasswordTooCommon,
    PasswordTooShort,
    TimezoneUnknown,
)

MINIMUM_PASSWORD: Final = 12
_EMAIL: Final = re.compile(
    r"[^@\s\x00-\x1f\ud800-\udfff]+@[^@\s\x00-\x1f\ud800-\udfff]+\.[^@\s\x00-\x1f\ud800-\udfff.]+"
)

# Floors of RFC 9106 and the OWASP password storage cheat sheet: below them a server that lies could
# have the client hand over something that is cheap to guess.
MINIMUM_MEMORY_KIB: Final = 19 * 1024
MINIMUM_TIME: Final = 2
MAXIMUM_MEMORY_KIB: Final = 1024 * 1024
MAXIMUM_TIME: Final = 10


def normalized_email(email: str) -> str:
    """The e-mail as it is compared: NFKC, trimmed, lower case.

    Raises:
        EmailInvalid: it does not look like an address.
    """
    found = unicodedata.normalize("NFKC", email).strip().lower()
    if len(found) > 254 or not _EMAIL.fullmatch(found):
        raise EmailInvalid(email=email, fields=("email",))
    return found


def valid_name(name: str, *, field: str = "name") -> str:
    """The name without blanks around it.

    Raises:
        NameMissing: it is empty or longer than 200 characters.
    """
    found = " ".join(name.split())
    if not 1 <= len(found) <= 200:
        raise NameMissing(fields=(field,))
    return found


def check_password(password: str, commonest: frozenset[str], *, field: str = "password") -> None:
    """Length and the list of the commonest; no composition rules (NIST SP 800-63B, 5.1.1.2).

    Raises:
        PasswordTooShort: under 12 characters.
        PasswordTooCommon: it is in ``commonest``, whatever the case.
    """
    if len(password) < MINIMUM_PASSWORD:
        raise PasswordTooShort(minimum=MINIMUM_PASSWORD, fields=(field,))
    lowered = password.casefold()
    if lowered in commonest or len(set(lowered)) < 4:
        raise PasswordTooCommon(fields=(field,))


def check_timezone(timezone: str) -> str:
    """The IANA name, checked.

    Raises:
        TimezoneUnknown: the machine's database has no such zone.
    """
    if timezone not in available_timezones():
        raise TimezoneUnknown(timezone=timezone, fields=("timezone",))
    return timezone


def check_hash_parameters(memory_kib: int, time: int, parallelism: int) -> None:
    """Refuse what a client must not hash with, whatever the server says.

    Raises:
        ParametersTooWeak: under 19 MiB or 2 passes, or so much that it would only burn the machine.
    """
    strong = memory_kib >= MINIMUM_MEMORY_KIB and time >= MINIMUM_TIME and parallelism >= 1
    bearable = memory_kib <= MAXIMUM_MEMORY_KIB and time <= MAXIMUM_TIME and parallelism <= 16
    if not (strong and bearable):
        raise ParametersTooWeak


def minutes(seconds: int) -> int:
    """Whole minutes that cover ``seconds``, at least one."""
    return max(1, -(-seconds // 60))


CODE_LENGTH: Final = 26
CODE_BITS: Final = 5 * CODE_LENGTH
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans("OIL", "011", "- \u00a0\u2010\u2011\u2013")
"""Letters that Crockford's alphabet leaves out for looking like digits, and what separates."""


def written_code(number: int) -> str:
    """A code for ``number``, below 2 to the power of 130, in groups of four characters.

    The alphabet is Crockford's base 32 (https://www.crockford.com/base32.html).
    """
    digits = (_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))
    return "-".join(textwrap.wrap("".join(digits), 4))


def read_code(code: str, *, field: str = "code") -> bytes:
    """What a code says, whatever its case, its groups and the look-alikes typed for its digits.

    Raises:
        CodeMalformed: it cannot be a code.
    """
    found = unicodedata.normalize("NFKC", code).strip().upper().translate(_MISREAD)
    if len(found) != CODE_LENGTH or not set(found) <= set(_CROCKFORD):
        raise CodeMalformed(length=CODE_LENGTH, fields=(field,))
    return found.encode()
