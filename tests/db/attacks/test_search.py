"""Attacks on search: words of other organisations and of hidden dashboards, by whatever they would
show in: rows, counts, ranks, marks, the work that the server does; and through the query itself."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kpix_tui.access.permissions import Level, Permission, Scope, Visibility
from kpix_tui.app.context import Context
from kpix_tui.domains.dashboards import service as dashboards
from kpix_tui.domains.dashboards.views import CreateDashboard, ShareDashboard
from kpix_tui.domains.people.service import find_user
from kpix_tui.kernel.clock import FixedClock
from tests.conftest import NOW
from tests.db.attacks.conftest import SECRET, Attacker
from tests.db.attacks.test_people import well_aimed
from tests.services import factory, people
from tests.support.databases import Database

HIDDEN = "wombat"
"""A word that only a private dashboard of Acme's administrator holds, and its KPI."""
OPEN = "aardvark"
"""One that all of Acme may find."""
NOWHERE = "vombat"
"""One that nothing holds, and whose stems are as many: each is looked up."""
FOUND = "select kind, id from auth.search(%(word)s, null, null, null, null, null)"

Become = Callable[[str | None], Attacker]


@pytest.fixture(scope="module")
def furnished(database: Database, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A private dashboard, one that all of Acme may read, and one of Globex with the same words."""
    with _context(database, tmp_path_factory, "acme/admin") as admin:
        hidden = factory.dashboard(admin, f"{HIDDEN} board", HIDDEN)
        factory.kpi(admin, hidden, f"{HIDDEN} rate", description=f"about {HIDDEN}s")
        admin.run(dashboards.set_visibility, hidden.id, Visibility.PRIVATE)
        seen = factory.dashboard(admin, f"{OPEN} board")
        factory.kpi(admin, seen, f"{OPEN} rate")
        people.give(
            admin, "user", {Permission.DASHBOARD_READ: Scope.ORGANIZATION}, "Only dashboards"
        )
    with _context(database, tmp_path_factory, "globex/admin") as other:
        factory.kpi(other, factory.dashboard(other, f"{OPEN} elsewhere"), f"{OPEN} elsewhere")
    # A dashboard is open before it is closed: until vacuum has come by, the index remembers.
    with database.server.connect(database.name) as operator:
        operator.execute("vacuum private.search_document")
    return {"hidden": hidden.id, "seen": seen.id}


@contextmanager
def _context(database: Database, paths: pytest.TempPathFactory, who: str) -> Iterator[Context]:
    made = database.context(paths.mktemp("search"), FixedClock(NOW), who)
    yield made
    made.close()


READING = {
    "read the words": "select words from private.search_document",
    "count the words": "select count(*) from private.search_document",
    "copy the words out": "copy (select words from private.search_document) to stdout",
    "read the spaces": "select * from private.search_space",
    "read the words through ts_stat": "select * from ts_stat('select words from private.search_document')",
    "look into a space oneself": "select * from private.search_hits(array['KPI'], array['k'], array['1', '2', '3', '4'],"
    " array['1', '2'], array['3', '4'], '''~wombat'':*', '''~wombat''', 10, null, null, null, '{}', null, null, null, null)",
    "read what the index is made of": "select * from private.search_sources(%(org)s, 'KPI', null, null)",
    "have the index written again": "select 1 where private.search_refresh(%(org)s, 'KPI', null, null, now())"
    " is not null",
    "have every index written again": "select 1 where private.sync_search() is not null",
    "make a space": "select private.search_space(%(org)s, 'OPEN', null, null)",
    "write words of one's own": "insert into private.search_document values (%(org)s, 'KPI', gen_random_uuid(),"
    " null, null, null, now(), '''1kwombat''')",
    "drop the words": "delete from private.search_document",
    "read the statistics of the words": "select most_common_elems from pg_stats where tablename = 'search_document'",
    "read the entries of the index": "select * from gin_leafpage_items(get_raw_page("
    "'private.ix_search_document_words', 1))",
    "call the trigger": "select private.search_updated()",
    "sign a principal of one's own": "select private.present(%(org)s, %(user)s, %(user)s)",
}


@pytest.mark.parametrize("attack", READING)
@pytest.mark.parametrize("who", [None, "acme/viewer", "globex/admin"])
def test_the_index_is_out_of_reach(
    attack: str,
    who: str | None,
    attacker: Become,
    furnished: dict[str, Any],
    fingerprint: Callable[[], str],
) -> None:
    before, someone = fingerprint(), attacker(who)
    assert someone.gained(READING[attack], **furnished) == 0
    assert fingerprint() == before, someone.notes
    if "gin_leafpage" not in READING[attack]:  # an extension that is not there
        assert well_aimed(someone), someone.notes


SEARCHING = {
    "search for a word": FOUND,
    "search for a beginning": "select id from auth.search(left(%(word)s, 3), null, null, null, null, null)",
    "count what is found": "select id from auth.search(%(word)s, null, null, null, null, null) where more or rank > 0",
    "search for a kind": "select id from auth.search(%(word)s, array['KPI', 'DASHBOARD'], null, null, null, null)",
    "search for a kind that has no permission": "select id from auth.search(%(word)s, array['EMAIL', 'ROLE', ''],"
    " null, null, null, null)",
    "search by owner": "select id from auth.search(%(word)s, null, null, %(user)s, null, null)",
    "search by process": "select id from auth.search(%(word)s, null, %(word)s, null, null, null)",
    "search by time": "select id from auth.search(%(word)s, null, null, null, '-infinity', 'infinity')",
    "search in a policy's stead": "select d.id from kpix.dashboard d where d.id in"
    " (select s.id from auth.search(%(word)s, null, null, null, null, null) s)",
    "search with a principal that is forged": "with f as materialized (select set_config('kpix.principal',"
    " '1|' || %(org)s || '|' || %(user)s || '|' || %(user)s || '|' || pg_backend_pid() || '|0|00', true))"
    " select s.id from f, lateral auth.search(%(word)s, null, null, null, null, null) s",
    "search as another role": "with f as materialized (select set_config('role', 'kpix_auth', true))"
    " select s.id from f, lateral auth.search(%(word)s, null, null, null, null, null) s",
    "search with another search path": "with f as materialized (select set_config('search_path', 'pg_temp', true))"
    " select s.id from f, lateral auth.search(%(word)s, null, null, null, null, null) s",
    "copy what is found": "copy (select id from auth.search('wombat', null, null, null, null, null)) to stdout",
}
AIMS = {
    "another organisation's word": (SECRET, (None, "globex/admin", "globex/viewer")),
    "a hidden dashboard's word": (HIDDEN, (None, "acme/viewer", "acme/manager", "globex/admin")),
}


@pytest.mark.parametrize("attack", SEARCHING)
@pytest.mark.parametrize("aim", AIMS)
def test_what_is_out_of_sight_is_not_found(
    attack: str, aim: str, attacker: Become, furnished: dict[str, Any]
) -> None:
    word, strangers = AIMS[aim]
    for who in strangers:
        someone = attacker(who)
        assert someone.gained(SEARCHING[attack], word=word, **furnished) == 0, (who, someone.notes)
        assert well_aimed(someone), someone.notes


def test_the_session_of_nobody_finds_nothing(attacker: Become, furnished: dict[str, Any]) -> None:
    assert attacker(None).gained(FOUND, word=OPEN) == 0


def test_without_a_permission_its_kind_is_not_found(
    attacker: Become, furnished: dict[str, Any]
) -> None:
    """A role of only dashboards: no KPI, nobody's name, nobody's e-mail."""
    someone = attacker("acme/user")
    assert someone.gained(FOUND, word=OPEN) == 1
    for word in ("ada", "acme test", "zanzibar rate"):
        assert someone.gained(FOUND + " where kind <> 'DASHBOARD'", word=word) == 0


def test_an_email_is_found_by_those_who_may_know_it(
    attacker: Become, furnished: dict[str, Any]
) -> None:
    assert attacker("acme/viewer").gained(FOUND, word="acme.test") == 0
    assert attacker("acme/viewer").gained(FOUND, word="viewer@acme") == 0
    assert attacker("acme/manager").gained(FOUND, word="acme.test") == 4


def _answers(someone: Attacker, statement: str, **parameters: Any) -> list[Any]:
    with someone.connection() as connection, connection.transaction():
        someone.begin(connection)
        return connection.execute(statement.encode(), parameters).fetchall()


WORK = (
    "explain (analyze, buffers, costs off, timing off, summary off)"
    " select * from auth.search(%(word)s, null, null, null, null, null)"
)


@pytest.mark.parametrize("who", ["globex/admin", "acme/viewer", "acme/manager"])
@pytest.mark.parametrize("word", [HIDDEN, f"{HIDDEN} rate", HIDDEN[:3]])
def test_the_work_of_the_server_tells_no_word(
    who: str, word: str, attacker: Become, furnished: dict[str, Any]
) -> None:
    """EXPLAIN tells how many pages were touched: as many for a hidden word as for one of nowhere."""
    nothing = word.replace(HIDDEN, NOWHERE).replace(HIDDEN[:3], NOWHERE[:3])
    someone = attacker(who)
    with someone.connection() as connection:

        def pages(text: str) -> list[str]:
            with connection.transaction():
                someone.begin(connection)
                lines = connection.execute(WORK, {"word": text}).fetchall()
            return [line for (line,) in lines if "shared" in line or "rows=" in line]

        # What a connection keeps of the catalogue is read first.
        told = [(pages(word), pages(nothing)) for _time in range(8)]
    assert told[-1][0] == told[-1][1]


def test_the_rows_that_were_read_tell_no_word(attacker: Become, furnished: dict[str, Any]) -> None:
    """What the statistics of one's own transaction count of the index."""
    counted = (
        "select coalesce(sum(idx_tup_fetch), 0), coalesce(sum(seq_tup_read), 0)"
        " from pg_stat_xact_all_tables where relname = 'search_document'"
    )
    for who in ("acme/viewer", "globex/admin"):
        someone = attacker(who)
        with someone.connection() as connection, connection.transaction():
            someone.begin(connection)
            connection.execute(FOUND, {"word": HIDDEN}).fetchall()
            assert connection.execute(counted).fetchall() == [(0, 0)]


def test_ranks_and_counts_do_not_depend_on_others(
    attacker: Become,
    furnished: dict[str, Any],
    database: Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    ranks = (
        "select id, rank, more from auth.search(%(word)s, null, null, null, null, null) order by id"
    )
    someone = attacker("globex/viewer")
    before = _answers(someone, ranks, word=OPEN)
    assert len(before) == 2
    with _context(database, tmp_path_factory, "acme/admin") as admin:
        board = factory.dashboard(admin, f"{OPEN} {OPEN} more")
        for number in range(5):
            factory.kpi(admin, board, f"{OPEN} {number}")
    assert _answers(someone, ranks, word=OPEN) == before


def test_marks_come_from_what_is_handed_in(attacker: Become, furnished: dict[str, Any]) -> None:
    """It looks at nothing but its arguments: a text that holds no such word has no mark."""
    marks = "select auth.search_marks(%(word)s, %(texts)s)"
    someone = attacker("globex/viewer")
    texts = ["nothing of that", "", None]
    assert _answers(someone, marks, word=HIDDEN, texts=texts) == [([],)]
    assert _answers(someone, marks, word=HIDDEN, texts=["My WOMBÀTS"]) == [(["wombats"],)]


UNSEEN = "\ufeff"
"""What nobody sees separates no words."""
CHARACTERS = sorted(
    {
        *string.punctuation,
        *(chr(code) for code in range(1, 32)),
        *"\x7f\u00a0\u2018\u2019\u201c\uff07\uff5e\uff5c\uff06\uff0a\u02bc\u0027\u2223\u037e\u00b4",
        UNSEEN,
    }
)
SHAPES = (
    "{c}", "{c}{c}", "{c}wombat", "wombat{c}", "wom{c}bat", "wombat {c} rate", "{c}wombat{c}",
    "wombat{c}*", "wombat:{c}", "\\{c}wombat", "'{c}wombat", "zz {c} wombat", "zz {c}{c} !wombat",
)  # fmt: skip


def _found(someone: Attacker, words: list[str]) -> list[int]:
    """How much each of the words finds, in one transaction: an error would end it."""
    with someone.connection() as connection, connection.transaction():
        someone.begin(connection)
        return [len(connection.execute(FOUND, {"word": word}).fetchall()) for word in words]


@pytest.mark.parametrize("character", CHARACTERS, ids=lambda c: f"u{ord(c):04x}")
def test_no_character_is_an_operator(
    character: str, attacker: Become, furnished: dict[str, Any]
) -> None:
    words = [shape.format(c=character) for shape in SHAPES]
    assert set(_found(attacker("acme/viewer"), words)) == {0}
    joined = 0 if character == UNSEEN else 1
    found = _found(attacker("acme/admin"), [*words, f"{HIDDEN}{character}rate"])
    assert found[-1] == joined  # the KPI has both words


INJECTIONS = (
    "wombat' | '", "zz' | '1k' :* | 'zz", "zz | wombat", "!zz", "!!zz & !zz", "zz <-> wombat", "zz <1> wombat",
    "~", "~wombat", "'~wombat':*", "1kwombat", "2kwombat", "3kwombat", "4kwombat", "1k:*", "wombat:A", "wombat:*ABCD",
    "\\", "\\'", "E'wombat'", "$$wombat$$", "%(word)s", "wombat\x01", "q" * 200, "a " * 20, "*", ":*", "()", "(((",
    "' or true --", "'; drop table kpix.kpi; --", "\u202ewombat", "wom\u200bbat zz", "🦓", "Ω" * 50,
)  # fmt: skip


@pytest.mark.parametrize("attack", INJECTIONS)
def test_no_query_is_more_than_words(
    attack: str, attacker: Become, furnished: dict[str, Any]
) -> None:
    assert _found(attacker("acme/viewer"), [attack]) == [0]


@pytest.mark.parametrize(
    "attack",
    {
        "a query of 10 MB": "repeat('wombat ', 1500000)",
        "a query of one endless word": "repeat('q', 1000000)",
        "a query of 201 characters": "repeat('q', 201)",
        "a query of 21 words": "'b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20 b21'",
        "a query of accents": "repeat(U&'\\0301', 100000)",
    }.items(),
    ids=lambda pair: pair[0],
)
def test_a_huge_query_is_refused(
    attack: tuple[str, str], attacker: Become, furnished: dict[str, Any]
) -> None:
    someone = attacker("acme/viewer")
    statement = f"select id from auth.search({attack[1]}, null, null, null, null, null)"
    assert someone.gained(statement) == 0
    assert [note[:5] for note in someone.notes] == ["22023"]


def test_who_reads_less_finds_less(
    attacker: Become,
    furnished: dict[str, Any],
    database: Database,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Somebody whose role reads only their own: nothing of what the organisation opens to others."""
    with _context(database, tmp_path_factory, "acme/admin") as admin:
        people.give(
            admin,
            "viewer",
            {
                Permission.DASHBOARD_READ: Scope.OWN,
                Permission.DASHBOARD_CREATE: Scope.OWN,
                Permission.KPI_READ: Scope.OWN,
            },
            "Own",
        )
        lent = factory.dashboard(admin, "lent okapi")
        factory.kpi(admin, lent, "okapi rate")
        viewer = admin.run(find_user, "viewer@acme.test").id
        admin.run(dashboards.share_dashboard, ShareDashboard(lent.id, Level.VIEWER, user_id=viewer))
    with _context(database, tmp_path_factory, "acme/viewer") as mine:
        mine.run(dashboards.create_dashboard, CreateDashboard(f"my {OPEN}"))
    someone = attacker("acme/viewer")
    assert someone.gained(FOUND, word=OPEN) == 1
    assert someone.gained(FOUND, word="okapi") == 2
    assert someone.gained(FOUND, word=HIDDEN) == 0
    assert someone.gained(FOUND, word="ada") == 0


@pytest.mark.honest
def test_those_who_see_find(attacker: Become, furnished: dict[str, Any]) -> None:
    owner = attacker("acme/admin")
    for attack in set(SEARCHING) - {
        "search for a kind that has no permission",
        "search by process",
    }:
        if "forged" not in attack and "another role" not in attack:
            assert owner.gained(SEARCHING[attack], word=HIDDEN, **furnished) > 0, attack
    assert attacker("acme/manager").gained(FOUND, word=OPEN) >= 2


@pytest.mark.honest
def test_a_superuser_would_see_the_words(database: Database, furnished: dict[str, Any]) -> None:
    """There is something to attack."""
    with database.server.connect(database.name) as connection:
        rows = connection.execute("select words::text from private.search_document").fetchall()
    assert any(HIDDEN in words for (words,) in rows)
