"""What ``fleet run`` and ``fleet compare`` share: the machines of a cluster, and orders played on all of them."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from .. import progress
from ..errors import CannotFinish, RooflinearError, UsageError, unknown
from ..fleet.cluster import BY, Host, hosts, refuse_unlike
from ..fleet.orders import Answer, Order
from ..fleet.playing import Lost, played
from .requests import FleetCompareRequest, FleetRunRequest

NOT_SENT = {"scheduler", "by", "given", "results", "html", "markdown", "junit", "output", "json"}
"""Fields of a request that say what happens here."""


def fleet_of(client: Any, request: FleetRunRequest | FleetCompareRequest) -> list[Host]:
    if request.by not in BY:
        raise unknown("--by", request.by, BY)
    fleet = hosts(client, request.scheduler, request.by)
    refuse_unlike(client, fleet)
    return fleet


def play(
    client: Any,
    orders: Sequence[tuple[Host, Order]],
    parcel: bytes,
    keep: Callable[[Host, Answer], str],
    lose: Callable[[Host, Lost], None],
) -> None:
    """Passes every answer on as it comes, and says so on stderr."""
    watcher = progress.watcher()
    names = [host.name for host, _ in orders]
    watcher.note(f"{len(names)} host{'s' if len(names) > 1 else ''}: {', '.join(names)}")
    watcher.begin(len(names))
    try:
        watcher.now(f"waiting for {', '.join(names)}", None)
        with contextlib.closing(played(client, orders, parcel)) as answers:
            for host, answer in answers:
                names.remove(host.name)
                if isinstance(answer, Answer):
                    watcher.note(f"{host.name}: {keep(host, answer)}")
                else:
                    lose(host, answer)
                    watcher.note(f"{host.name}: is lost: {answer}")
                watcher.step()
                if names:
                    watcher.now(f"waiting for {', '.join(names)}", None)
    finally:
        watcher.close()


def sent_of(request: FleetRunRequest | FleetCompareRequest, kind: Any, **more: Any) -> dict[str, Any]:
    """The fields of the request that a machine gets, as JSON has them."""
    values = {name: getattr(request, name) for name in kind.__struct_fields__ if name not in NOT_SENT}
    values["given"] = [name for name in request.given if name not in NOT_SENT]
    return msgspec.to_builtins({**values, **more}, enc_hook=str)


def none_finished(told: Mapping[str, str], statuses: Sequence[int]) -> RooflinearError:
    """The error where no machine finished; what all say alike is said once."""
    reasons = set(told.values())
    listed = f"on every host: {reasons.pop()}" if len(reasons) == 1 else "; ".join(f"{a}: {b}" for a, b in told.items())
    kind = UsageError if set(statuses) == {UsageError.exit_status} else CannotFinish
    return kind(listed.replace("rooflinear: ", "").replace("\n", "; "))
