"""Compiled functions passed by address: what starts threads is compiled once, and not for each number of features."""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def _emitted(function: Callable[..., Any]) -> Callable[..., Any]:
    """An intrinsic, as its callers see it: Numba adds the typing context."""
    return intrinsic(function)


@_emitted
def address(typing_context, function, arguments):
    """Where the machine code of a compiled function for these arguments begins."""
    kinds = tuple(map(types.unliteral, arguments))
    typing_context.resolve_function_type(function, kinds, {})

    def emit(context, builder, signature, values):
        made = function.dispatcher.overloads[kinds]
        context.active_code_library.add_linking_library(made.library)
        return builder.ptrtoint(context.declare_function(builder.module, made.fndesc), cgutils.intp_t)

    return types.intp(function, arguments), emit


@_emitted
def call(typing_context, function, arguments):
    """Calls what begins at an address and returns nothing."""

    def emit(context, builder, signature, values):
        kinds = tuple(map(types.unliteral, arguments))
        kind = context.call_conv.get_function_type(types.none, kinds)
        begin = builder.inttoptr(values[0], ir.PointerType(kind))
        each = cgutils.unpack_tuple(builder, values[1])
        status, _ = context.call_conv.call_function(builder, begin, types.none, kinds, each)
        with cgutils.if_unlikely(builder, status.is_error):
            context.call_conv.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.void(function, arguments), emit
