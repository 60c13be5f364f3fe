"""Changing a few settings in kpix.toml and leaving the rest as somebody wrote it."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from kpix_tui.config import SettingsUnreadable

Value = str | bool


def save_settings(path: Path, values: Mapping[str, Value]) -> None:
    """Write ``values`` at the top level of the file, in one step; comments and order stay.

    Raises:
        SettingsUnreadable: the file is not valid TOML or cannot be written.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        tomllib.loads(text)
        for name, value in values.items():
            text = _with(text, name, _written(value))
        tomllib.loads(text)
        _replace(path, text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsUnreadable(path=str(path), reason=str(error)) from error


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _with(text: str, name: str, value: str) -> str:
    """``text`` with ``name = value`` before the first table."""
    lines = text.splitlines()
    end = next((i for i, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    same = re.compile(rf'\s*"?{re.escape(name)}"?\s*=')
    for index in range(end):
        if same.match(lines[index]):
            lines[index] = f"{name} = {value}"
            break
    else:
        lines.insert(end, f"{name} = {value}")
    return "\n".join(lines) + "\n"


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".kpix-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
