"""Functions as the text of a module: their source, what they import, the constants and functions that they use."""

import ast
import builtins
import inspect
import math
import subprocess
import symtable
import sys
import textwrap
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..contract import LIBRARIES
from ..errors import UsageError

DECORATOR = "implementation"
"""The method of a suite that decorates implementations: what is written does without it."""

FUTURE = "from __future__ import annotations"
POSTPONED = 0x1000000
"""The flag of code that was compiled with `FUTURE`."""

FINDS = "import sys; from importlib.util import find_spec; sys.exit(find_spec(sys.argv[1]) is None)"

PLAIN = (int, float, complex, str, bytes, bool, type(None))
WRITABLE = "only modules, what they define, functions, numbers, texts and tuples can be written into a suite"


@dataclass
class Sources:
    """What goes into one module, in the order in which it must be written."""

    imports: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    postponed: bool = False

    @property
    def names(self) -> set[str]:
        """Every name that the module binds."""
        return {*self.imports, *self.constants, *self.functions}

    def text(self) -> str:
        """The statements, imports first, without those of ``__future__``."""
        constants = [f"{name} = {value}" for name, value in self.constants.items()]
        parts = ["\n".join(sorted(self.imports.values())), "\n".join(constants), *self.functions.values()]
        return "\n\n".join(part for part in parts if part)


def sources_of(functions: Iterable[Callable[..., Any]]) -> Sources:
    """The functions and all that they use. Raises `UsageError` for what cannot be written, with the reason."""
    found = Sources()
    for function in functions:
        _add_function(found, plain(function).__name__, function)
    return found


def plain(function: Any) -> types.FunctionType:
    """The function that decorators are around. Raises `UsageError` for one that has no source of its own."""
    inner = inspect.unwrap(function) if callable(function) else function
    inner = getattr(inner, "py_func", inner)  # Numba's
    name = getattr(function, "__name__", repr(function))
    if not isinstance(inner, types.FunctionType):
        raise UsageError(f"{name}: is {_a(function)} without source in Python; write a function around it with def")
    if inner.__name__ == "<lambda>":
        raise UsageError("a lambda has no name and no lines of its own; write it as a function with def")
    return inner


def _add_function(found: Sources, name: str, function: Any) -> None:
    inner = plain(function)
    found.postponed |= bool(inner.__code__.co_flags & POSTPONED)
    source = _source(inner)
    found.functions[name] = ""  # so that functions may call each other
    namespace = {**inner.__globals__, **_modules_around(inner)}
    for used in _globals_of(source, found.postponed):
        if used != inner.__name__ or namespace.get(used) is not function:
            _add(found, used, namespace, inner)
    del found.functions[name]  # after those that it uses
    found.functions[name] = source if name == inner.__name__ else f"{source}\n\n{name} = {inner.__name__}"


def _add(found: Sources, name: str, namespace: Mapping[str, Any], user: types.FunctionType) -> None:
    if name in found.names:
        return
    if name not in namespace:
        if hasattr(builtins, name):
            return
        raise UsageError(f"{user.__name__}: uses '{name}', which is not defined; define it first")
    value = namespace[name]
    if isinstance(value, types.ModuleType):
        found.imports[name] = _import_module(name, value, user)
    elif _is_own(value, user):
        _add_function(found, name, value)
    elif (line := _import_from(name, value, user)) is not None:
        found.imports[name] = line
    elif (literal := _literal(value)) is not None:
        found.constants[name] = literal
    else:
        raise UsageError(f"{user.__name__}: uses '{name}', {_a(value)}; {WRITABLE}. Make it inside the function")


