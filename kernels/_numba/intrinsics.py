"""What Numba has no word for. Compiled functions are passed by address, so that what calls them is compiled once.

An address tells no types: both sides derive them from the arguments, which may be arrays and integers only.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def emitted(function: Callable[..., Any]) -> Callable[..., Any]:
    """An intrinsic, as its callers see it: Numba adds the typing context."""
    return intrinsic(function)


def _kinds(arguments):
    """The types that a function is compiled for; None where an argument is neither array nor integer."""
    kinds = tuple(types.intp if isinstance(each, types.Integer) else each for each in arguments)
    return kinds if all(isinstance(each, types.Array | types.Integer) for each in kinds) else None


@emitted
def address(typing_context, function, arguments):
    """Where the machine code of a compiled function for these arguments begins."""
    kinds = _kinds(arguments)
    if kinds is None:
        return None
    typing_context.resolve_function_type(function, kinds, {})

    def emit(context, builder, signature, values):
        made = function.dispatcher.overloads[kinds]
        context.active_code_library.add_linking_library(made.library)
        return builder.ptrtoint(context.declare_function(builder.module, made.fndesc), cgutils.intp_t)

    return types.intp(function, arguments), emit


@emitted
def call(typing_context, function, arguments):
    """Calls what begins at an address and returns nothing."""
    kinds = _kinds(arguments)
    if kinds is None:
        return None

    def emit(context, builder, signature, values):
        kind = context.call_conv.get_function_type(types.none, kinds)
        begin = builder.inttoptr(values[0], ir.PointerType(kind))
        given = zip(cgutils.unpack_tuple(builder, values[1]), arguments, kinds, strict=True)
        passed = [context.cast(builder, *each) for each in given]
        status, _ = context.call_conv.call_function(builder, begin, types.none, kinds, passed)
        with cgutils.if_unlikely(builder, status.is_error):
            context.call_conv.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.void(function, arguments), emit
