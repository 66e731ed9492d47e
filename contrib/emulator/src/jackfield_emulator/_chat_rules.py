"""What a chat request may say. The table is the API reference's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jackfield_emulator._refusal import invalid, missing, unsupported
from jackfield_emulator._rules import check as check_value
from jackfield_emulator._rules import checked, kind_of, one_of, rule, wrong_type, wrong_value
from jackfield_emulator._schema import check as check_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jackfield_emulator._models import Model

RULES = {
    "messages": rule("array", 1, needed=True),
    "model": rule("string", needed=True),
    "audio": rule("object"),
    "frequency_penalty": rule("number", -2, 2),
    "function_call": rule("string|object"),
    "functions": rule("array", 1, 128),
    "logit_bias": rule("object"),
    "logprobs": rule("boolean"),
    "max_completion_tokens": rule("integer", 1),
    "max_tokens": rule("integer", 1),
    "metadata": rule("object"),
    "modalities": rule("array"),
    "moderation": rule("object"),
    "n": rule("integer", 1, 128),
    "parallel_tool_calls": rule("boolean"),
    "prediction": rule("object"),
    "presence_penalty": rule("number", -2, 2),
    "prompt_cache_key": rule("string"),
    "prompt_cache_options": rule("object"),
    "prompt_cache_retention": one_of("in_memory", "in-memory", "24h"),
    "reasoning_effort": one_of("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    "response_format": rule("object"),
    "safety_identifier": rule("string"),
    "seed": rule("integer", -(2**63), 2**63 - 1),
    "service_tier": one_of("auto", "default", "flex", "scale", "priority", "fast"),
    "stop": rule("string|array", None, 4),
    "store": rule("boolean"),
    "stream": rule("boolean"),
    "stream_options": rule("object"),
    "temperature": rule("number", 0, 2),
    "tool_choice": rule("string|object"),
    "tools": rule("array", 1, 128),
    "top_logprobs": rule("integer", 0, 20),
    "top_p": rule("number", 0, 1),
    "user": rule("string"),
    "verbosity": one_of("low", "medium", "high"),
    "web_search_options": rule("object"),
}
AZURE_RULES = RULES | {"data_sources": rule("array"), "user_security_context": rule("object")}
DATED_RULES = AZURE_RULES | {"model": rule("string")}

_ROLES = ("system", "assistant", "user", "function", "tool", "developer")
_PARTS = ("text", "image_url", "input_audio", "file", "refusal")
_CONTENT = rule("string|array")
_OBJECT = rule("object")
_SOME = rule("array", 1, 128)
_STRING = rule("string")
_FORMATS = ("json_object", "json_schema", "text")
_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_WINDOW = 128_000


def check(document: Mapping[str, Any], rules: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Return what is given, once every rule is kept."""
    given = checked(document, rules)
    _check_together(given, model)
    _check_messages(given["messages"])
    _check_tools(given)
    _check_format(given)
    return given


