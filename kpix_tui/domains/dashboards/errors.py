"""What can go wrong with dashboards."""

from __future__ import annotations

from kpix_tui.kernel.errors import Conflict, Forbidden, InputInvalid, NotFound, message


class DashboardNotFound(NotFound):
    """No dashboard that the actor may see has this title or id."""

    code = "dashboard.not_found"
    message = message("There is no dashboard {name}.")


class DashboardAmbiguous(Conflict):
    """Several dashboards have the title."""

    code = "dashboard.ambiguous"
    message = message("Several dashboards are called {name}: name it by its id.")


class DashboardTitleInvalid(InputInvalid):
    """The title is empty or too long."""

    code = "dashboard.title_invalid"
    message = message("A title has between 1 and {maximum} characters.")


class DashboardTextTooLong(InputInvalid):
    """The process or the description is too long."""

    code = "dashboard.text_too_long"
    message = message("This text has at most {maximum} characters.")


class DashboardTitleTaken(Conflict):
    """A dashboard that is not archived has this title."""

    code = "dashboard.title_taken"
    message = message("A dashboard called {title} exists already.")


class DashboardArchived(Conflict):
    """An archived dashboard takes no changes."""

    code = "dashboard.archived"
    message = message("The dashboard {title} is archived.")


class ShareWithWhom(InputInvalid):
    """A share names a user or a team: one of them."""

    code = "dashboard.share_with_whom"
    message = message("Name either a user or a team to share with.")


class SharedWithOwner(InputInvalid):
    """Who owns a dashboard needs no share of it."""

    code = "dashboard.shared_with_owner"
    message = message("{name} owns the dashboard {title} and needs no share of it.")


class ShareEndInvalid(InputInvalid):
    """The last day of a share is in the past."""

    code = "dashboard.share_end_invalid"
    message = message("A share can end from {first} on: choose that day or a later one.")


class ShareEndTooFar(InputInvalid):
    """The last day of a share is one whose midnight no calendar has."""

    code = "dashboard.share_end_too_far"
    message = message("A share ends by {last}: choose an earlier day, or none to share for good.")


class ShareTooLong(Forbidden):
    """What reaches the actor through a share that ends cannot be shared for longer."""

    code = "dashboard.share_too_long"
    message = message(
        "This dashboard is shared with you until {last}: what you share of it ends by then too."
    )


class ShareNotFound(NotFound):
    """The dashboard is not shared with this user or team."""

    code = "dashboard.share_not_found"
    message = message("The dashboard {title} is not shared with {name}.")


class OutOfOwnSight(Conflict):
    """The change would hide the dashboard from whoever makes it."""

    code = "dashboard.out_of_own_sight"
    message = message(
        "You would not see the dashboard {title} any more: have it shared with you first."
    )


class OwnedAlready(Conflict):
    """The dashboard would be transferred to its owner."""

    code = "dashboard.owned_already"
    message = message("{name} owns the dashboard {title} already.")
