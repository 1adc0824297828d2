"""A Dask cluster as a fleet: which machines it has, and whether the same rooflinear is installed on each."""

import contextlib
import importlib
import importlib.metadata
import logging
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import CannotFinish, UsageError

ANSWER_SECONDS = 10
"""Time for a scheduler, or for a worker that is asked for a version, to answer."""

BY = ("host", "name")

LONGEST_NAME, ATTEMPTS = 40, 5


@dataclass(frozen=True)
class Host:
    """A machine of the fleet: its name in results, and the address of the Dask worker that starts what is played."""

    name: str
    address: str


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler at an address. Raises `UsageError` and `CannotFinish`."""
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as error:
        told = "fleet needs Dask's distributed, which is not installed"
        raise UsageError(f"{told}; pip install 'rooflinear[dask]'") from error
    if "://" not in address:
        raise UsageError(
            f"--scheduler '{address}': has no protocol; give it as the scheduler prints it: tcp://host:8786"
        )
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what fails is said below, in one line
    warnings.filterwarnings("ignore", "Sending large graph")  # parcels are bounded
    try:
        client = distributed.Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except ValueError as error:
        raise UsageError(f"--scheduler '{address}': {error}; give it as the scheduler prints it") from error
    except OSError as error:
        told = f"--scheduler {address}: no answer within {ANSWER_SECONDS} s"
        raise CannotFinish(f"{told}; start one there with 'dask scheduler', and 'dask worker' on each host") from error
    try:
        yield client
    finally:
        with contextlib.suppress(OSError):
            client.close(timeout=ANSWER_SECONDS)


def hosts(client: Any, address: str, by: str) -> list[Host]:
    """One worker of each machine, told apart by the machine's address, or by the workers' own names.

    Raises `UsageError` if there is none, or if names are not.
    """
    workers: Mapping[str, Any] = workers_of(client)
    if not workers:
        raise UsageError(f"--scheduler {address}: has no workers; start 'dask worker {address}' on each host")
    found: dict[str, Host] = {}
    for worker, info in sorted(workers.items(), key=lambda pair: str(pair[1].get("name", pair[0]))):
        name = safe(str(info["host"] if by == "host" else info["name"]))
        found.setdefault(name, Host(name, worker))
    return list(found.values())


def safe(name: str) -> str:
    """A name that can be part of a folder's."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:LONGEST_NAME] or "host"


def addresses(client: Any) -> set[str]:
    """The workers that the scheduler knows now. Raises `CannotFinish` if it has gone."""
    try:
        return set(client.nthreads())
    except (OSError, ValueError) as error:
        raise CannotFinish("the scheduler has gone; what its hosts still measured is lost") from error


def workers_of(client: Any) -> Mapping[str, Any]:
    """What the scheduler knows of each worker, by its address.

    The client's own refresh now and then empties what it is asked for, so it is asked again.
    """
    known, told = addresses(client), {}
    for _ in range(ATTEMPTS):
        try:
            told = client.scheduler_info(n_workers=-1)["workers"]
        except TypeError:  # before 2025.4 it always told all
            told = client.scheduler_info()["workers"]
        if known <= told.keys():
            break
    return told


def refuse_unlike(client: Any, fleet: Sequence[Host]) -> None:
    """Raises `UsageError` where a machine has no rooflinear, or another version: no code is sent."""
    here = importlib.metadata.version("rooflinear")
    asked = {
        host.name: client.submit(
            importlib.metadata.version, "rooflinear", workers=[host.address], allow_other_workers=False, pure=False
        )
        for host in fleet
    }
    told = {name: _version(future) for name, future in asked.items()}
    unlike = [f"{name} has {found or 'none'}" for name, found in told.items() if found != here]
    if unlike:
        raise UsageError(f"rooflinear {here} is needed on every host: {', '.join(unlike)}; install it there")


def _version(future: Any) -> str:
    """The version that a machine has, or '' for none."""
    try:
        return str(future.result(timeout=ANSWER_SECONDS))
    except importlib.metadata.PackageNotFoundError:
        return ""
    except Exception as error:  # a timeout, or whatever the worker could not do
        return f"no answer ({type(error).__name__})"
