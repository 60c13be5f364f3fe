"""Mentions: whom a text names, who of them may see the KPI, and what is said before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from kpix_tui.access.permissions import Level, Visibility
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts.service import invite_user
from kpix_tui.domains.accounts.views import InviteUser
from kpix_tui.domains.comments import service
from kpix_tui.domains.comments.errors import (
    CommentTooLong,
    MentionAmbiguous,
    MentionedOutOfSight,
    TooManyMentions,
)
from kpix_tui.domains.comments.views import (
    AddComment,
    Comment,
    Draft,
    DraftChecked,
    EditComment,
    Mention,
    Mentionable,
    MentionKind,
    Subject,
)
from kpix_tui.domains.dashboards.service import set_visibility, share_dashboard
from kpix_tui.domains.dashboards.views import ShareDashboard
from kpix_tui.domains.kpis.errors import KpiNotFound
from kpix_tui.domains.kpis.views import Kpi
from kpix_tui.domains.people.service import add_member, create_team, find_user, set_active
from kpix_tui.kernel.paging import PageRequest
from tests.services import factory

People = Callable[[str | None], Context]


@pytest.fixture
def kpi(context: Context) -> Kpi:
    """A KPI of Acme's administrator that all of Acme sees."""
    return factory.kpi(context, factory.dashboard(context), code="ON-TIME")


@pytest.fixture
def secret(context: Context) -> Kpi:
    """One on a private dashboard that Acme's manager may look at."""
    board = factory.dashboard(context, "Secret")
    made = factory.kpi(context, board, "Rate", code="SECRET")
    manager = person(context, "manager")
    context.run(share_dashboard, ShareDashboard(board.id, Level.VIEWER, user_id=manager))
    context.run(set_visibility, board.id, Visibility.PRIVATE)
    return made


def person(context: Context, who: str) -> UUID:
    return context.run(find_user, f"{who}@acme.test").id


def team(context: Context, name: str, *members: str) -> UUID:
    made = context.run(create_team, name)
    for who in members:
        context.run(add_member, made.id, person(context, who))
    return made.id


def invited(context: Context, name: str, number: int = 0) -> UUID:
    """Somebody with the role USER."""
    command = InviteUser(name, f"invited{number}@acme.test", ("USER",))
    return context.run(invite_user, command).user.id


def write(context: Context, on: Kpi, text: str, **more: Any) -> Comment:
    return context.run(service.add_comment, AddComment(Subject(on.id), text, **more))


def checked(context: Context, on: Kpi, text: str, *chosen: UUID) -> DraftChecked:
    return context.run(service.check_draft, Draft(on.id, text, frozenset(chosen)))


def names(found: tuple[Mention | Mentionable, ...]) -> list[str]:
    return [one.name for one in found]


def test_a_name_after_an_at_is_a_mention(context: Context, kpi: Kpi) -> None:
    operations = team(context, "Operations", "manager")
    made = write(context, kpi, "@max MANAGER, @Operations: see @Ursula User's note; me@acme.test")
    assert made.mentions == (
        Mention(MentionKind.USER, person(context, "manager"), "Max Manager"),
        Mention(MentionKind.TEAM, operations, "Operations"),
        Mention(MentionKind.USER, person(context, "user"), "Ursula User"),
    )
    assert context.run(service.list_comments, Subject(kpi.id)).rows[0] == made


def test_an_edit_changes_who_is_mentioned(context: Context, kpi: Kpi) -> None:
    made = write(context, kpi, "@Max Manager look")
    edited = context.run(service.edit_comment, EditComment(made.id, 1, "@Ursula User look"))
    assert names(edited.mentions) == ["Ursula User"]
    gone = context.run(service.delete_comment, made.id)
    assert gone.mentions == ()


def test_it_is_said_before_sending_who_may_not_see_the_kpi(context: Context, secret: Kpi) -> None:
    found = checked(context, secret, "@Max Manager @Vic Viewer @Nobody @Ursula User")
    assert names(found.told) == ["Max Manager"]
    assert names(found.out_of_sight) == ["Vic Viewer", "Ursula User"]
    assert found.unknown == ("Nobody",)


def test_who_would_not_be_told_refuses_the_comment_unless_it_is_sent_anyway(
    context: Context, secret: Kpi
) -> None:
    text = "@Max Manager, tell @Vic Viewer"
    with pytest.raises(MentionedOutOfSight) as refused:
        write(context, secret, text)
    assert refused.value.params == {"names": "Vic Viewer"}
    assert refused.value.fields == ("text",)
    made = write(context, secret, text, anyway=True)
    assert made.text == text
    assert names(made.mentions) == ["Max Manager"]
    with pytest.raises(MentionedOutOfSight):
        context.run(service.edit_comment, EditComment(made.id, 1, text + "!"))


