"""The benchmarks of an asv suite, found by `asv_runner` as asv finds them, file by file.

asv gives up at the first file that cannot be imported; here its reason is told and the others are found.
"""

import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

from .serving import told

LENT = "ROOFLINEAR_TOOLS"
"""A folder with the parent's own asv_runner, for interpreters that have none."""

UNMEASURABLE = "needs pympler, which is not installed"


def runner() -> tuple[Any, str]:
    """The module `asv_runner.discovery`, and where asv_runner comes from. Ends the process where there is none."""
    try:
        return _discovery()
    except ImportError:
        if lent := os.environ.get(LENT):
            sys.path.append(lent)
    try:
        return _discovery()
    except ImportError as error:
        sys.exit(
            f"asv_runner is not installed for {sys.executable} ({error}); {sys.executable} -m pip install asv_runner"
        )


def _discovery() -> tuple[Any, str]:
    found = importlib.import_module("asv_runner.discovery")
    return found, f"asv_runner {getattr(sys.modules['asv_runner'], '__version__', 'of an unknown version')}"


class Found:
    """Benchmarks by name, each as a new object; ``failed`` says why a file could not be read, by its path.

    ``root`` is the absolute path of the folder of benchmarks.
    """

    def __init__(self, discovery: Any, root: str):
        self._discovery, self._root = discovery, root
        self.benchmarks: dict[str, Any] = {}
        self.failed: dict[str, str] = {}
        self._without_pympler()
        importlib.import_module("asv_runner._aux").update_sys_path(root)
        for module in self._modules(os.path.basename(root)):
            self.benchmarks.update(self._of(module))

    def fresh(self, name: str) -> Any:
        """A benchmark with an instance of its class that no other one has used."""
        importers = list(sys.meta_path)
        try:
            return self._discovery.get_benchmark_from_name(self._root, name)
        except ValueError:
            return self.benchmarks[name]  # asv cannot find it by that name; it has been found
        finally:
            sys.meta_path[:] = importers  # each call adds one

    def file(self, benchmark: Any) -> str:
        """The file that holds a benchmark, from the working folder."""
        return _file_of(benchmark._attr_sources[-1])

    def _modules(self, name: str) -> Iterator[Any]:
        try:
            module = importlib.import_module(name)
        except BaseException as error:  # an import may also exit
            self.failed[self._expected_file(name)] = told(error)
            return
        yield module
        for _, inner, _ in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{name}."):
            yield from self._modules(inner)

    def _of(self, module: Any) -> dict[str, Any]:
        self._discovery.disc_modules = lambda *_, **__: [module]
        try:
            return {each.name: each for each in self._discovery.disc_benchmarks(self._root)}
        except Exception as error:
            self.failed[_file_of(module)] = told(error)
            return {}

    def _expected_file(self, module: str) -> str:
        path = os.path.join(os.path.dirname(self._root), *module.split("."))
        file = f"{path}.py" if os.path.isfile(f"{path}.py") else os.path.join(path, "__init__.py")
        return os.path.relpath(file)

    def _without_pympler(self) -> None:
        """asv leaves out ``mem_*`` without a word where pympler is missing."""
        types, base = self._discovery.benchmark_types, importlib.import_module("asv_runner.benchmarks._base").Benchmark
        if not any(each.name_regex.match("mem_x") for each in types):
            import re

            own = {"name_regex": re.compile("^(Mem[A-Z_].+)|(mem_.+)$"), "unmeasurable": UNMEASURABLE}
            types.append(type("MemBenchmark", (base,), own))


def _file_of(module: Any) -> str:
    return os.path.relpath(getattr(module, "__file__", None) or module.__name__)
