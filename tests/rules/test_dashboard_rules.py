"""What a dashboard must be like."""

from __future__ import annotations

import pytest

from kpix_tui.domains.dashboards.errors import DashboardTextTooLong, DashboardTitleInvalid
from kpix_tui.domains.dashboards.rules import valid_texts, valid_title


@pytest.mark.parametrize(
    ("typed", "title"),
    [("  Ponctualité \n TER ", "Ponctualité TER"), ("[/foo]", "[/foo]"), ("x" * 200,) * 2],
)
def test_titles(typed: str, title: str) -> None:
    assert valid_title(typed) == title


@pytest.mark.parametrize("typed", ["", " \n", "x" * 201])
def test_titles_that_are_refused(typed: str) -> None:
    with pytest.raises(DashboardTitleInvalid) as refused:
        valid_title(typed)
    assert refused.value.fields == ("title",)
    assert "200" in str(refused.value)


def test_a_process_is_one_line_and_a_description_may_be_more() -> None:
    assert valid_texts(" Sea \n transport ", " one\n\n two ") == ("Sea transport", "one\n\n two")


@pytest.mark.parametrize(
    ("process", "description", "field"),
    [("x" * 201, "", "process"), ("", "x" * 4001, "description")],
)
def test_texts_that_are_too_long(process: str, description: str, field: str) -> None:
    with pytest.raises(DashboardTextTooLong) as refused:
        valid_texts(process, description)
    assert refused.value.fields == (field,)
