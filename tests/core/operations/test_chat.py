import pickle
import typing
from math import nan

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import InvalidRequestError
from jackfield.operations import Document, RequestPart, chat_choices, content, messages, tools
from jackfield.operations import chat as module
from jackfield.operations.chat import (
    CHAT,
    AssistantMessage,
    Audio,
    AudioPart,
    ChatEvent,
    ChatFold,
    ChatRequest,
    ChatResponse,
    Choice,
    ChoiceDelta,
    CustomCall,
    Delta,
    FilePart,
    Function,
    FunctionCall,
    ImagePart,
    Message,
    RefusalPart,
    ResponseFormat,
    TextPart,
    Tool,
    ToolCall,
    ToolChoice,
)

HI = Message.user("hi")
CALL = ToolCall(id="c1", function=FunctionCall(name="look", arguments="{}"))

RIGHT = {
    "messages": [[HI], (Message.system("s"), HI), 200 * [HI]],
    "model": ["m", "ft:m:org::id"],
    "temperature": [0, 2, 0.7],
    "top_p": [0, 1, 0.5],
    "frequency_penalty": [-2, 2, 0],
    "presence_penalty": [-2, 2, 0],
    "n": [1, 128],
    "seed": [-5, 0, 10**12],
    "stop": ["end", ["a", "b", "c", "d"]],
    "logit_bias": [{}, {"50256": -100, "7": 100.0}],
    "logprobs": [True, False],
    "top_logprobs": [0, 20],
    "max_completion_tokens": [1],
    "max_tokens": [1],
    "reasoning_effort": ["none", "max", "one-of-tomorrow"],
    "verbosity": ["low"],
    "response_format": ["json_object", ResponseFormat(type="text"), {"type": "of-tomorrow"}],
    "modalities": [["text", "audio"]],
    "audio": [{"voice": "alloy", "format": "wav"}],
    "prediction": [{"type": "content", "content": "x"}],
    "tools": [[Tool.for_function("look"), Tool.for_text("write"), {"type": "of-tomorrow"}]],
    "tool_choice": ["auto", ToolChoice.of_function("look"), ToolChoice.of_text("write"), {"type": "of-tomorrow"}],
    "parallel_tool_calls": [True, False],
    "web_search_options": [{}],
    "functions": [[Function(name="look"), {"name": "look"}]],
    "function_call": ["auto", {"name": "look"}],
    "stream_options": [{"include_usage": True}],
    "service_tier": ["auto", "flex"],
    "store": [True],
    "metadata": [{}, {64 * "k": 512 * "v"}, {str(index): "" for index in range(16)}],
    "moderation": [{"model": "m"}],
    "prompt_cache_key": ["k"],
    "prompt_cache_retention": ["24h"],
    "prompt_cache_options": [{"mode": "explicit"}],
    "safety_identifier": [128 * "u"],
    "user": ["u"],
}

WRONG = {
    "messages": [None, [], "hi", {"role": "user"}, HI, 5],
    "model": ["", 5],
    "temperature": [-0.1, 2.1, nan, "1", True],
    "top_p": [-0.1, 1.1],
    "frequency_penalty": [-2.1, 2.1],
    "presence_penalty": [-2.1, 2.1],
    "n": [0, 129, 1.0, True],
    "seed": [1.0, "1"],
    "stop": [5, ["a", "b", "c", "d", "e"]],
    "logit_bias": [[1]],
    "logprobs": [1],
    "top_logprobs": [-1, 21],
    "max_completion_tokens": [0],
    "max_tokens": [0],
    "reasoning_effort": [1],
    "verbosity": [1],
    "response_format": [5],
    "modalities": ["text"],
    "audio": ["alloy"],
    "prediction": ["x"],
    "tools": [Tool.for_function("look"), "look"],
    "tool_choice": [True],
    "parallel_tool_calls": ["yes"],
    "web_search_options": [True],
    "functions": ["look"],
    "function_call": [5],
    "stream_options": [True],
    "service_tier": [1],
    "store": ["yes"],
    "metadata": [{str(index): "" for index in range(17)}, "notes"],
    "moderation": [True],
    "prompt_cache_key": [1],
    "prompt_cache_retention": [24],
    "prompt_cache_options": ["explicit"],
    "safety_identifier": [129 * "u"],
    "user": [1],
}

