"""Files: small ones that are replaced whole, and where a shared terminal may have any."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kpix_tui.config import Settings
from kpix_tui.kernel.errors import Forbidden, Misconfigured, message


class OutsideExportFolder(Forbidden):
    """A shared terminal reads and writes files in one folder only, and no hidden ones there."""

    code = "app.outside_export_folder"
    message = message(
        "On this shared terminal, files are read and written in {folder} only, under names that "
        "do not begin with a dot."
    )


class ExportFolderUnusable(Misconfigured):
    """The folder for the files of a shared terminal cannot be made or followed."""

    code = "app.export_folder_unusable"
    message = message("The export folder {folder} cannot be used: {reason}")


def allowed_path(settings: Settings, path: Path) -> Path:
    """The path to use for a file that a person named.

    On a shared terminal a relative one lies in the export folder, links are followed, and whatever
    is outside of it is refused; elsewhere it is the path as it was given.

    Raises:
        OutsideExportFolder: a shared terminal has nothing to do there.
        ExportFolderUnusable: the folder cannot be made.
    """
    if not settings.shared_terminal:
        return path
    try:
        settings.exports.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportFolderUnusable(folder=str(settings.exports), reason=reason) from error
    folder = settings.exports.resolve()
    found = Path(os.path.realpath(folder / path))  # of links in a circle too
    # A hidden file could be a .env, which says where passwords go.
    inside = found.is_relative_to(folder) and found != folder
    if not inside or any(part.startswith(".") for part in found.relative_to(folder).parts):
        raise OutsideExportFolder(folder=str(folder), fields=("file",))
    return found


def replace_file(path: Path, text: str, *, keep_mode: bool = False) -> None:
    """Write ``text`` in the place of ``path`` in one step, so that no reader sees half of it.

    Only its owner can read it, unless ``keep_mode`` leaves a file that exists as open as it is.

    Raises:
        OSError: it cannot be written; what was there is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".kpix-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        if keep_mode and path.exists():
            Path(name).chmod(path.stat().st_mode & 0o777)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
