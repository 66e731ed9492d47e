"""Tools: what a model may call, which of them it should call, and the calls it makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, Required, TypedDict

from attrs import define, frozen

from jackfield.operations import Document, RequestPart, Rule
from jackfield.operations._rules import as_tuple

_NAME = r"[a-zA-Z0-9_-]{1,64}"
FUNCTION_NAME = Rule.fitting(
    "1 to 64 letters, digits, underscores or dashes",
    lambda value: isinstance(value, str) and re.fullmatch(_NAME, value) is not None,
    needed=True,
)


class Custom(TypedDict, total=False):
    """A tool that takes free text."""

    name: Required[str]
    description: str
    format: Mapping[str, Any]
    """`{"type": "text"}`, or `{"type": "grammar", "grammar": {"syntax": "lark" or "regex", "definition": ...}}`."""


@frozen(kw_only=True, eq=False, repr=False)
class Function(RequestPart):
    """A function that a model may call.

    Attributes:
        name: 1 to 64 letters, digits, underscores or dashes.
        description: What it does, for the model to decide by.
        parameters: The JSON schema of its arguments; none means no arguments.
        strict: Whether the arguments must fit the schema exactly. The default is the provider's.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "name": FUNCTION_NAME,
        "description": Rule.text(),
        "parameters": Rule.part(),
        "strict": Rule.flag(),
    }

    name: str
    description: str | None = None
    parameters: Mapping[str, Any] | None = None
    strict: bool | None = None


@frozen(kw_only=True, eq=False, repr=False)
class Tool(RequestPart):
    """A tool that a model may call: a function, or one that takes free text (`custom`).

    Attributes:
        type: `function`, `custom`, or another that the provider has.
        function: The function, where it is one.
        custom: Its name, description and format, where it takes free text.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "type": Rule.text(needed=True),
        "function": Rule.part(Function),
        "custom": Rule.part(),
    }
    told_by: ClassVar[str] = "type"
    needs: ClassVar[Mapping[str, Sequence[str]]] = {"function": ("function",), "custom": ("custom",)}

    type: Literal["function", "custom"] | str = "function"
    function: Function | Mapping[str, Any] | None = None
    custom: Custom | Mapping[str, Any] | None = None

    @classmethod
    def for_function(
        cls,
        name: str,
        *,
        description: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        strict: bool | None = None,
    ) -> Tool:
        """Return the tool that calls the function *name*; the arguments are those of `Function`."""
        return cls(function=Function(name=name, description=description, parameters=parameters, strict=strict))

    @classmethod
    def from_function(cls, function: Callable[..., Any], *, strict: bool = True) -> Tool:
        """Return the tool that calls *function*: name, docstring and annotations say what a model has to know.

        Args:
            function: A plain or async function, a method, or an object that can be called. Every parameter needs an
                annotation; what the docstring says of it (`Args:`, or `:param name:`) goes along.
            strict: Whether the model's arguments must fit the schema exactly.

        Raises:
            InvalidRequestError: It cannot be a tool; all problems at once.
        """
        from jackfield.typed import facts_of  # noqa: PLC0415 - only where functions are tools

        facts = facts_of(function)
        return cls.for_function(facts.name, description=facts.description, parameters=facts.schema, strict=strict)

    @classmethod
    def for_text(
        cls,
        name: str,
        *,
        description: str | None = None,
        format: Mapping[str, Any] | None = None,  # noqa: A002
    ) -> Tool:
        """Return the tool *name* that takes free text, in *format* where one is given."""
        given = {"name": name, "description": description, "format": format}
        return cls(type="custom", custom={key: value for key, value in given.items() if value is not None})


@frozen(kw_only=True, eq=False, repr=False)
class ToolChoice(RequestPart):
    """Which tool a model must call. Where a word will do (`none`, `auto`, `required`), give the word instead.

    Attributes:
        type: `function`, `custom` or `allowed_tools`.
        function: `{"name": ...}` of the function to call.
        custom: `{"name": ...}` of the free-text tool to call.
        allowed_tools: `{"mode": "auto" or "required", "tools": [...]}`: the tools to choose from.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "type": Rule.text(needed=True),
        "function": Rule.part(),
        "custom": Rule.part(),
        "allowed_tools": Rule.part(),
    }
    told_by: ClassVar[str] = "type"
    needs: ClassVar[Mapping[str, Sequence[str]]] = {kind: (kind,) for kind in ("function", "custom", "allowed_tools")}

    type: Literal["function", "custom", "allowed_tools"] | str = "function"
    function: Mapping[str, Any] | None = None
    custom: Mapping[str, Any] | None = None
    allowed_tools: Mapping[str, Any] | None = None

    @classmethod
    def of_function(cls, name: str) -> ToolChoice:
        """Return the choice of the function *name*."""
        return cls(function={"name": name})

    @classmethod
    def of_text(cls, name: str) -> ToolChoice:
        """Return the choice of the free-text tool *name*."""
        return cls(type="custom", custom={"name": name})

    @classmethod
    def among(cls, *names: str, mode: Literal["auto", "required"] = "auto") -> ToolChoice:
        """Return the choice among the functions *names*: whether to call one is left open, or `required`."""
        tools = [{"type": "function", "function": {"name": name}} for name in names]
        return cls(type="allowed_tools", allowed_tools={"mode": mode, "tools": tools})


