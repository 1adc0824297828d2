"""A session of a pytest suite, played as a block plays one side."""

import sys
from dataclasses import dataclass, field

from rooflinear.bench.errors import Lost
from rooflinear.bench.guests import messages
from rooflinear.bench.guests.session import Place, Session, Suite

CALLS = (1, 3)
"""Calls that are timed of each benchmark; one more follows, for its checks."""

MADE = sum(CALLS) + 1
"""All calls of a benchmark that is played here."""


def place(folder, side="head", **more):
    """A side's place; the suite is in the folder ``suite`` of its own."""
    suite = folder / side / "suite"
    suite.mkdir(parents=True, exist_ok=True)
    return Place(**{"python": sys.executable, "suite": suite, "own": folder / side / "own", **more})


@dataclass
class Played:
    """``ends`` are status and reason by the benchmark's name, ``samples`` what was timed, ``parked`` how."""

    listed: messages.Listed
    ends: dict[str, tuple[str, str]] = field(default_factory=dict)
    samples: dict[str, list] = field(default_factory=dict)
    parked: dict[str, messages.Parked] = field(default_factory=dict)
    modules: dict = field(default_factory=dict)


def short(name):
    return name.rpartition("::")[2]


def play(session, names=None, timeout_s=60.0):
    """Plays the benchmarks with these names (all) in their order; a process that dies ends it."""
    played = Played(session.list())
    order = [each.id for each in played.listed.benchmarks if not each.refused]
    order = [each for each in order if names is None or short(each) in names]
    session.begin(order)
    for each in order:
        try:
            _one(session, short(each), played, timeout_s)
        except Lost as lost:
            played.ends.setdefault(short(each), (lost.status, lost.reason))
            if not session.alive:
                return played
            ended = session.go(timeout_s)
            played.ends[short(each)] = (ended.status, ended.reason)
    finished = session.next(timeout_s)
    assert isinstance(finished, messages.Finished)
    played.modules = finished.modules
    return played


def _one(session, name, played, timeout_s):
    reply = session.next(timeout_s)
    if isinstance(reply, messages.Parked):
        played.parked[name] = reply
        played.samples[name] = [session.time(0, calls, timeout_s) for calls in CALLS]
        reply = session.go(timeout_s)
    played.ends[name] = (reply.status, reply.reason)


def played(place, *arguments, seed=1, **chosen):
    """Starts a session at a place, plays it and ends it."""
    session = Session(Suite("pytest", arguments or (".",)), place, seed)
    try:
        return play(session, **chosen)
    finally:
        session.end()
