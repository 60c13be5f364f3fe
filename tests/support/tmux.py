"""Real terminals that a test looks at and types into: panes of a tmux server of its own."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60
SETTINGS = "set -g status off\nset -g default-terminal tmux-256color\nset -g escape-time 0\n"


@dataclass(frozen=True)
class Pane:
    """One terminal of 120×40."""

    socket: Path
    name: str

    def press(self, *keys: str) -> None:
        """Keys by the names that tmux gives them: ``Enter``, ``Down``, ``C-s``, ``v``."""
        self._tmux("send-keys", "-t", self.name, *keys)

    def write(self, text: str) -> None:
        """Type a text as it is."""
        self._tmux("send-keys", "-t", self.name, "-l", text)

    @property
    def screen(self) -> str:
        """What is on the terminal now."""
        return self._tmux("capture-pane", "-p", "-t", self.name)

    def enter(self, command: str) -> None:
        """A command line in the shell."""
        self.write(command)
        self.press("Enter")

    def sees(self, *parts: str) -> str:
        """Wait until all of this is on the terminal; what is on it then."""
        deadline = time.monotonic() + PATIENCE
        while not all(part in (shown := self.screen) for part in parts):
            assert time.monotonic() < deadline, f"{parts} not in:\n{shown}"
            time.sleep(0.05)
        return shown

    def misses(self, part: str) -> None:
        """Wait until this is not on the terminal any more."""
        deadline = time.monotonic() + PATIENCE
        while part in (shown := self.screen):
            assert time.monotonic() < deadline, f"{part} still in:\n{shown}"
            time.sleep(0.05)

    def _tmux(self, *arguments: str) -> str:
        return _tmux(self.socket, *arguments)


def _tmux(socket: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["tmux", "-S", str(socket), *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=True,
    )
    return done.stdout


@contextmanager
def panes(folder: Path, people: Mapping[str, Mapping[str, str]]) -> Iterator[dict[str, Pane]]:
    """A shell that knows ``kpix`` in a terminal for each of ``people``, in ``folder`` and with the
    environment that they are given."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed here")
    socket, settings = folder / "tmux", folder / "tmux.conf"
    settings.write_text(SETTINGS)
    launcher = folder / "bin" / "kpix"
    launcher.parent.mkdir()
    python = f"{shlex.quote(sys.executable)} -m kpix_tui"
    launcher.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {python} "$@"\n')
    launcher.chmod(0o755)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    opened: dict[str, Pane] = {}
    try:
        for name, environment in people.items():
            given = kept | {"LANG": "C.UTF-8", "COLORTERM": "truecolor"} | dict(environment)
            given |= {"PATH": f"{launcher.parent}:{given.get('PATH', '')}", "PS1": "$ "}
            command = ["env", "-i", "TERM=tmux-256color"]
            command += [*(f"{key}={value}" for key, value in given.items()), "sh"]
            size = ("-x", "120", "-y", "40", "-c", str(folder))
            _tmux(socket, "-f", str(settings), "new-session", "-d", "-s", name, *size, *command)
            opened[name] = Pane(socket, name)
        yield opened
    finally:
        subprocess.run(["tmux", "-S", str(socket), "kill-server"], capture_output=True, check=False)
