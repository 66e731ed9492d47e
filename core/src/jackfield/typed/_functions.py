"""What a model is told of a Python function: its name, what it does, the schema of its arguments."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, get_type_hints

from attrs import frozen

from jackfield.errors import InvalidRequestError
from jackfield.typed._docstrings import described, summary_of
from jackfield.typed._kinds import may_be_null
from jackfield.typed._schema import Drawing, root_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_UNNAMED: Mapping[Any, str] = {
    inspect.Parameter.POSITIONAL_ONLY: "is positional only, and a model names its arguments",
    inspect.Parameter.VAR_POSITIONAL: "takes any number of arguments, and a schema has to name them",
    inspect.Parameter.VAR_KEYWORD: "takes any names, and a schema has to say which",
}


@frozen
class Argument:
    """One parameter of a function.

    Attributes:
        name: Its name.
        kind: Its annotation.
        optional: Whether it may be left out; a model says that with null, where that is not one of its values.
    """

    name: str
    kind: Any
    optional: bool = False


@frozen
class FunctionFacts:
    """What a model is told of a function.

    Attributes:
        name: Its name.
        description: What it does, as its docstring says before the first section; None without one.
        arguments: Its parameters.
        schema: The strict JSON schema of its arguments.
    """

    name: str
    description: str | None
    arguments: tuple[Argument, ...]
    schema: Mapping[str, Any]


def facts_of(function: Callable[..., Any]) -> FunctionFacts:
    """Read *function*: a plain or async one, a method, or an object that can be called.

    Raises:
        InvalidRequestError: A parameter has no annotation, or one without a schema; all problems at once.
    """
    name = getattr(function, "__name__", type(function).__name__)
    called = function if inspect.isroutine(function) else type(function).__call__
    try:
        hints = get_type_hints(called, include_extras=True)
        parameters = inspect.signature(function).parameters
    except (NameError, TypeError, ValueError) as error:
        raise InvalidRequestError(f"{name!r} cannot be a tool", problems=[f"{name}: {error}"]) from error
    problems = [
        f"{name}.{each.name}: {_UNNAMED.get(each.kind) or 'has no annotation, and a schema is made of those'}"
        for each in parameters.values()
        if each.kind in _UNNAMED or each.name not in hints
    ]
    if problems:
        raise InvalidRequestError(f"{name!r} cannot be a tool", problems=problems)
    arguments = tuple(
        Argument(each.name, hints[each.name], each.default is not inspect.Parameter.empty)
        for each in parameters.values()
    )
    documented = (
        function if inspect.isroutine(function) or function.__doc__ != type(function).__doc__ else type(function)
    )
    words = described(documented)
    schema = root_schema(lambda drawing: _arguments_schema(drawing, arguments, words))
    return FunctionFacts(name, summary_of(documented), arguments, schema)


def _arguments_schema(drawing: Drawing, arguments: tuple[Argument, ...], words: Mapping[str, str]) -> dict[str, Any]:
    properties = {}
    for each in arguments:
        drawn = drawing.of(each.kind, f"$.{each.name}")
        if each.optional and not may_be_null(each.kind):
            drawn = {"anyOf": [drawn, {"type": "null"}]}
        if each.name in words:
            drawn.setdefault("description", words[each.name])
        properties[each.name] = drawn
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
