"""Every error that kpix can show has a code of its own, a sentence in each language, and a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from string import Formatter

import pytest

from kpix_tui.i18n import catalog
from kpix_tui.kernel.errors import ExitCode, KpixError
from tests.support import texts

EVERY = texts.errors()


@pytest.fixture
def french() -> Iterator[None]:
    before = catalog.current_locale()
    catalog.set_locale("fr")
    yield
    catalog.set_locale(before)


def test_codes_are_unique() -> None:
    repeated = {code: n for code, n in Counter(error.code for error in EVERY).items() if n > 1}
    assert repeated == {}


@pytest.mark.parametrize("error", EVERY, ids=lambda error: str(error.__qualname__))
def test_an_error_is_complete(error: type[KpixError], french: None) -> None:
    assert error.code.replace(".", "_").isidentifier()
    assert "code" in vars(error)
    assert error.exit_code in ExitCode
    assert error.exit_code is not ExitCode.DONE
    assert (error.__doc__ or "").strip()
    has_words = any(part.strip() for part, *_ in Formatter().parse(error.message))
    assert not has_words or catalog._(error.message) != error.message, "not in French"


def test_the_page_of_errors_is_up_to_date() -> None:
    written = texts.ERRORS_PAGE.read_text(encoding="utf-8")
    assert written == texts.errors_page(), "run: python -m tests.support.texts"
