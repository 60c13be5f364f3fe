"""What can go wrong with users and roles."""

from __future__ import annotations

from kpix_tui.kernel.errors import InputInvalid, NotFound, message


class RoleUnknown(NotFound):
    """The organisation has no role of this name."""

    code = "people.role_unknown"
    message = message("There is no role {name}. Roles: {roles}")


class RoleMissing(InputInvalid):
    """A user needs at least one role."""

    code = "people.role_missing"
    message = message("A user needs at least one role.")


class UserNotFound(NotFound):
    """The organisation has no such user."""

    code = "people.user_not_found"
    message = message("There is no user {name}.")