@define(kw_only=True, eq=False, repr=False)
class FunctionCall(Document):
    """A call of a function; in a stream, a fragment of one.

    Attributes:
        name: The function's name.
        arguments: Its arguments as JSON text, as the model wrote it: not always valid.
    """

    name: str = ""
    arguments: str = ""


@define(kw_only=True, eq=False, repr=False)
class CustomCall(Document):
    """A call of a tool that takes free text; in a stream, a fragment of one.

    Attributes:
        name: The tool's name.
        input: The text for it.
    """

    name: str = ""
    input: str = ""


@define(kw_only=True, eq=False, repr=False)
class ToolCall(Document):
    """A call that the model wants made. Goes back to it in the assistant's message, before the tool's answer.

    Attributes:
        id: What the tool's answer refers to.
        type: `function`, `custom`, or one not known yet.
        function: The call, where it is of a function.
        custom: The call, where it is of a tool that takes free text.
    """

    id: str = ""
    type: str = "function"
    function: FunctionCall | None = None
    custom: CustomCall | None = None

    @property
    def name(self) -> str:
        """The name of what is called, whichever kind it is."""
        called = self.function or self.custom
        return called.name if called is not None else ""

    @property
    def arguments(self) -> str:
        """What it is called with: the function's arguments as JSON text, or the text for a free-text tool."""
        if self.function is not None:
            return self.function.arguments
        return self.custom.input if self.custom is not None else ""


@define(kw_only=True, eq=False, repr=False)
class ToolCallDelta(Document):
    """A fragment of a call, as a stream brings it. Only the first of a call is sure to say which.

    Attributes:
        index: Which of the choice's calls it belongs to, or None where the stream does not say.
        id: The call's id, where the fragment has it.
        type: The call's type, where the fragment has it.
        function: The fragment, where the call is of a function.
        custom: The fragment, where the call is of a tool that takes free text.
    """

    index: int | None = None
    id: str | None = None
    type: str | None = None
    function: FunctionCall | None = None
    custom: CustomCall | None = None


def as_functions(value: Sequence[Function | Mapping[str, Any]] | None) -> Sequence[Function | Mapping[str, Any]] | None:
    """Return functions as a tuple."""
    return as_tuple(value)


def as_tools(
    value: Sequence[Tool | Mapping[str, Any] | Callable[..., Any]] | None,
) -> Sequence[Tool | Mapping[str, Any]] | None:
    """Return tools as a tuple, functions among them as tools."""
    given: Any = as_tuple(value)
    if not isinstance(given, tuple):
        tools: Sequence[Tool | Mapping[str, Any]] | None = given
        return tools
    return tuple([Tool.from_function(each) if is_function(each) else each for each in given])


def is_function(tool: object) -> bool:
    """Tell whether *tool* is code rather than a description of some."""
    return callable(tool) and not isinstance(tool, Tool | Mapping)


def as_tool_calls(
    value: Sequence[ToolCall | Mapping[str, Any]] | None,
) -> Sequence[ToolCall | Mapping[str, Any]] | None:
    """Return tool calls as a tuple."""
    return as_tuple(value)
