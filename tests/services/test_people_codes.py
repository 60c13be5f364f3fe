"""Invitations, resets and another e-mail: one-time codes, and what is refused of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from kpix_tui.access.permissions import Permission, Scope
from kpix_tui.access.policy import OutOfScope, PermissionMissing
from kpix_tui.app.context import Context
from kpix_tui.domains.accounts import service
from kpix_tui.domains.accounts.errors import (
    CodeExpired,
    CodeMalformed,
    CodeSuperseded,
    CodeUnknown,
    CodeUsed,
    EmailInvalid,
    EmailTaken,
    EmailUnchanged,
    LoginRefused,
    NameMissing,
    OrganizationAmbiguous,
    PasswordTooShort,
    PasswordWrong,
    SessionEnded,
)
from kpix_tui.domains.accounts.rescue import rescue_user
from kpix_tui.domains.accounts.views import (
    ChangeEmail,
    CodeIssued,
    CodeKind,
    Invited,
    InviteUser,
    IssueCode,
    Login,
    RedeemCode,
)
from kpix_tui.domains.audit.service import list_audit
from kpix_tui.domains.audit.views import AuditFilter
from kpix_tui.domains.people.errors import (
    LastAdministrator,
    RoleBeyondOwn,
    RoleMissing,
    RoleUnknown,
    UserBeyondOwn,
    UserInactive,
    UserNotFound,
)
from kpix_tui.domains.people.service import (
    assign_role,
    list_users,
    set_active,
    show_user,
    unassign_role,
)
from kpix_tui.kernel.ids import new_id
from tests.services.people import everything, give, person, role
from tests.support.databases import PASSWORD, Database

People = Callable[[str | None], Context]
P, S = Permission, Scope
OTHER = "a rather different passphrase"


def invite(context: Context, *roles: str, email: str = "zoe@acme.test") -> Invited:
    return context.run(service.invite_user, InviteUser("Zoé", email, roles or ("USER",)))


def reset(context: Context, who: str, password: str = PASSWORD) -> CodeIssued:
    return service.issue_code(context, IssueCode(person(context, who), password))


def redeem(
    context: Context, code: str, email: str = "zoe@acme.test", password: str = OTHER
) -> service.SignedIn:
    return service.redeem_code(context, RedeemCode(email, code, password))


def from_now(instant: datetime) -> timedelta:
    return instant - datetime.now(UTC)


def test_an_invited_user_chooses_a_password_and_is_signed_in(
    context: Context, as_person: People
) -> None:
    invited = invite(context, "viewer", "MANAGER", email="ZOE@acme.test")
    assert (invited.user.email, invited.user.invited) == ("zoe@acme.test", True)
    assert invited.user.roles == ("MANAGER", "VIEWER")
    assert timedelta(hours=71) < from_now(invited.expires_at) <= timedelta(hours=72)
    assert invited.code not in repr(invited)
    zoe = as_person(None)
    with pytest.raises(LoginRefused):
        service.login(zoe, Login("zoe@acme.test", OTHER))
    signed_in = redeem(zoe, invited.code)
    zoe.tokens.save(signed_in.token)
    actor = zoe.run(service.whoami)
    assert (actor.name, actor.roles) == ("Zoé", ("MANAGER", "VIEWER"))
    assert not context.run(show_user, invited.user.id).invited
    assert service.login(zoe, Login("zoe@acme.test", OTHER)).name == "Zoé"


def test_case_groups_and_look_alikes_are_forgiven(context: Context, as_person: People) -> None:
    code = invite(context).code
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert redeem(as_person(None), f" {typed} ", " Zoe@ACME.test").name == "Zoé"


def test_a_code_is_used_once(context: Context, as_person: People) -> None:
    code, zoe = invite(context).code, as_person(None)
    signed_in = redeem(zoe, code)
    with pytest.raises(CodeUsed):
        redeem(zoe, code, password="yet another passphrase")
    zoe.tokens.save(signed_in.token)
    assert zoe.run(service.whoami).name == "Zoé"
    assert service.login(zoe, Login("zoe@acme.test", OTHER)).name == "Zoé"


def test_a_newer_code_ends_the_older(context: Context, as_person: People) -> None:
    invited, zoe = invite(context), as_person(None)
    again = service.issue_code(context, IssueCode(invited.user.id, PASSWORD))
    assert (again.kind, again.email) == (CodeKind.INVITATION, "zoe@acme.test")
    with pytest.raises(CodeSuperseded):
        redeem(zoe, invited.code)
    assert redeem(zoe, again.code).name == "Zoé"


def test_a_code_expires(context: Context, as_person: People, database: Database) -> None:
    code = invite(context).code
    with database.server.connect(database.name) as superuser:
        superuser.execute("update private.code set expires_at = now()")
    with pytest.raises(CodeExpired):
        redeem(as_person(None), code)
    with pytest.raises(LoginRefused):
        service.login(as_person(None), Login("zoe@acme.test", OTHER))


def test_a_code_is_right_for_one_email(context: Context, as_person: People) -> None:
    code, zoe = invite(context).code, as_person(None)
    other = code[:-1] + ("Z" if code[-1] != "Z" else "Y")
    for typed, email in ((code, "user@acme.test"), (code, "x@y.test"), (other, "zoe@acme.test")):
        with pytest.raises(CodeUnknown) as refused:
            redeem(zoe, typed, email)
        assert (refused.value.params, refused.value.fields) == ({}, ())
    assert service.login(zoe, Login("user@acme.test", PASSWORD)).name == "Ursula User"
    assert redeem(zoe, code).name == "Zoé"


@pytest.mark.parametrize("code", ["", "1234", "U" * 26, "A" * 27, "é" * 26])
def test_what_is_no_code_is_said_before_anything_else(as_person: People, code: str) -> None:
    with pytest.raises(CodeMalformed):
        redeem(as_person(None), code)


def test_a_bad_password_leaves_the_code_good(context: Context, as_person: People) -> None:
    code, zoe = invite(context).code, as_person(None)
    with pytest.raises(PasswordTooShort):
        redeem(zoe, code, password="short")
    assert redeem(zoe, code).name == "Zoé"


def test_a_reset_ends_what_was_open(context: Context, as_person: People) -> None:
    theirs = as_person("acme/user")
    code = reset(context, "user")
    assert (code.kind, code.email) == (CodeKind.RESET, "user@acme.test")
    assert timedelta(minutes=55) < from_now(code.expires_at) <= timedelta(hours=1)
    assert theirs.run(service.whoami).name == "Ursula User"
    redeem(as_person(None), code.code, "user@acme.test")
    with pytest.raises(SessionEnded):
        theirs.run(service.whoami)
    with pytest.raises(LoginRefused):
        service.login(theirs, Login("user@acme.test", PASSWORD))
    assert context.run(service.whoami).name == "Ada Admin"


def test_a_reset_works_where_guesses_were_throttled(
    context: Context, as_person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as fast:
        fast.setattr(service, "derive_key", lambda *_: b"k" * 32)
        for _ in range(6):
            with pytest.raises(service.KpixError):
                service.login(as_person(None), Login("user@acme.test", "wrong"))
    code = reset(context, "user").code
    assert redeem(as_person(None), code, "user@acme.test").name == "Ursula User"


def test_a_reset_asks_for_the_administrators_own_password(context: Context) -> None:
    before = everything(context)
    with pytest.raises(PasswordWrong) as refused:
        reset(context, "user", OTHER)
    assert refused.value.fields == ("password",)
    assert everything(context) == before


def test_proving_oneself_leaves_no_session_behind(context: Context, database: Database) -> None:
    counted = "select count(*) from private.session where revoked_at is null"
    with database.server.connect(database.name) as superuser:
        before = superuser.execute(counted).fetchone()
        reset(context, "user")
        context.run(set_active, person(context, "viewer"), False)
        with pytest.raises(UserInactive):
            reset(context, "viewer")
        after = superuser.execute(counted).fetchone()
    assert before is not None
    assert after == (before[0] - 1,)  # the viewer's own


def test_a_deactivated_users_codes_end(context: Context, as_person: People) -> None:
    invited = invite(context)
    context.run(set_active, invited.user.id, False)
    with pytest.raises(CodeSuperseded):
        redeem(as_person(None), invited.code)
    with pytest.raises(UserInactive):
        service.issue_code(context, IssueCode(invited.user.id, PASSWORD))
    context.run(set_active, invited.user.id, True)
    again = service.issue_code(context, IssueCode(invited.user.id, PASSWORD))
    assert again.kind is CodeKind.INVITATION
    assert redeem(as_person(None), again.code).name == "Zoé"


def test_an_administrator_who_never_came_is_none(context: Context) -> None:
    invite(context, "ADMIN")
    with pytest.raises(LastAdministrator):
        context.run(unassign_role, person(context, "admin"), role(context, "ADMIN"))


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (InviteUser("Z", "user@acme.test", ("USER",)), EmailTaken),
        (InviteUser("Z", "z@acme.test", ("BOSS",)), RoleUnknown),
        (InviteUser("Z", "z@acme.test", ()), RoleMissing),
        (InviteUser("", "z@acme.test", ("USER",)), NameMissing),
        (InviteUser("Z", "not an address", ("USER",)), EmailInvalid),
    ],
)
def test_who_cannot_be_invited(
    context: Context, command: InviteUser, error: type[Exception]
) -> None:
    before = everything(context)
    with pytest.raises(error):
        context.run(service.invite_user, command)
    assert everything(context) == before


def test_nobody_invites_somebody_above_themselves(context: Context, as_person: People) -> None:
    cells = dict.fromkeys((P.USER_CREATE, P.USER_READ, P.ROLE_ASSIGN, P.ROLE_READ), S.ORGANIZATION)
    give(context, "viewer", cells, "Desk")
    desk = as_person("acme/viewer")
    for above in ("ADMIN", "MANAGER"):
        with pytest.raises(RoleBeyondOwn):
            invite(desk, above)
        with pytest.raises(RoleBeyondOwn):
            service.create_user(
                desk, service.CreateUser("Z", "z@acme.test", ("Desk", above), PASSWORD)
            )
    assert invite(desk, "desk").user.roles == ("Desk",)
    assert desk.run(list_users).total == 5


def test_a_help_desk_resets_no_administrator(context: Context, as_person: People) -> None:
    give(context, "viewer", dict.fromkeys((P.USER_READ, P.USER_UPDATE), S.ORGANIZATION), "Desk")
    desk = as_person("acme/viewer")
    with pytest.raises(UserBeyondOwn):
        reset(desk, "admin")
    assert reset(desk, "viewer").kind is CodeKind.RESET


def test_a_code_ends_when_its_owner_outgrows_whoever_issued_it(
    context: Context, as_person: People
) -> None:
    cells = (P.USER_CREATE, P.USER_READ, P.USER_UPDATE, P.ROLE_ASSIGN, P.ROLE_READ)
    give(context, "viewer", dict.fromkeys(cells, S.ORGANIZATION), "Desk")
    invited = invite(as_person("acme/viewer"), "Desk")
    context.run(assign_role, invited.user.id, role(context, "ADMIN"))
    with pytest.raises(CodeSuperseded):
        redeem(as_person(None), invited.code)
    context.run(unassign_role, invited.user.id, role(context, "ADMIN"))
    context.run(set_active, person(context, "viewer"), False)
    with pytest.raises(CodeSuperseded):
        redeem(as_person(None), invited.code)
    context.run(set_active, person(context, "viewer"), True)
    assert redeem(as_person(None), invited.code).name == "Zoé"


@pytest.mark.parametrize("who", ["acme/manager", "acme/user", "acme/viewer"])
def test_others_invite_and_reset_nobody(context: Context, as_person: People, who: str) -> None:
    other, before = as_person(who), everything(context)
    with pytest.raises(PermissionMissing):
        invite(other)
    with pytest.raises(PermissionMissing):
        reset(other, "user")
    assert everything(context) == before


def test_who_may_change_themselves_only_resets_nobody(context: Context, as_person: People) -> None:
    give(context, "user", {P.USER_READ: S.OWN, P.USER_UPDATE: S.OWN}, "Self service")
    with pytest.raises(OutOfScope):
        reset(as_person("acme/user"), "viewer")


def test_people_of_another_organisation_get_no_code(context: Context, as_person: People) -> None:
    for user_id in (person(as_person("globex/admin"), "user"), new_id()):
        with pytest.raises(UserNotFound):
            service.issue_code(context, IssueCode(user_id, PASSWORD))


def test_another_email_needs_the_password_and_ends_other_sessions(as_person: People) -> None:
    context, other = as_person("acme/viewer"), as_person("acme/viewer")
    with pytest.raises(PasswordWrong):
        service.change_email(context, ChangeEmail("vic@acme.test", OTHER))
    signed_in = service.change_email(context, ChangeEmail(" VIC@acme.test", PASSWORD))
    with pytest.raises(SessionEnded):
        other.run(service.whoami)
    context.tokens.save(signed_in.token)
    assert context.run(service.whoami).email == "vic@acme.test"
    with pytest.raises(LoginRefused):
        service.login(other, Login("viewer@acme.test", PASSWORD))
    assert service.login(other, Login("vic@acme.test", PASSWORD)).name == "Vic Viewer"


@pytest.mark.parametrize(
    ("email", "error"),
    [
        ("user@acme.test", EmailTaken),
        ("Viewer@acme.test", EmailUnchanged),
        ("not an address", EmailInvalid),
    ],
)
def test_an_email_that_cannot_be_taken(
    as_person: People, email: str, error: type[Exception]
) -> None:
    context = as_person("acme/viewer")
    with pytest.raises(error) as refused:
        service.change_email(context, ChangeEmail(email, PASSWORD))
    assert refused.value.fields == ("email",)
    assert context.run(service.whoami).email == "viewer@acme.test"
    assert service.login(context, Login("viewer@acme.test", PASSWORD)).name == "Vic Viewer"


def test_a_code_for_the_old_email_ends_with_it(context: Context, as_person: People) -> None:
    code = reset(context, "viewer").code
    service.change_email(as_person("acme/viewer"), ChangeEmail("vic@acme.test", PASSWORD))
    for email, error in (("viewer@acme.test", CodeUnknown), ("vic@acme.test", CodeSuperseded)):
        with pytest.raises(error):
            redeem(as_person(None), code, email)


# -- from the operator -----------------------------------------------------------------------------


def rescue(context: Context, email: str, organization: str | None = None) -> CodeIssued:
    with context.owner() as uow:
        return rescue_user(uow, email, organization)


def test_the_operator_gets_a_locked_out_administrator_back_in(
    context: Context, as_person: People
) -> None:
    code = rescue(as_person(None), " ADMIN@acme.test")
    assert (code.kind, code.email) == (CodeKind.RESET, "admin@acme.test")
    assert from_now(code.expires_at) <= timedelta(hours=1)
    signed_in = redeem(as_person(None), code.code, "admin@acme.test")
    with pytest.raises(SessionEnded):
        context.run(service.whoami)
    context.tokens.save(signed_in.token)
    entry = context.run(list_audit, wanted=AuditFilter(what="user.code_issued")).rows[0]
    assert (entry.actor_id, entry.object_id) == (None, str(signed_in.user_id))
    assert entry.new is not None
    assert entry.new["operator"] == "postgres"


def test_whom_the_operator_cannot_rescue(context: Context, as_person: People) -> None:
    for email in ("nobody@acme.test", "user@globex.test.example"):
        with pytest.raises(UserNotFound):
            rescue(context, email)
    with pytest.raises(UserNotFound):
        rescue(context, "user@acme.test", "Globex")
    with pytest.raises(EmailInvalid):
        rescue(context, "not an address")
    context.run(set_active, person(context, "user"), False)
    with pytest.raises(UserInactive):
        rescue(context, "user@acme.test")
    invite(as_person("globex/admin"), email="viewer@acme.test")
    with pytest.raises(OrganizationAmbiguous) as refused:
        rescue(context, "viewer@acme.test")
    assert refused.value.fields == ("organization",)
    assert set(refused.value.params["names"].split(", ")) == {"Acme", "Globex"}
    code = rescue(context, "viewer@acme.test", "ACME").code
    assert redeem(as_person(None), code, "viewer@acme.test").organization_name == "Acme"
