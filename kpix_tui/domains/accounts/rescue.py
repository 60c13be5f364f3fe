"""A code from the operator, for an organisation in which nobody can issue one any more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from kpix_tui.db.errors import violating
from kpix_tui.db.uow import UnitOfWork
from kpix_tui.domains.accounts import queries
from kpix_tui.domains.accounts.errors import OrganizationAmbiguous
from kpix_tui.domains.accounts.passwords import code_hash, new_code
from kpix_tui.domains.accounts.rules import normalized_email
from kpix_tui.domains.accounts.views import CodeIssued, CodeKind
from kpix_tui.domains.people.errors import UserInactive, UserNotFound


def rescue_user(uow: UnitOfWork, email: str, organization: str | None = None) -> CodeIssued:
    """A code for a new password, good for an hour; ``uow`` is the operator's.

    It is written down in the organisation's log as the operator's doing.

    Raises:
        EmailInvalid: it is no e-mail.
        UserNotFound: nobody has it, in the organisation if one is named.
        OrganizationAmbiguous: people of several organisations have it.
        UserInactive: they are deactivated.
    """
    checked, code = normalized_email(email), new_code()
    with violating("user_inactive", lambda: UserInactive(name=checked)):
        answer = queries.rescue_user(uow, checked, organization, code_hash(code))
    if answer is None:
        raise UserNotFound(name=checked)
    if "choose" in answer:
        raise OrganizationAmbiguous(names=", ".join(answer["choose"]), fields=("organization",))
    uow.log("user.rescued", user_id=answer["user_id"])
    return CodeIssued(
        user_id=UUID(answer["user_id"]),
        name=checked,
        email=checked,
        kind=CodeKind(answer["kind"]),
        code=code,
        expires_at=datetime.fromisoformat(answer["expires_at"]),
    )
