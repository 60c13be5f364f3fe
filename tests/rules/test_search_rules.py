"""What a query is refused for, and how what was found is marked."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpix_tui.domains.search.errors import QueryTooLong, QueryTooShort, SearchPeriodEmpty
from kpix_tui.domains.search.rules import (
    fold,
    marked,
    moments,
    snippet,
    valid_query,
    within,
    worth_searching,
)
from kpix_tui.domains.search.views import Found, Marked, Wanted
from kpix_tui.kernel.paging import Page


@pytest.mark.parametrize("text", ["ab", " ab ", "a b", "12", "é1", "l'a", "产品", "a" * 200])
def test_two_letters_are_enough(text: str) -> None:
    assert worth_searching(text)
    assert valid_query(text) == text.strip()


@pytest.mark.parametrize("text", ["", " ", "a", "a %", "--", "é", "_", "🦓🦓", "\u202e", "'"])
def test_less_is_refused(text: str) -> None:
    with pytest.raises(QueryTooShort) as refused:
        valid_query(text)
    assert refused.value.fields == ("query",)


@pytest.mark.parametrize("text", ["a" * 201, "ab " * 21])
def test_more_is_refused(text: str) -> None:
    with pytest.raises(QueryTooLong):
        valid_query(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Qualité", "qualite"),
        ("QUALITE\u0301", "qualite"),
        ("ŒUVRE", "oeuvre"),
        ("Straße", "strasse"),
        ("Ølbo", "olbo"),
        ("so\u00adft", "soft"),
        ("ABC", "abc"),
        ("Ἀθῆναι", "αθηναι"),
    ],
)
def test_case_and_accents_make_no_difference(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_days_are_those_of_the_organisation() -> None:
    since, until = moments(date(2026, 3, 29), date(2026, 3, 29), "Europe/Paris")
    assert since == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert until == datetime(2026, 3, 29, 22, tzinfo=UTC)  # a day of 23 hours
    assert moments(None, None, "UTC") == (None, None)
    assert moments(None, date.max, "UTC") == (None, None)


def test_a_time_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(SearchPeriodEmpty):
        moments(date(2026, 3, 29), date(2026, 3, 28), "UTC")


def test_words_are_marked_where_they_stand() -> None:
    found = marked("L'indicateur QUALITÉ, qualités_2", {"qualite", "qualites", "indicateur"})
    assert [part for part, meant in found.parts() if meant] == [
        "indicateur",
        "QUALITÉ",
        "qualités",
    ]
    assert marked("nothing", ()) == Marked("nothing")
    assert "".join(part for part, _meant in found.parts()) == found.text


def test_a_short_text_is_its_own_snippet() -> None:
    assert snippet("One\n  two ", {"two"}) == Marked("One two", ((4, 7),))
    assert snippet("", {"two"}) == Marked("")


def test_a_snippet_shows_the_first_word_that_is_meant() -> None:
    text = "before " * 60 + "needle " + "after " * 60
    found = snippet(text, {"needle"})
    assert [part for part, meant in found.parts() if meant] == ["needle"]
    assert found.text.startswith("… before")
    assert found.text.endswith("after …")
    assert len(found.text) <= 164
    assert snippet(text, {"nowhere"}).text.startswith("before before")
    end = snippet("before " * 60 + "needle", {"needle"})
    assert end.text.endswith("needle")


def test_a_narrow_place_shows_the_first_mark() -> None:
    whole = marked("Spot price of the US Energy Information, energy", {"energy"})
    cut = within(whole, 20)
    assert cut.text == "… US Energy Information, energy"
    assert [part for part, meant in cut.parts() if meant] == ["Energy", "energy"]
    assert within(whole, 40) == whole
    assert within(Marked("x" * 99), 10) == Marked("x" * 99)
    endless = within(marked("x" * 99 + " needle", {"needle"}), 10)
    assert [part for part, meant in endless.parts() if meant] == ["needle"]


def test_an_endless_word_is_cut() -> None:
    found = snippet("x" * 1000 + " needle " + "y" * 1000, {"needle"})
    assert [part for part, meant in found.parts() if meant] == ["needle"]
    assert len(found.text) <= 164


@given(st.text(max_size=400), st.sets(st.text(max_size=5), max_size=3))
def test_no_text_is_changed_by_its_marks(text: str, meant: set[str]) -> None:
    found = marked(text, meant)
    assert "".join(part for part, _meant in found.parts()) == text
    ends = [end for span in found.marks for end in span]
    assert ends == sorted(ends)
    cut = snippet(text, meant)
    assert len(cut.text) <= 164
    assert "\n" not in cut.text


def test_what_is_found_can_be_empty() -> None:
    assert Found(Page((), 0)).more is False
    assert Wanted("x").kinds == frozenset()
