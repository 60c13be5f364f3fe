"""Rules of the schema that a new table or function must follow, read from the catalogue.

Each test shows the offenders, so that the message says what to mend.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.db.lints import RULES, TENANT_TABLES, rows
from tests.support.databases import Database


@pytest.fixture
def catalogue(database: Database) -> Iterator[psycopg.Connection[Any]]:
    with database.server.connect(database.name) as connection:
        yield connection


@pytest.mark.parametrize("rule", RULES)
def test_the_schema_follows(rule: str, catalogue: psycopg.Connection[Any]) -> None:
    assert RULES[rule](catalogue) == []


def test_the_rules_have_something_to_look_at(catalogue: psycopg.Connection[Any]) -> None:
    assert len(rows(catalogue, TENANT_TABLES)) >= 15
