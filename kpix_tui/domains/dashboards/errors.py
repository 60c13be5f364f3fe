"""What can go wrong with dashboards."""

from __future__ import annotations

from kpix_tui.kernel.errors import Conflict, InputInvalid, NotFound, message


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
