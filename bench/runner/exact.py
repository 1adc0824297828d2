"""The exact test of an operation, which every implementation takes once a run, before anything is timed."""

from ..errors import Lost
from ..processes.reference_messages import Judge
from ..processes.worker_messages import Called, Exact
from ..records import Task
from .slot import Slot
from .unseen import Judging


def exact_test(slot: Slot, judging: Judging, task: Task, folder: str, seconds: float) -> None:
    """Notes in ``slot.exact`` how an operation's exact test ended, once a run. Nothing where ``folder`` is ''."""
    key = (task.operation, task.dtype)
    if not folder or key in slot.exact:
        return
    slot.exact[key] = None
    try:
        into = judging.outputs()
        reply = slot.ask(Exact(task, folder, into), seconds, Called)
        slot.compiled_ns[key] = reply.compiled_ns
        algorithm = slot.implementation.algorithm
        (verdict,) = judging.judge(Judge(into, [folder], algorithm, task.dtype, exact=task.operation)).verdicts
        if verdict.status != "ok" or reply.fault:
            slot.exact[key] = Lost("wrong", f"exact test: {verdict.reason or reply.fault}", verdict=verdict)
    except Lost as lost:
        if lost.status != "unsupported":
            slot.exact[key] = Lost(lost.status, f"exact test: {lost.reason}", lost.exit, unexported=lost.unexported)