def test_of_a_team_one_who_sees_it_is_enough(context: Context, secret: Kpi) -> None:
    team(context, "Mixed", "manager", "viewer", "user")
    team(context, "Blind", "viewer")
    team(context, "Empty")
    found = checked(context, secret, "@Mixed @Blind @Empty")
    assert names(found.told) == ["Mixed"]
    assert [(one.name, one.seeing, one.members) for one in found.partly] == [("Mixed", 1, 3)]
    assert names(found.out_of_sight) == ["Blind", "Empty"]
    assert names(write(context, secret, "@Mixed").mentions) == ["Mixed"]
    with pytest.raises(MentionedOutOfSight):
        write(context, secret, "@Blind")


def test_of_several_with_a_name_one_has_to_be_chosen(context: Context, kpi: Kpi) -> None:
    twins = [invited(context, "Sam Okafor", number) for number in range(2)]
    assert checked(context, kpi, "@Sam Okafor").ambiguous == ("Sam Okafor",)
    with pytest.raises(MentionAmbiguous) as refused:
        write(context, kpi, "@Sam Okafor")
    assert refused.value.params == {"name": "Sam Okafor"}
    made = write(context, kpi, "@Sam Okafor", chosen=frozenset({twins[1]}))
    assert [one.id for one in made.mentions] == [twins[1]]
    unsaid = write(context, kpi, "nobody is named", chosen=frozenset({twins[1]}))
    assert unsaid.mentions == (), "the text decides"


def test_the_longest_name_is_meant(context: Context, kpi: Kpi) -> None:
    invited(context, "Ann")
    invited(context, "Ann Lee", 1)
    invited(context, "Éloïse Ça", 2)
    assert names(checked(context, kpi, "@Ann Lee").told) == ["Ann Lee"]
    assert names(checked(context, kpi, "@Ann leeward").told) == ["Ann"]
    assert checked(context, kpi, "@Annie").unknown == ("Annie",)
    assert names(checked(context, kpi, "@eloise ca").told) == ["Éloïse Ça"]


def test_who_left_is_nobody(context: Context, kpi: Kpi) -> None:
    context.run(set_active, person(context, "user"), False)
    assert checked(context, kpi, "@Ursula User").unknown == ("Ursula",)
    assert "Ursula User" not in names(context.run(service.mentionable, kpi.id).rows)


def test_a_text_that_is_too_long_is_not_looked_up(context: Context, kpi: Kpi) -> None:
    with factory.counted(context) as statements, pytest.raises(CommentTooLong):
        checked(context, kpi, "@Max Manager " * 80_000)
    assert statements == []


def test_a_comment_mentions_fifty_at_most(context: Context, kpi: Kpi) -> None:
    for number in range(51):
        invited(context, f"P{number:02}", number)
    everybody = " ".join(f"@P{number:02}" for number in range(51))
    with pytest.raises(TooManyMentions):
        write(context, kpi, everybody)
    assert len(write(context, kpi, everybody.removesuffix(" @P50")).mentions) == 50


# -- completion ------------------------------------------------------------------------------------


def completed(context: Context, on: Kpi, prefix: str = "", **page: Any) -> list[str]:
    return names(context.run(service.mentionable, on.id, prefix, PageRequest(**page)).rows)


def test_completion_offers_those_who_may_see_the_kpi(context: Context, secret: Kpi) -> None:
    team(context, "Mixed", "manager", "viewer")
    team(context, "Blind", "viewer")
    assert completed(context, secret) == ["Ada Admin", "Max Manager", "Mixed"]
    (mixed,) = context.run(service.mentionable, secret.id, "mix").rows
    assert (mixed.kind, mixed.members, mixed.seeing) == (MentionKind.TEAM, 2, 1)


def test_completion_looks_at_the_beginning_of_every_word(context: Context, kpi: Kpi) -> None:
    invited(context, "Éloïse Martin")
    assert set(completed(context, kpi, "m")) == {"Éloïse Martin", "Max Manager"}
    assert completed(context, kpi, " ELO ") == ["Éloïse Martin"]
    assert completed(context, kpi, "max m") == ["Max Manager"]
    assert completed(context, kpi, "nager") == []
    assert completed(context, kpi, "%") == []


def test_completion_is_paged_and_sorted(context: Context, kpi: Kpi) -> None:
    everybody = completed(context, kpi)
    assert everybody == sorted(everybody, key=str.lower)
    page = context.run(service.mentionable, kpi.id, "", PageRequest(1, 2))
    assert (names(page.rows), page.total) == (everybody[1:3], len(everybody))
    team(context, "All", "user")
    assert completed(context, kpi, sort="kind")[0] == "All"


def test_completion_is_for_those_who_see_the_kpi(secret: Kpi, as_person: People) -> None:
    for who in ("acme/viewer", "globex/admin"):
        with pytest.raises(KpiNotFound):
            as_person(who).run(service.mentionable, secret.id)
        with pytest.raises(KpiNotFound):
            as_person(who).run(service.check_draft, Draft(secret.id, "@Ada Admin"))


def test_a_team_is_concerned_by_a_mention(context: Context, kpi: Kpi, as_person: People) -> None:
    team(context, "Operations", "user")
    write(context, kpi, "@Operations help")
    (thread,) = as_person("acme/user").run(service.unread_threads).rows
    assert thread.mentions_me
    assert as_person("acme/manager").run(service.unread_threads).total == 0