NESTED = [
    (
        {"messages": [HI, {"role": "user", "content": "hi"}]},
        (
            "messages[1] must be Message, as made by Message.system(...), Message.user(...) and so on, "
            "not {'role': 'user', 'content': 'hi'}"
        ),
    ),
    (
        {"messages": [Message(role="robot", content="hi")]},
        "messages[0].role must be one of 'system', 'developer', 'user', 'assistant', 'tool', 'function', not 'robot'",
    ),
    ({"messages": [Message(role="user")]}, "messages[0].content is missing; role 'user' needs it"),
    ({"messages": [Message(role="tool", content="x")]}, "messages[0].tool_call_id is missing; role 'tool' needs it"),
    ({"messages": [Message(role="function", content="x")]}, "messages[0].name is missing; role 'function' needs it"),
    ({"messages": [Message.user([])]}, "messages[0].content must not be empty"),
    ({"messages": []}, "messages must not be empty"),
    ({"stop": ["a", "b", "c", "d", "e"]}, "stop must be at most 4 items, not 5"),
    ({"messages": [Message.user([TextPart(5)])]}, "messages[0].content[0].text must be text, not 5"),
    (
        {"messages": [Message.user("x", name=5)]},
        "messages[0].name must be text, not 5",
    ),
    (
        {"messages": [Message.assistant(tool_calls=[5])]},
        "messages[0].tool_calls[0] must be ToolCall or a mapping, not 5",
    ),
    (
        {"messages": [attrs.evolve(HI, extra={"content": "twice"})]},
        "messages[0].content is given twice: 'hi' as a field and 'twice' in extra; keep one",
    ),
    ({"stop": ["a", 5]}, "stop[1] must be text, not 5"),
    ({"logit_bias": {"7": 101}}, "logit_bias['7'] must be a number from -100 to 100, not 101"),
    ({"logit_bias": {7: 1}}, "logit_bias: a key must be text, not 7"),
    ({"metadata": {"k": 513 * "v"}}, f"metadata['k'] must be text of 0 to 512 characters, not '{76 * 'v'}..."),
    (
        {"tools": [Tool.for_function("not a name")]},
        "tools[0].function.name must be 1 to 64 letters, digits, underscores or dashes, not 'not a name'",
    ),
    ({"tools": [Tool()]}, "tools[0].function is missing; type 'function' needs it"),
    ({"tools": [Tool(type="custom")]}, "tools[0].custom is missing; type 'custom' needs it"),
    (
        {"tool_choice": ToolChoice(type="allowed_tools")},
        "tool_choice.allowed_tools is missing; type 'allowed_tools' needs it",
    ),
    ({"response_format": "json_schema"}, "response_format.json_schema is missing; type 'json_schema' needs it"),
    ({"extra": {"stream": True}}, "stream follows from the way of calling; take it out of extra"),
]


def test_the_operation_streams():
    """A chat needs a model and can come event by event."""
    assert ("chat.completions", "POST", "model", True, "chat_model") == (
        CHAT.name,
        CHAT.method,
        CHAT.addressed_to,
        CHAT.model_required,
        CHAT.model_setting,
    )
    assert (ChatRequest, ChatResponse, ChatEvent, ChatFold) == (CHAT.request, CHAT.response, CHAT.event, CHAT.fold)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in RIGHT.items() for value in values])
def test_a_value_within_its_rule_is_taken(name, value):
    """What the rules allow makes a request."""
    assert ChatRequest(**{"messages": [HI], name: value})


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_value_outside_its_rule_is_one_problem(name, value):
    """What the rules do not allow is one problem, which opens with the field's name."""
    with pytest.raises(InvalidRequestError) as caught:
        ChatRequest(**{"messages": [HI], name: value})
    assert [name] == [problem.split()[0] for problem in caught.value.problems]


@pytest.mark.parametrize(("fields", "problem"), NESTED)
def test_a_problem_tells_its_path(fields, problem):
    """What is wrong inside a part is told with the part's place."""
    with pytest.raises(InvalidRequestError) as caught:
        ChatRequest(**{"messages": [HI], **fields})
    assert (problem,) == caught.value.problems


def test_every_field_has_a_rule():
    """The table tells all fields but extra, and so do the tables of this test."""
    fields = {field.name for field in attrs.fields(ChatRequest)} - {"extra"}
    assert fields == set(ChatRequest.rules) == set(RIGHT) == set(WRONG)


def test_all_problems_come_at_once():
    """One error names every field that is wrong."""
    with pytest.raises(InvalidRequestError) as caught:
        ChatRequest(messages=[], temperature=3, n=0)
    assert ["messages", "temperature", "n"] == [problem.split()[0] for problem in caught.value.problems]


def test_nothing_is_set_that_was_not_given():
    """Every optional field is absent by default, so that the provider's defaults hold."""
    request = ChatRequest(messages=[HI])
    assert {"messages": (HI,), "extra": {}} == {
        field.name: value for field in attrs.fields(ChatRequest) if (value := getattr(request, field.name)) is not None
    }


