"""Where the files that are not code are: in the wheel, else in the checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kpix_tui.kernel.errors import Misconfigured, message

_PACKAGE = Path(__file__).parent


class ResourceMissing(Misconfigured):
    """The installation is incomplete."""

    code = "resources.missing"
    message = message("kpix is not installed completely: the folder {folder} is missing.")


@cache
def resource_folder(name: str) -> Path:
    """The folder ``migrations`` or ``styles``.

    Raises:
        ResourceMissing: neither the wheel nor the checkout has it.
    """
    for folder in (_PACKAGE / "_resources" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise ResourceMissing(folder=name)


def migrations() -> Path:
    """Alembic's environment, versions and SQL."""
    return resource_folder("migrations")


def styles() -> tuple[Path, ...]:
    """The style sheets, in the order of their names."""
    return tuple(sorted(resource_folder("styles").glob("*.tcss")))
