"""Starting work beside the event loop."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode


def begin(
    node: DOMNode,
    work: Callable[[], Coroutine[Any, Any, None]],
    *,
    group: str,
    exclusive: bool = False,
) -> None:
    """Run ``work`` as a worker of ``node``; ``exclusive`` cancels what its group was doing.

    The function is handed over, not its coroutine: one that is cancelled before it starts would
    otherwise never be awaited.
    """
    job: Any = work
    node.run_worker(job, group=group, exclusive=exclusive)