def test_sequences_become_tuples():
    """Lists are welcome and cannot be changed behind the request's back."""
    request = ChatRequest(messages=[HI], stop=["a"], tools=[Tool.for_function("f")], functions=[], modalities=["text"])
    assert ((HI,), ("a",), (Tool.for_function("f"),), (), ("text",)) == (
        request.messages,
        request.stop,
        request.tools,
        request.functions,
        request.modalities,
    )


def test_a_format_may_be_given_by_its_name():
    """The name alone says as much as the object."""
    assert (
        ResponseFormat(type="json_object") == ChatRequest(messages=[HI], response_format="json_object").response_format
    )


def test_an_answer_goes_back_as_it_is():
    """A response's message stands among a request's messages, calls and all."""
    answer = AssistantMessage(content=None, tool_calls=(CALL,))
    request = ChatRequest(messages=[HI, answer, Message.tool("42", tool_call_id="c1")])
    assert (HI, Message.assistant(tool_calls=[CALL]), Message.tool("42", tool_call_id="c1")) == request.messages


BACK = [
    (AssistantMessage(content="x"), Message(role="assistant", content="x")),
    (AssistantMessage(content=""), Message(role="assistant", content="")),
    (AssistantMessage(refusal="no"), Message(role="assistant", refusal="no")),
    (AssistantMessage(reasoning_content="hm"), Message(role="assistant", reasoning_content="hm")),
    (AssistantMessage(function_call=CALL.function), Message(role="assistant", function_call=CALL.function)),
    (AssistantMessage(audio=Audio(id="a", data="AA==")), Message(role="assistant", audio={"id": "a"})),
    (AssistantMessage(audio=Audio(data="AA==")), Message(role="assistant")),
    (AssistantMessage(annotations=(module.Annotation(),)), Message(role="assistant")),
]


@pytest.mark.parametrize(("answer", "message"), BACK)
def test_what_an_answer_keeps_on_its_way_back(answer, message):
    """All goes back that a provider takes: not the annotations, and of the audio its id."""
    assert message == answer.as_message()


def test_a_role_nobody_knows_goes_back_as_the_assistants():
    """Some servers call it otherwise; an answer is the assistant's whatever it says."""
    request = ChatRequest(messages=[AssistantMessage(role="model", content="x")])

    assert "assistant" == request.messages[0].role


MADE = [
    (Message.system("x"), {"role": "system", "content": "x"}),
    (Message.developer("x", name="n"), {"role": "developer", "content": "x", "name": "n"}),
    (Message.user(["x"]), {"role": "user", "content": ("x",)}),
    (Message.assistant("x"), {"role": "assistant", "content": "x"}),
    (Message.assistant(refusal="no"), {"role": "assistant", "refusal": "no"}),
    (Message.tool("x", tool_call_id="c"), {"role": "tool", "content": "x", "tool_call_id": "c"}),
    (TextPart("x"), {"text": "x", "type": "text"}),
    (ImagePart.from_url("https://x"), {"image_url": {"url": "https://x"}, "type": "image_url"}),
    (
        ImagePart.from_bytes(b"abc", detail="low"),
        {"image_url": {"url": "data:image/png;base64,YWJj", "detail": "low"}, "type": "image_url"},
    ),
    (AudioPart.from_bytes(b"abc"), {"input_audio": {"data": "YWJj", "format": "wav"}, "type": "input_audio"}),
    (FilePart.from_id("f"), {"file": {"file_id": "f"}, "type": "file"}),
    (
        FilePart.from_bytes(b"abc", filename="a.pdf"),
        {"file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,YWJj"}, "type": "file"},
    ),
    (RefusalPart("no"), {"refusal": "no", "type": "refusal"}),
    (Tool.for_text("w"), {"type": "custom", "custom": {"name": "w"}}),
    (
        Tool.for_text("w", description="d", format={"type": "text"}),
        {"type": "custom", "custom": {"name": "w", "description": "d", "format": {"type": "text"}}},
    ),
    (
        Tool.for_function("f", description="d", parameters={}, strict=True),
        {"type": "function", "function": Function(name="f", description="d", parameters={}, strict=True)},
    ),
    (ToolChoice.of_function("f"), {"type": "function", "function": {"name": "f"}}),
    (ToolChoice.of_text("w"), {"type": "custom", "custom": {"name": "w"}}),
    (
        ToolChoice.among("f", mode="required"),
        {
            "type": "allowed_tools",
            "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "f"}}]},
        },
    ),
    (
        ResponseFormat.schema("s", {"type": "object"}),
        {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}}},
    ),
    (
        ResponseFormat.schema("s", {}, description="d", strict=False),
        {"type": "json_schema", "json_schema": {"name": "s", "description": "d", "schema": {}, "strict": False}},
    ),
]


