"""What an account must be like."""

from __future__ import annotations

import pytest

from kpix_tui.domains.accounts.errors import (
    EmailInvalid,
    NameMissing,
    ParametersTooWeak,
    PasswordTooCommon,
    PasswordTooShort,
    TimezoneUnknown,
)
from kpix_tui.domains.accounts.passwords import HashParameters, derive_key
from kpix_tui.domains.accounts.rules import (
    check_hash_parameters,
    check_password,
    check_timezone,
    minutes,
    normalized_email,
    valid_name,
)

COMMONEST = frozenset({"password1234", "correcthorse"})


@pytest.mark.parametrize(
    ("typed", "email"),
    [
        (" Admin@Acme.TEST ", "admin@acme.test"),
        ("élodie@exemple.fr", "élodie@exemple.fr"),
        ("\uff41@acme.test", "a@acme.test"),
        ("a+b@c.d.test", "a+b@c.d.test"),
    ],
)
def test_emails_are_compared_in_one_form(typed: str, email: str) -> None:
    assert normalized_email(typed) == email


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "admin",
        "a@b",
        "a@b.",
        "@b.test",
        "a b@c.test",
        "a@b@c.test",
        "a\0@b.test",
        "\udce9@b.test",
    ],
)
def test_what_is_no_email(typed: str) -> None:
    with pytest.raises(EmailInvalid) as refused:
        normalized_email(typed)
    assert refused.value.fields == ("email",)


def test_an_email_longer_than_mail_allows() -> None:
    with pytest.raises(EmailInvalid):
        normalized_email("x" * 250 + "@acme.test")


def test_names_are_trimmed() -> None:
    assert valid_name("  Ada \n Lovelace ") == "Ada Lovelace"
    for typed in ("", " \n", "x" * 201):
        with pytest.raises(NameMissing) as refused:
            valid_name(typed, field="organization")
        assert refused.value.fields == ("organization",)


def test_a_password_is_long_and_not_common() -> None:
    check_password("correct horse battery staple", COMMONEST)
    check_password("x1y2z3x1y2z3", COMMONEST)
    with pytest.raises(PasswordTooShort) as short:
        check_password("elevenchars", COMMONEST, field="new")
    assert short.value.fields == ("new",)
    assert "12" in str(short.value)


@pytest.mark.parametrize(
    "typed", ["password1234", "PassWord1234", "aaaaaaaaaaaaaaaa", "ABABABcccccc"]
)
def test_passwords_that_everybody_tries(typed: str) -> None:
    with pytest.raises(PasswordTooCommon) as refused:
        check_password(typed, COMMONEST)
    assert refused.value.fields == ("password",)


def test_time_zones_are_those_of_iana() -> None:
    assert check_timezone("Europe/Paris") == "Europe/Paris"
    for typed in ("", "Paris", "../../etc/passwd", "CET+1"):
        with pytest.raises(TimezoneUnknown):
            check_timezone(typed)


@pytest.mark.parametrize(("memory", "time", "lanes"), [(65536, 3, 4), (19456, 2, 1)])
def test_hashing_that_is_accepted(memory: int, time: int, lanes: int) -> None:
    check_hash_parameters(memory, time, lanes)


@pytest.mark.parametrize(
    ("memory", "time", "lanes"),
    [(19455, 2, 1), (65536, 1, 4), (65536, 3, 0), (2**21, 3, 4), (65536, 11, 4), (65536, 3, 17)],
)
def test_hashing_that_a_lying_server_may_not_ask_for(memory: int, time: int, lanes: int) -> None:
    with pytest.raises(ParametersTooWeak):
        check_hash_parameters(memory, time, lanes)


@pytest.mark.parametrize(("seconds", "expected"), [(0, 1), (1, 1), (60, 1), (61, 2), (900, 15)])
def test_minutes_cover_the_seconds(seconds: int, expected: int) -> None:
    assert minutes(seconds) == expected


def test_a_password_that_is_no_utf_8_is_hashed_all_the_same() -> None:
    parameters = HashParameters(b"0123456789abcdef", 19456, 2, 1)
    assert len(derive_key("\udce9t\udce9", parameters)) == 32
    assert derive_key("e\u0301t", parameters) == derive_key("\u00e9t", parameters)