def _source(function: types.FunctionType) -> str:
    """The lines of a function without the suite's decorator."""
    try:
        text = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        where = "define it with def in a file or in a notebook"
        raise UsageError(f"{function.__name__}: its source is not known; {where}") from None
    if not isinstance(tree, ast.FunctionDef) or tree.name != function.__name__:
        raise UsageError(f"{function.__name__}: is not a plain function; define it with def")
    dropped = {
        line
        for decorator in tree.decorator_list
        if _is_suites(decorator)
        for line in range(decorator.lineno, (decorator.end_lineno or decorator.lineno) + 1)
    }
    lines = text.rstrip().splitlines()
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in dropped)


def _is_suites(decorator: ast.expr) -> bool:
    named = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(named, ast.Attribute) and named.attr == DECORATOR


def _globals_of(source: str, postponed: bool) -> list[str]:
    """Names that a function takes from outside, in its decorators, defaults and inner functions too."""
    table = symtable.symtable(f"{FUTURE}\n{source}" if postponed else source, "suite", "exec")
    found = [each.get_name() for each in table.get_symbols() if each.is_referenced() and not each.is_assigned()]
    waiting = list(table.get_children())
    while waiting:
        inner = waiting.pop(0)
        waiting += inner.get_children()
        found += [each.get_name() for each in inner.get_symbols() if each.is_global() and each.is_referenced()]
    return list(dict.fromkeys(name for name in found if name != "annotations"))


def _modules_around(function: types.FunctionType) -> dict[str, types.ModuleType]:
    """Modules that it takes from a function around it. Raises `UsageError` for anything else from there."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    found = {name: _cell(cell) for name, cell in cells}
    for name, value in found.items():
        if not isinstance(value, types.ModuleType):
            what = f"'{name}' of the function around it, {_a(value)}"
            raise UsageError(f"{function.__name__}: uses {what}; define both outside of any function")
    return found


def _cell(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _is_own(value: Any, user: types.FunctionType) -> bool:
    """Whether a value is a function of the same notebook, script or module, which is written as source."""
    inner = inspect.unwrap(value) if callable(value) else value
    inner = getattr(inner, "py_func", inner)
    return isinstance(inner, types.FunctionType) and inner.__module__ == user.__module__


def _import_module(name: str, module: types.ModuleType, user: types.FunctionType) -> str:
    _require_importable(module.__name__, name, user)
    path = module.__name__
    return f"import {path}" if path == name else f"import {path} as {name}"


def _import_from(name: str, value: Any, user: types.FunctionType) -> str | None:
    """The import of what a module defines; None for what no module does."""
    own = getattr(value, "__name__", None)
    if not isinstance(own, str):
        return None
    own_module, of_type = getattr(value, "__module__", None), type(value).__module__.partition(".")[0]
    for place in dict.fromkeys((own_module, of_type, *LIBRARIES)):
        module = sys.modules.get(place or "")
        if module is not None and place not in ("__main__", user.__module__) and getattr(module, own, None) is value:
            _require_importable(module.__name__, name, user)
            return f"from {place} import {own}" + ("" if own == name else f" as {name}")
    return None


def _require_importable(module: str, name: str, user: types.FunctionType) -> None:
    """Raises `UsageError` for a module beside the notebook or script that the processes of a run cannot import."""
    top = module.partition(".")[0]
    file = getattr(sys.modules.get(top), "__file__", None)
    if file is None or top in sys.stdlib_module_names or Path(file).is_relative_to(sys.prefix) or _is_found(top):
        return
    remedy = "install it, name its folder in PYTHONPATH, or define here what is used of it"
    raise UsageError(f"{user.__name__}: uses '{name}' of {file}, which other processes cannot import; {remedy}")


def _is_found(module: str) -> bool:
    """Whether a new process finds a module."""
    return subprocess.run([sys.executable, "-P", "-c", FINDS, module]).returncode == 0


def _literal(value: Any) -> str | None:
    """A constant as Python writes it; None for anything else."""
    if type(value) is tuple:
        parts = [_literal(each) for each in value]
        return None if None in parts else f"({', '.join(map(str, parts))}{',' if len(parts) == 1 else ''})"
    if type(value) not in PLAIN:
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def _a(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
