"""Orders played on all machines at once: answers as they come, and which machines were lost."""

import time
import uuid
from collections.abc import Callable, Generator, Sequence
from typing import Any

import msgspec

from . import remote
from .cluster import Host, addresses
from .orders import Answer, Order

LOOK_SECONDS = 0.25
FETCH_SECONDS = 120
"""Time for an answer that is ready to arrive."""

Lost = str
"""Why a machine has no answer."""


def played(
    client: Any,
    orders: Sequence[tuple[Host, Order]],
    parcel: bytes,
    wait: Callable[[float], None] = time.sleep,
) -> Generator[tuple[Host, Answer | Lost], None, None]:
    """Plays an order on each machine, all with the same parcel; yields answers in the order in which they come.

    A machine whose worker goes is lost, and the others play on. When the iteration ends early, all end what they play.
    """
    waiting = {host: _submitted(client, host, order, parcel) for host, order in orders}
    try:
        while waiting:
            done = [host for host, future in waiting.items() if future.done()]
            here = addresses(client)
            for host in [each for each in waiting if each in done or each.address not in here]:
                future = waiting.pop(host)
                yield host, _answer(future) if host in done else "its Dask worker has ended"
                future.cancel(force=True)
            if waiting:
                wait(LOOK_SECONDS)
    finally:
        for future in waiting.values():
            future.cancel(force=True)


def _submitted(client: Any, host: Host, order: Order, parcel: bytes) -> Any:
    key = f"rooflinear-{host.name}-{uuid.uuid4().hex}"
    return client.submit(
        remote.play, msgspec.json.encode(order), parcel, key,
        key=key, workers=[host.address], allow_other_workers=False, pure=False, retries=0,
    )  # fmt: skip


def _answer(future: Any) -> Answer | Lost:
    try:
        return msgspec.convert(future.result(timeout=FETCH_SECONDS), Answer)
    except Exception as error:  # whatever the worker raised; its type may be one of the worker's
        return (str(error).splitlines() or [""])[0] or type(error).__name__
