"""Sign-up, login, sessions and passwords, as a front end uses them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.access.policy import PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts import passwords, service
from kpix_tui.domains.accounts.errors import (
    AlreadyInitialized,
    EmailTaken,
    LoginRefused,
    LoginThrottled,
    NotSignedIn,
    OrganizationAmbiguous,
    ParametersTooWeak,
    PasswordTooCommon,
    PasswordTooShort,
    PasswordUnchanged,
    PasswordWrong,
    SessionEnded,
)
from kpix_tui.domains.accounts.views import ChangePassword, CreateOrganization, CreateUser, Login
from kpix_tui.domains.people.errors import RoleMissing, RoleUnknown, UserNotFound
from kpix_tui.domains.people.service import list_roles, list_users, show_user
from kpix_tui.kernel.ids import new_id
from kpix_tui.kernel.paging import PageRequest
from tests.support.databases import PASSWORD

People = Callable[[str | None], Context]
OTHER = "a rather different passphrase"


def test_whoami_says_roles_and_rights(as_person: People) -> None:
    actor = as_person("acme/manager").run(service.whoami)
    assert (actor.name, actor.organization_name) == ("Max Manager", "Acme")
    assert actor.roles == ("MANAGER",)
    assert actor.grants[Permission.KPI_UPDATE] is Scope.TEAM
    assert Permission.AUDIT_READ not in actor.grants


def test_login_opens_a_session_that_logout_ends(as_person: People) -> None:
    context = as_person(None)
    with pytest.raises(NotSignedIn):
        context.run(service.whoami)
    signed_in = service.login(context, Login(" USER@acme.test ", PASSWORD))
    context.tokens.save(signed_in.token)
    assert context.run(service.whoami).name == "Ursula User"
    context.run(service.logout)
    with pytest.raises(SessionEnded):
        context.run(service.whoami)


@pytest.mark.parametrize("email", ["user@acme.test", "nobody@nowhere.test", "not an address"])
def test_a_wrong_password_says_no_more_than_an_unknown_email(as_person: People, email: str) -> None:
    with pytest.raises(LoginRefused) as refused:
        service.login(as_person(None), Login(email, "wrong wrong wrong"))
    assert (refused.value.params, refused.value.fields) == ({}, ())


def test_the_sixth_guess_is_told_to_wait(
    as_person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "derive_key", lambda *_: b"k" * 32)
    context = as_person(None)
    for _ in range(5):
        with pytest.raises(LoginRefused):
            service.login(context, Login("user@acme.test", "wrong"))
    with pytest.raises(LoginThrottled) as refused:
        service.login(context, Login("user@acme.test", "wrong"))
    assert 14 <= refused.value.params["minutes"] <= 15


def test_a_rotated_token_takes_over(as_person: People) -> None:
    context = as_person("acme/user")
    fresh = context.run(service.rotate_token)
    with pytest.raises(SessionEnded):
        context.run(service.rotate_token)
    context.tokens.save(fresh)
    assert context.run(service.whoami).name == "Ursula User"


@pytest.mark.parametrize("token", ["", "x", "é", "a" * 43 + "!"])
def test_what_is_no_token_is_nobody(as_person: People, token: str) -> None:
    context = as_person(None)
    context.tokens.save(token)
    with pytest.raises(NotSignedIn):
        context.run(service.whoami)


def test_a_new_password_ends_the_other_sessions(as_person: People) -> None:
    context, other = as_person("acme/viewer"), as_person("acme/viewer")
    signed_in = service.change_password(context, ChangePassword(PASSWORD, OTHER))
    with pytest.raises(SessionEnded):
        other.run(service.whoami)
    context.tokens.save(signed_in.token)
    assert context.run(service.whoami).name == "Vic Viewer"
    with pytest.raises(LoginRefused):
        service.login(other, Login("viewer@acme.test", PASSWORD))
    assert service.login(other, Login("viewer@acme.test", OTHER)).name == "Vic Viewer"


@pytest.mark.parametrize(
    ("current", "new", "error"),
    [
        ("wrong wrong wrong", OTHER, PasswordWrong),
        (PASSWORD, "short", PasswordTooShort),
        (PASSWORD, "PasswordPassword", PasswordTooCommon),
        (PASSWORD, "aaaaaaaaaaaaaaa", PasswordTooCommon),
        (PASSWORD, PASSWORD, PasswordUnchanged),
    ],
)
def test_a_password_that_cannot_be_changed(
    as_person: People, current: str, new: str, error: type[Exception]
) -> None:
    context = as_person("acme/viewer")
    with pytest.raises(error):
        service.change_password(context, ChangePassword(current, new))
    assert context.run(service.whoami).name == "Vic Viewer"


def test_an_administrator_creates_users(context: Context, as_person: People) -> None:
    made = service.create_user(
        context, CreateUser("Zoé", "ZOE@acme.test", ("manager", "VIEWER"), OTHER)
    )
    assert (made.email, made.roles) == ("zoe@acme.test", ("MANAGER", "VIEWER"))
    assert service.login(as_person(None), Login("zoe@acme.test", OTHER)).name == "Zoé"
    found = context.run(list_users, PageRequest(text="zoe"))
    assert [row.name for row in found.rows] == ["Zoé"]
    assert context.run(list_users, PageRequest(sort="-created_at", limit=1)).rows == (made,)


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (CreateUser("Z", "user@acme.test", ("USER",), OTHER), EmailTaken),
        (CreateUser("Z", "z@acme.test", ("BOSS",), OTHER), RoleUnknown),
        (CreateUser("Z", "z@acme.test", (), OTHER), RoleMissing),
        (CreateUser("Z", "z@acme.test", ("USER",), "short"), PasswordTooShort),
    ],
)
def test_a_user_that_cannot_be_created(
    context: Context, command: CreateUser, error: type[Exception]
) -> None:
    with pytest.raises(error):
        service.create_user(context, command)
    assert context.run(list_users).total == 4


@pytest.mark.parametrize("person", ["acme/manager", "acme/user", "acme/viewer"])
def test_others_create_no_users(as_person: People, person: str) -> None:
    with pytest.raises(PermissionMissing):
        service.create_user(as_person(person), CreateUser("Z", "z@acme.test", ("ADMIN",), OTHER))


def test_the_same_email_in_two_organisations_asks_which(as_person: People) -> None:
    service.create_user(
        as_person("acme/admin"), CreateUser("Both", "both@both.test", ("USER",), OTHER)
    )
    service.create_user(
        as_person("globex/admin"), CreateUser("Both", "both@both.test", ("USER",), OTHER)
    )
    context = as_person(None)
    with pytest.raises(OrganizationAmbiguous) as refused:
        service.login(context, Login("both@both.test", OTHER))
    assert set(refused.value.params["names"].split(", ")) == {"Acme", "Globex"}
    signed_in = service.login(context, Login("both@both.test", OTHER, organization="globex"))
    assert signed_in.organization_name == "Globex"


def test_an_organisation_is_made_once(as_person: People) -> None:
    with pytest.raises(AlreadyInitialized):
        service.create_organization(
            as_person(None), CreateOrganization("ACME", "A", "a@b.test", PASSWORD)
        )


def test_whether_there_is_an_organisation(as_person: People) -> None:
    with as_person(None).anonymous() as uow:
        assert service.is_initialized(uow)


def test_a_server_that_asks_for_weak_hashing_gets_nothing() -> None:
    with pytest.raises(ParametersTooWeak):
        passwords.derive_key("x", passwords.HashParameters(b"s" * 16, 1024, 1, 1))


def test_roles_and_users_of_the_organisation_only(as_person: People) -> None:
    context = as_person("globex/viewer")
    assert [role.name for role in context.run(list_roles).rows] == [
        "ADMIN",
        "MANAGER",
        "USER",
        "VIEWER",
    ]
    assert context.run(list_users).total == 4
    with pytest.raises(UserNotFound):
        context.run(show_user, new_id())
