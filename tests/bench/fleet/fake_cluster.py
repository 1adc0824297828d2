"""A Dask cluster without processes: what its client is asked for, and what each worker does with an order."""

import contextlib
import importlib.metadata

from rooflinear.bench.fleet import remote

VERSION = importlib.metadata.version("rooflinear")


def worker(name, host="10.0.0.1"):
    return {"name": name, "host": host}


class Future:
    """Done after so many looks; ``does`` returns its result, or raises. None: never done."""

    def __init__(self, does, looks=0):
        self.does, self.looks, self.cancelled = does, looks, False

    def done(self):
        self.looks -= 1
        return self.does is not None and self.looks < 0

    def result(self, timeout):
        assert timeout
        return self.does()

    def cancel(self, force):
        assert force
        self.cancelled = True


class Client:
    """``workers`` by address; ``plays`` says by a worker's name what it does with an order, ``versions`` what it has.

    A worker in ``dying`` goes after so many looks. ``forgets``: how often the first question for workers is in vain.
    """

    def __init__(self, workers, plays=None, versions=None, dying=None, forgets=0):
        self.workers, self.plays, self.versions = workers, plays or {}, versions or {}
        self.dying, self.forgets, self.submitted, self.closed = dict(dying or {}), forgets, {}, False

    def nthreads(self):
        for name in list(self.dying):
            self.dying[name] -= 1
        gone = [name for name, looks in self.dying.items() if looks < 0]
        return {address: 1 for address, each in self.workers.items() if each["name"] not in gone}

    def scheduler_info(self, n_workers):
        assert n_workers == -1
        self.forgets -= 1
        return {"workers": {} if self.forgets >= 0 else self.workers}

    def submit(self, function, *arguments, workers, allow_other_workers, pure, **more):
        assert (allow_other_workers, pure) == (False, False)
        (address,) = workers
        name = self.workers[address]["name"]
        if function is importlib.metadata.version:
            return Future(lambda: self._version(name))
        assert function is remote.play
        assert more == {"key": arguments[-1], "retries": 0}
        self.submitted[name] = (*arguments[:-1], Future(*self.plays[name]))
        return self.submitted[name][-1]

    def _version(self, name):
        found = self.versions.get(name, VERSION)
        if isinstance(found, Exception):
            raise found
        return found

    @contextlib.contextmanager
    def connected(self, address):
        self.address = address
        try:
            yield self
        finally:
            self.closed = True


def three(**more):
    """Two machines, and a second worker on the first one."""
    workers = {
        "tcp://1:1": worker("a", "10.0.0.1"),
        "tcp://1:2": worker("b", "10.0.0.1"),
        "tcp://2:1": worker("c", "10.0.0.2"),
    }
    return Client(workers, **more)
