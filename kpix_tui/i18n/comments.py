"""What is said about comments, the same in both front ends."""

from __future__ import annotations

from kpix_tui.i18n.catalog import _, ngettext


def deleted_words(by: str | None) -> str:
    """What stands in the place of a comment that was deleted."""
    return _("deleted by {name}").format(name=by or "")


def told_words(told: str, out_of_sight: str, unknown: str, ambiguous: str) -> tuple[str, ...]:
    """What sending a text would do, a sentence each; the arguments are names, or empty."""
    sentences = (
        (_("Will be told: {names}."), told),
        (_("May not see this KPI and would not be told: {names}."), out_of_sight),
        (_("Names nobody here: {names}."), unknown),
        (_("Several are called so, choose which one: {names}."), ambiguous),
    )
    return tuple(text.format(names=names) for text, names in sentences if names)


def partly_words(name: str, seeing: int, members: int) -> str:
    """That not all of a team may see the KPI."""
    text = ngettext(
        "Of {name}, {seeing} of {members} member may see this KPI.",
        "Of {name}, {seeing} of {members} members may see this KPI.",
        members,
    )
    return text.format(name=name, seeing=seeing, members=members)
