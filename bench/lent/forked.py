"""A function in a forked child: what it leaves in memory ends with the child. Needs the standard library only."""

import json
import os
from collections.abc import Callable
from typing import Any

from .channel import die_with_parent
from .serving import status_of, told

AVAILABLE = hasattr(os, "fork")


class Failed(Exception):
    """What a child raised; ``status`` is that of a benchmark's end."""

    def __init__(self, status: str, reason: str):
        super().__init__(reason)
        self.status, self.reason = status, reason


def in_child(function: Callable[[], Any]) -> Any:
    """The function's result, which JSON must be able to express. Raises `Failed` for what the child raises."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(function, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answered:
        line = answered.read()
    _, status = os.waitpid(child, 0)
    if not line:
        code = os.waitstatus_to_exitcode(status)
        raise Failed(
            "crashed", f"its process ended by signal {-code}" if code < 0 else f"its process exited with {code}"
        )
    answer = json.loads(line)
    if "status" in answer:
        raise Failed(answer["status"], answer["reason"])
    return answer["result"]


def _answer(function: Callable[[], Any], writing: int) -> None:
    """Tells the result and ends the child without any cleanup of its parent's."""
    try:
        die_with_parent()
        line = json.dumps({"result": function()})
    except Failed as failed:
        line = json.dumps({"status": failed.status, "reason": failed.reason})
    except BaseException as error:
        line = json.dumps({"status": status_of(error), "reason": told(error)})
    try:
        with os.fdopen(writing, "wb") as told_to:
            told_to.write(line.encode())
    finally:
        os._exit(0)
