"""How action plans are called, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from kpix_tui.i18n import plans
from kpix_tui.i18n.catalog import current_locale, set_locale
from kpix_tui.kernel.periods import Frequency

TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    before = current_locale()
    yield
    set_locale(before)


def test_every_word_exists_in_both_languages() -> None:
    wanted = {
        "en": [
            ["Open", "In progress", "Done", "Cancelled"],
            ["Mine", "My teams'", "All"],
            ["Effective", "no effect", "Corrective", "Due date"],
        ],
        "fr": [
            ["À faire", "En cours", "Fait", "Annulé"],
            ["Les miennes", "Celles de mes équipes", "Toutes"],
            ["Efficace", "sans effet", "Corrective", "Échéance"],
        ],
    }
    for locale, words in wanted.items():
        set_locale(locale)
        statuses = ("OPEN", "IN_PROGRESS", "DONE", "CANCELLED")
        assert [plans.status_word(one) for one in statuses] == words[0]
        assert [plans.scope_word(one) for one in ("MINE", "TEAMS", "ALL")] == words[1]
        assert [
            plans.verdict_word("EFFECTIVE"),
            plans.verdict_word("NOT_EFFECTIVE", short=True),
            plans.kind_word("CORRECTIVE"),
            plans.field_word("due_on"),
        ] == words[2]


def test_a_field_of_a_newer_kpix_goes_by_its_own_name() -> None:
    assert plans.field_word("budget") == "budget"


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (date(2026, 11, 20), "due today"),
        (date(2026, 11, 21), "due in 1 day"),
        (date(2026, 12, 4), "due in 14 days"),
        (date(2026, 12, 5), "due 5 Dec 2026"),
    ],
)
def test_what_is_due_soon_is_counted_in_days(due: date, said: str) -> None:
    set_locale("en")
    assert plans.due_words(due, TODAY, "en") == said


def test_what_is_overdue_says_by_how_much() -> None:
    set_locale("en")
    assert plans.overdue_words(date(2026, 11, 19), TODAY) == "overdue by 1 day"
    assert plans.overdue_words(date(2026, 11, 12), TODAY) == "overdue by 8 days"


@pytest.mark.parametrize(
    ("frequency", "said"),
    [
        (Frequency.DAILY, "1 day"),
        (Frequency.WEEKLY, "1 week"),
        (Frequency.MONTHLY, "1 month"),
        (Frequency.QUARTERLY, "1 quarter"),
        (Frequency.YEARLY, "1 year"),
    ],
)
def test_periods_are_called_by_their_frequency(frequency: Frequency, said: str) -> None:
    set_locale("en")
    assert plans.periods_words(1, frequency) == said


def test_a_criterion_is_a_sentence() -> None:
    set_locale("en")

    def said(kind: str) -> str:
        return plans.criterion_words(
            kind, kpi="PUNCT", amount="92 %", periods=3, every=Frequency.MONTHLY
        )

    assert (
        said("LEVEL") == "PUNCT is 92 % or better in each value of the 3 months after the action."
    )
    assert said("SHIFT") == (
        "The mean of PUNCT in the 3 months after the action is better by 92 % or more than"
        " in the 3 months before it."
    )
