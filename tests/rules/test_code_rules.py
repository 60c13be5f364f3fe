"""One-time codes: how they are written, and what is forgiven when they are typed."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.domains.accounts.errors import CodeMalformed
from kpix_tui.domains.accounts.passwords import code_hash, new_code
from kpix_tui.domains.accounts.rules import CODE_BITS, CODE_LENGTH, read_code, written_code

NUMBERS = st.integers(0, 2**CODE_BITS - 1)


def test_a_code_has_more_than_128_bits_in_groups_that_can_be_dictated() -> None:
    assert CODE_BITS == 130
    code = new_code()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{2}", code)
    assert code != new_code()


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (0, "0000-0000-0000-0000-0000-0000-00"),
        (31, "0000-0000-0000-0000-0000-0000-0Z"),
        (32, "0000-0000-0000-0000-0000-0000-10"),
        (2**130 - 1, "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ"),
    ],
)
def test_the_alphabet_is_crockfords(number: int, code: str) -> None:
    assert written_code(number) == code


@given(NUMBERS, NUMBERS)
def test_different_numbers_are_different_codes(one: int, other: int) -> None:
    same = read_code(written_code(one)) == read_code(written_code(other))
    assert same is (one == other)


@given(NUMBERS, st.sampled_from(["", " ", "-", " - ", "\u00a0", "\u2013"]), st.booleans())
def test_case_groups_and_look_alikes_do_not_matter(number: int, between: str, lower: bool) -> None:
    code = written_code(number)
    typed = code.replace("-", between).replace("0", "O").replace("1", "I")
    typed = f" {typed.lower() if lower else typed.replace('I', 'l')}\n"
    assert read_code(typed) == read_code(code)
    assert len(read_code(code)) == CODE_LENGTH


@pytest.mark.parametrize(
    "typed", ["", "   ", "0" * 25, "0" * 27, "U" + "0" * 25, "é" * 26, "*" * 26]
)
def test_what_is_no_code(typed: str) -> None:
    with pytest.raises(CodeMalformed) as refused:
        read_code(typed, field="typed")
    assert (refused.value.fields, refused.value.params) == (("typed",), {"length": 26})


def test_only_the_hash_is_sent() -> None:
    code = "0123-4567-89AB-CDEF-GHJK-MNPQ-RS"
    assert code_hash(code.lower()) == hashlib.sha256(b"0123456789ABCDEFGHJKMNPQRS").digest()