def texts(message: Mapping[str, Any]) -> str:
    """Return the text of a message."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _check_together(given: Mapping[str, Any], model: Model) -> None:
    """Check what depends on another parameter or on the model."""
    if "stream_options" in given and not given.get("stream"):
        raise invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options")
    if "top_logprobs" in given and not given.get("logprobs"):
        raise invalid("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs")
    if isinstance(given.get("stop"), list):
        for index, each in enumerate(given["stop"]):
            check_value(f"stop[{index}]", each, _STRING)
    if "max_tokens" in given and "max_completion_tokens" in given:
        message = "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
        raise invalid(message, "max_tokens", "invalid_parameter_combination")
    if not model.reasoning:
        return
    if "max_tokens" in given:
        raise unsupported("max_tokens", "Use 'max_completion_tokens' instead.")
    for name, only in (("temperature", 1), ("top_p", 1), ("presence_penalty", 0), ("frequency_penalty", 0)):
        if given.get(name, only) != only:
            message = (
                f"Unsupported value: '{name}' does not support {given[name]} with this model. "
                f"Only the default ({only}) value is supported."
            )
            raise invalid(message, name, "unsupported_value")


def _check_messages(messages: list[Any]) -> None:
    open_calls: list[str] = []
    answered = False
    for index, message in enumerate(messages):
        at = f"messages[{index}]"
        _check_message(message, at)
        if "tool" == message["role"]:
            if message.get("tool_call_id") is None:
                raise missing(f"{at}.tool_call_id")
            if not answered and not open_calls:
                text = (
                    "Invalid parameter: messages with role 'tool' must be a response to a preceding message "
                    "with 'tool_calls'."
                )
                raise invalid(text, f"messages.[{index}].role")
            open_calls = [each for each in open_calls if each != message["tool_call_id"]]
            continue
        _check_answered(open_calls, index)
        open_calls = _call_ids(message, at)
        answered = bool(open_calls)
    _check_answered(open_calls, len(messages))
    asked = sum(len(texts(message)) for message in messages) // 4
    if asked > _WINDOW:
        text = (
            f"This model's maximum context length is {_WINDOW} tokens. However, your messages resulted in {asked} "
            "tokens. Please reduce the length of the messages."
        )
        raise invalid(text, "messages", "context_length_exceeded")


def _call_ids(message: Mapping[str, Any], at: str) -> list[str]:
    """Return the ids of the calls that the message makes."""
    calls = message.get("tool_calls")
    if calls is None:
        return []
    check_value(f"{at}.tool_calls", calls, _SOME)
    for number, call in enumerate(calls):
        check_value(f"{at}.tool_calls[{number}]", call, _OBJECT)
        if not isinstance(call.get("id"), str):
            raise missing(f"{at}.tool_calls[{number}].id")
    return [call["id"] for call in calls]


def _check_answered(open_calls: list[str], index: int) -> None:
    if open_calls:
        text = (
            "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
            "'tool_call_id'. The following tool_call_ids did not have response messages: " + ", ".join(open_calls)
        )
        raise invalid(text, f"messages.[{index}].role")


def _check_message(message: Any, at: str) -> None:
    if not isinstance(message, dict):
        raise wrong_type(at, message, "object")
    role = message.get("role")
    if role is None:
        raise missing(f"{at}.role")
    if role not in _ROLES:
        raise wrong_value(f"{at}.role", role, _ROLES)
    content = message.get("content")
    if content is None:
        if "assistant" != role:
            where = at.replace("[", ".[")
            raise invalid("Invalid value for 'content': expected a string, got null.", f"{where}.content")
    else:
        _check_content(content, at)


def _check_content(content: Any, at: str) -> None:
    if not isinstance(content, list):
        check_value(f"{at}.content", content, _CONTENT)
        return
    for number, part in enumerate(content):
        if kind_of(part) != "object":
            raise wrong_type(f"{at}.content[{number}]", part, "object")
        if part.get("type") not in _PARTS:
            raise wrong_value(f"{at}.content[{number}].type", part.get("type"), _PARTS)


def _check_tools(given: Mapping[str, Any]) -> None:
    if "tool_choice" in given and "tools" not in given:
        text = "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified."
        raise invalid(text, "tool_choice")
    if "parallel_tool_calls" in given and "tools" not in given:
        text = (
            "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified."
        )
        raise invalid(text, "parallel_tool_calls")
    for at, kind, tool in declared(given):
        if not isinstance(tool, dict):
            raise missing(at)
        if not isinstance(tool.get("name"), str):
            raise missing(f"{at}.name")
        if tool.get("parameters") is not None:
            check_schema(f"{at}.parameters", tool["parameters"])
        if not _NAME.fullmatch(tool["name"]):
            text = (
                f"Invalid '{at}.name': string does not match pattern. Expected a string that matches the pattern "
                f"'^[a-zA-Z0-9_-]+$'."
            )
            raise invalid(text, f"{at}.name", "invalid_value")
        if "function" == kind and tool.get("strict"):
            what = f"function '{tool['name']}'"
            _check_strict(tool.get("parameters") or {}, what, f"{at}.parameters", "invalid_function_parameters")
    _check_choice(given)


def _check_choice(given: Mapping[str, Any]) -> None:
    choice = given.get("tool_choice")
    if isinstance(choice, str) and choice not in ("none", "auto", "required"):
        raise wrong_value("tool_choice", choice, ("none", "auto", "required"))
    named = chosen(choice)
    if named is not None and named not in [tool["name"] for _, _, tool in declared(given)]:
        text = f"Invalid value for 'tool_choice': '{named}' is not one of the tools that are specified."
        raise invalid(text, "tool_choice")


def declared(given: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Return where each tool stands, its kind, and what is said of it; those of the old `functions` too."""
    for index, tool in enumerate(given.get("tools", ())):
        at = f"tools[{index}]"
        if not isinstance(tool, dict):
            raise wrong_type(at, tool, "object")
        kind = tool.get("type")
        if kind is None:
            raise missing(f"{at}.type")
        if kind not in ("function", "custom"):
            raise wrong_value(f"{at}.type", kind, ("function", "custom"))
        yield f"{at}.{kind}", kind, tool.get(kind)
    for index, function in enumerate(given.get("functions", ())):
        yield f"functions[{index}]", "function", function


def chosen(choice: Any) -> str | None:
    """Return the name of the one tool that must be called, if there is one."""
    if isinstance(choice, dict) and choice.get("type") in ("function", "custom"):
        return str((choice.get(choice["type"]) or {}).get("name"))
    return None


def _check_format(given: Mapping[str, Any]) -> None:
    form = given.get("response_format", {"type": "text"})
    kind = form.get("type")
    if kind is None:
        raise missing("response_format.type")
    if kind not in _FORMATS:
        raise wrong_value("response_format.type", kind, _FORMATS)
    if "json_object" == kind and not any("json" in texts(message).lower() for message in given["messages"]):
        text = "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
        raise invalid(text, "messages")
    if "json_schema" == kind:
        told = form.get("json_schema")
        if not isinstance(told, dict):
            raise missing("response_format.json_schema")
        if not isinstance(told.get("name"), str):
            raise missing("response_format.json_schema.name")
        if told.get("schema") is not None:
            check_schema("response_format.json_schema.schema", told["schema"])
        if told.get("strict"):
            _check_strict(told.get("schema") or {}, f"response_format '{told['name']}'", "response_format", None)


def _check_strict(schema: Any, what: str, param: str, code: str | None, context: tuple[str, ...] = ()) -> None:
    """Check that an object names all its properties and forbids others, as strict mode wants."""
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties", {})
    wrong = None
    if "object" == schema.get("type") and schema.get("additionalProperties") is not False:
        wrong = "'additionalProperties' is required to be supplied and to be false."
    elif absent := [name for name in properties if name not in schema.get("required", ())]:
        wrong = (
            "'required' is required to be supplied and to be an array including every key in properties. "
            f"Missing '{absent[0]}'."
        )
    if wrong is not None:
        raise invalid(f"Invalid schema for {what}: In context={context}, {wrong}", param, code)
    for name, each in properties.items():
        _check_strict(each, what, param, code, (*context, "properties", name))
    for name, each in schema.get("$defs", {}).items():
        _check_strict(each, what, param, code, (*context, "$defs", name))
    if "items" in schema:
        _check_strict(schema["items"], what, param, code, (*context, "items"))