@pytest.mark.parametrize(("part", "fields"), MADE)
def test_a_short_way_to_make_a_part(part, fields):
    """A class method fills the fields that mirror the wire, and no others."""
    assert {"extra": {}, **fields} == {
        field.name: value for field in attrs.fields(type(part)) if (value := getattr(part, field.name)) is not None
    }


@given(st.sampled_from(["system", "developer", "user", "assistant"]), st.text())
def test_plain_text_takes_the_short_way_to_the_same_verdict(role, text):
    """A message of plain text is taken to be right without the table, and the table agrees; it judges all others."""
    right = [getattr(Message, role)(said) for said in (text, [TextPart(text)])]
    assert [[], []] == [list(message.problems()) for message in right]
    assert right == list(ChatRequest(messages=right).messages)

    wrong = getattr(Message, role)(7)
    with pytest.raises(InvalidRequestError) as caught:
        ChatRequest(messages=[*right, wrong])
    assert [f"messages[2].{problem}" for problem in wrong.problems()] == list(caught.value.problems)


def test_a_call_tells_its_name_and_arguments():
    """Whichever kind of tool is called, there is one way to ask what and with what."""
    custom = ToolCall(id="c", type="custom", custom=CustomCall(name="write", input="text"))
    assert [("look", "{}"), ("write", "text"), ("", "")] == [(c.name, c.arguments) for c in (CALL, custom, ToolCall())]


TEXTS = [
    (ChatResponse(), ""),
    (ChatResponse(choices=(Choice(),)), ""),
    (ChatResponse(choices=(Choice(message=AssistantMessage(content="a")), Choice(index=1))), "a"),
    (ChatEvent(), ""),
    (ChatEvent(choices=(ChoiceDelta(),)), ""),
    (ChatEvent(choices=(ChoiceDelta(delta=Delta()),)), ""),
    (ChatEvent(choices=(ChoiceDelta(delta=Delta(content="a")),)), "a"),
    (ChatEvent(choices=(ChoiceDelta(index=1, delta=Delta(content="b")),)), ""),
    (
        ChatEvent(choices=(ChoiceDelta(index=1, delta=Delta(content="b")), ChoiceDelta(delta=Delta(content="a")))),
        "a",
    ),
]


@pytest.mark.parametrize(("entity", "text"), TEXTS)
def test_text_is_never_none(entity, text):
    """The text of an answer or an event is empty where there is none."""
    assert text == entity.text


def test_the_answer_needs_its_choices_alone():
    """Everything else may be missing."""
    assert {"choices"} == ChatResponse.required
    assert set() == Choice.required | ChatEvent.required


def test_entities_read_tell_what_differs():
    """A repr leaves out what is as by default, the document it was read from included."""
    assert "ChatResponse(id='x', choices=(Choice(finish_reason='stop'),))" == repr(
        ChatResponse(id="x", choices=(Choice(finish_reason="stop", raw={"a": 1}),), raw={"b": 2})
    )


def test_what_was_read_from_does_not_count():
    """Equal answers are equal whatever document they were read from."""
    assert ChatResponse(id="x", raw={"a": 1}) == ChatResponse(id="x", raw=None)


def test_sound_is_cut_in_the_repr():
    """A terminal is not flooded with base64 text."""
    assert 120 > len(repr(Audio(data=100_000 * "A")))


def test_a_request_survives_pickling():
    """A request can be handed to another process."""
    request = ChatRequest(messages=[HI], tools=[Tool.for_function("f")], extra={"k": 1})
    assert request == pickle.loads(pickle.dumps(request))


ENTITIES = [
    each
    for each_module in (module, chat_choices, content, messages, tools)
    for each in vars(each_module).values()
    if isinstance(each, type) and issubclass(each, RequestPart | Document)
]


@pytest.mark.parametrize("cls", dict.fromkeys(ENTITIES))
def test_the_annotations_are_there_at_run_time(cls):
    """A wire compiles the class from its annotations."""
    assert typing.get_type_hints(cls)


@pytest.mark.parametrize("cls", [each for each in dict.fromkeys(ENTITIES) if issubclass(each, Document)])
def test_an_entity_read_needs_nothing(cls):
    """Vendors omit fields, so every one has a default."""
    assert cls() == cls()


@pytest.mark.parametrize("pieces", [999, 1_000, 1_001, 2_000, 2_500])
def test_the_text_of_a_long_stream_is_whole(pieces: int) -> None:
    """However many pieces it comes in, and whenever it is asked for."""
    fold, said = ChatFold(), []
    for number in range(pieces):
        said.append(f"{number} ")
        fold.add(ChatEvent(choices=(ChoiceDelta(delta=Delta(content=said[-1])),)))

    assert "".join(said) == fold.result().text == fold.result().text
