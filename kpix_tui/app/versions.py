"""The last PostgreSQL release of each branch that fixed something of security.

Source: the PostgreSQL release of 13 August 2026 (18.6, 17.11, 16.15, 15.19; 28 CVEs). This table
is raised with each release of kpix; the date says how old what it knows is.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from kpix_tui.i18n.catalog import _

if TYPE_CHECKING:
    from kpix_tui.app.context import Context

KNOWN_ON: Final = date(2026, 8, 13)
SECURITY_MINORS: Final = {15: 19, 16: 15, 17: 11, 18: 6}
END_OF_LIFE: Final = {
    15: date(2027, 11, 11),
    16: date(2028, 11, 9),
    17: date(2029, 11, 8),
    18: date(2030, 11, 14),
}


def version_text(number: int) -> str:
    """PostgreSQL's number of a version as people write it: 150018 is 15.18."""
    return f"{number // 10000}.{number % 10000}"


def secure_version(number: int) -> str | None:
    """The version that a server should be raised to, or None when it needs no other."""
    branch, minor = divmod(number, 10000)
    known = SECURITY_MINORS.get(branch)
    return f"{branch}.{known}" if known is not None and minor < known else None


def security_warning(number: int, *, embedded: bool) -> tuple[str, str] | None:
    """What a server lacks, and what to do; None where its branch has nothing newer of security."""
    wanted = secure_version(number)
    if wanted is None:
        return None
    lacks = _("PostgreSQL {found} lacks the security fixes of {wanted}").format(
        found=version_text(number), wanted=wanted
    )
    upgrade = _("Install PostgreSQL {wanted} or later on the server.").format(wanted=wanted)
    return lacks, _("Upgrade kpix.") if embedded else upgrade


def server_warning(context: Context) -> str | None:
    """One sentence about a server that lacks security fixes; None: it does not, or is not open."""
    version = context.server_version
    lacking = None if version is None else security_warning(version, embedded=context.embedded)
    if lacking is None:
        return None
    found, advice = lacking
    return _("Warning: {found}. {advice}").format(found=found, advice=advice)


def is_supported(number: int, today: date) -> bool:
    """Whether the branch still gets fixes on ``today``; branches not known yet do."""
    end = END_OF_LIFE.get(number // 10000)
    return end is None or today <= end
