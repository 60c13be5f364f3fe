"""Small files that are replaced whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


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
