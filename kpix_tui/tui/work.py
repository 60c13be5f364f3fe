"""Starting work beside the event loop."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.css.query import NoMatches
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
    otherwise never be awaited. Textual takes the children of a node away before it cancels the
    work of the node: an answer that comes in between finds nothing to be shown in, and is dropped.
    """

    async def job() -> None:
        try:
            await work()
        except NoMatches:
            if not node._pruning:
                raise

    awaited: Any = job
    node.run_worker(awaited, group=group, exclusive=exclusive)
