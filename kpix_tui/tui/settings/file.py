"""Changing a few settings in kpix.toml and leaving the rest as somebody wrote it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from kpix_tui.app.files import replace_file
from kpix_tui.config import SettingsUnreadable

Value = str | bool | int


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
        replace_file(path, text, keep_mode=True)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsUnreadable(path=str(path), reason=str(error)) from error


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
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
