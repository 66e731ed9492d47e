import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from jackfield.operations.chat import (
    Annotation,
    AssistantMessage,
    Audio,
    ChatEvent,
    ChatFold,
    ChatResponse,
    Choice,
    ChoiceDelta,
    CustomCall,
    Delta,
    FunctionCall,
    Logprobs,
    TokenLogprob,
    ToolCall,
    ToolCallDelta,
    UrlCitation,
    Usage,
)


def event(delta=None, **fields):
    """Return an event with one choice."""
    return ChatEvent(choices=(ChoiceDelta(delta=delta, **fields),))


def folded(*deltas):
    """Return the message that the deltas make up."""
    return ChatResponse.from_events(event(delta) for delta in deltas).choices[0].message


def fragment(index=None, id=None, name="", arguments="", type=None):  # noqa: A002 - the fields' names
    """Return a fragment of a function's call."""
    return ToolCallDelta(index=index, id=id, type=type, function=FunctionCall(name=name, arguments=arguments))


def called(*fragments):
    """Return the calls that the fragments make up, as id, name and arguments."""
    calls = folded(*(Delta(tool_calls=(each,)) for each in fragments)).tool_calls
    return [(call.id, call.name, call.arguments) for call in calls]


# A whole answer, cut into events in any way, gives the whole answer back.

names = st.text("abc_", min_size=1, max_size=5)
optional_text = st.none() | st.text(max_size=12)
tokens = st.lists(st.builds(TokenLogprob, token=st.text(max_size=3), logprob=st.just(-0.5)), max_size=4).map(tuple)
function_calls = st.builds(FunctionCall, name=names, arguments=st.text(max_size=12))
custom_calls = st.builds(CustomCall, name=names, input=st.text(max_size=12))
annotations = st.builds(Annotation, type=st.just("url_citation"), url_citation=st.builds(UrlCitation, url=names))
filter_results = st.dictionaries(st.sampled_from(["hate", "sexual"]), st.just({"filtered": False}))


@st.composite
def tool_calls(draw):
    """Return calls with ids of their own."""
    kinds = draw(st.lists(st.booleans(), max_size=3))
    return tuple(
        ToolCall(id=f"c{index}", function=draw(function_calls))
        if is_function
        else ToolCall(id=f"c{index}", type="custom", custom=draw(custom_calls))
        for index, is_function in enumerate(kinds)
    )


assistant_messages = st.builds(
    AssistantMessage,
    content=optional_text,
    refusal=optional_text,
    reasoning_content=optional_text,
    tool_calls=tool_calls(),
    function_call=st.none() | function_calls,
    annotations=st.lists(annotations, max_size=2).map(tuple),
    audio=st.none()
    | st.builds(Audio, id=names, data=optional_text, transcript=optional_text, expires_at=st.none() | st.just(9)),
)
choices = st.builds(
    Choice,
    message=assistant_messages,
    finish_reason=st.none() | st.sampled_from(["stop", "length", "content_filter", "of_tomorrow"]),
    logprobs=st.none() | st.builds(Logprobs, content=st.none() | tokens, refusal=st.none() | tokens),
    content_filter_results=st.none() | filter_results,
)
responses = st.builds(
    ChatResponse,
    id=names,
    model=names,
    created=st.integers(1),
    choices=st.lists(choices, max_size=3).map(lambda all_: tuple(evolve(c, index=i) for i, c in enumerate(all_))),
    usage=st.none() | st.builds(Usage, total_tokens=st.integers(0)),
    service_tier=st.none() | names,
    system_fingerprint=st.none() | names,
    moderation=st.none() | st.just({"input": {}}),
    prompt_filter_results=st.lists(st.just({"prompt_index": 0}), max_size=2).map(tuple),
)


@st.composite
def pieces(draw, text):
    """Return *text* cut into pieces, some of them empty; none where it is None."""
    if text is None:
        return []
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@st.composite
def call_fragments(draw, index, call):
    """Return the fragments of one call: the first tells which, the others only go on."""
    cut = draw(pieces(call.arguments))
    made = [
        ToolCallDelta(
            index=index,
            function=None if call.function is None else FunctionCall(arguments=piece),
            custom=None if call.custom is None else CustomCall(input=piece),
        )
        for piece in cut
    ]
    first = made[0]
    if first.function is not None:
        first.function.name = call.name
    if first.custom is not None:
        first.custom.name = call.name
    first.id, first.type = call.id, call.type
    return made


@st.composite
def choice_deltas(draw, choice):
    """Return the choice as the deltas of a stream, each field's in order and the fields mixed."""
    said = choice.message
    runs = [
        *([Delta(**{name: piece}) for piece in draw(pieces(getattr(said, name)))] for name in ("content", "refusal")),
        [Delta(reasoning_content=piece) for piece in draw(pieces(said.reasoning_content))],
        *([Delta(tool_calls=(each,)) for each in draw(call_fragments(i, c))] for i, c in enumerate(said.tool_calls)),
        [Delta(annotations=(each,)) for each in said.annotations],
    ]
    if said.function_call is not None:
        cut = draw(pieces(said.function_call.arguments))
        runs.append(
            [
                Delta(function_call=FunctionCall(name=said.function_call.name)),
                *(Delta(function_call=FunctionCall(arguments=each)) for each in cut),
            ]
        )
    if said.audio is not None:
        runs.append([Delta(audio=Audio(id=said.audio.id, expires_at=said.audio.expires_at))])
        runs.append([Delta(audio=Audio(data=each)) for each in draw(pieces(said.audio.data))])
        runs.append([Delta(audio=Audio(transcript=each)) for each in draw(pieces(said.audio.transcript))])
    deltas = [
        ChoiceDelta(index=choice.index, delta=Delta(role=said.role)),
        *(ChoiceDelta(index=choice.index, delta=each) for each in draw(mixed(runs))),
        ChoiceDelta(index=choice.index, finish_reason=choice.finish_reason),
        ChoiceDelta(index=choice.index, content_filter_results=choice.content_filter_results),
    ]
    if choice.logprobs is not None:
        deltas.append(ChoiceDelta(index=choice.index, logprobs=Logprobs(content=choice.logprobs.content)))
        deltas.append(ChoiceDelta(index=choice.index, logprobs=Logprobs(refusal=choice.logprobs.refusal)))
    return deltas


@st.composite
def mixed(draw, runs):
    """Return the items of all runs, each run's in order."""
    order = draw(st.permutations([number for number, run in enumerate(runs) for _ in run]))
    left = [iter(run) for run in runs]
    return [next(left[number]) for number in order]


@st.composite
def streams(draw):
    """Return a whole answer and a stream of it."""
    whole = draw(responses)
    parts = draw(mixed([draw(choice_deltas(choice)) for choice in whole.choices]))
    events = [
        ChatEvent(prompt_filter_results=whole.prompt_filter_results),
        ChatEvent(id=whole.id, model=whole.model, created=whole.created),
        *(ChatEvent(choices=(part,)) for part in parts),
    ]
    told = ChatEvent(
        id=whole.id,
        model=whole.model,
        created=whole.created,
        usage=whole.usage,
        service_tier=whole.service_tier,
        system_fingerprint=whole.system_fingerprint,
        moderation=whole.moderation,
    )
    events.insert(draw(st.integers(0, len(events))), told)
    return whole, events


@given(streams())
def test_a_fold_of_any_cut_is_the_whole_answer(stream):
    """However an answer is cut into events, the fold gives what a plain call would have given."""
    whole, events = stream
    assert whole == ChatResponse.from_events(events)


@given(streams(), st.data())
def test_asking_midway_changes_nothing(stream, data):
    """A result may be asked for at any event, and again, and the whole is none the worse."""
    whole, events = stream
    fold = ChatFold()
    for each in events:
        fold.add(each)
        if data.draw(st.booleans()):
            assert fold.result() == fold.result()
    assert whole == fold.result()


@given(st.text(), st.data())
def test_the_events_texts_are_the_responses_text(text, data):
    """What a reader puts together from the events is what the response says."""
    events = [event(Delta(content=piece)) for piece in data.draw(pieces(text))]
    assert text == "".join(each.text for each in events) == ChatResponse.from_events(events).text


def test_no_events_make_an_empty_answer():
    """A stream that brought nothing folds into an answer that says nothing."""
    assert ChatResponse() == ChatResponse.from_events([])


def test_a_folded_answer_has_no_document():
    """There is no single document it was read from."""
    assert ChatResponse.from_events([evolve(event(Delta(content="x")), raw={"a": 1})]).raw is None


def test_empty_ids_never_overwrite():
    """The first id, model and time that are not empty hold: fillers come before and after."""
    said = ChatEvent(id="x", model="m", created=7)
    answer = ChatResponse.from_events([ChatEvent(), said, ChatEvent(), ChatEvent(id="y", model="n", created=8)])
    assert ("x", "m", 7) == (answer.id, answer.model, answer.created)


def test_choices_come_in_the_order_of_their_index():
    """Interleaved choices are told apart by index and put in order."""
    events = [
        ChatEvent(choices=(ChoiceDelta(index=index, delta=Delta(content=text)),))
        for index, text in [(1, "b"), (0, "a"), (1, "B"), (0, "A")]
    ]
    assert [(0, "aA"), (1, "bB")] == [(c.index, c.message.content) for c in ChatResponse.from_events(events).choices]


CONTENTS = [
    ([None, None], None),
    (["", None], ""),
    ([None, "a", "", "b"], "ab"),
]


@pytest.mark.parametrize(("said", "content"), CONTENTS)
def test_content_that_never_came_is_none(said, content):
    """No piece at all is None, empty pieces are empty text."""
    assert content == folded(*(Delta(content=each) for each in said)).content


def test_the_role_is_the_first_that_is_told():
    """Who speaks is told once; nobody told is the assistant."""
    assert "critic" == folded(Delta(role=""), Delta(role="critic"), Delta(role="assistant")).role
    assert "assistant" == folded(Delta()).role


REASONS = [
    (["stop", None], "stop"),
    (["stop", ""], "stop"),
    (["tool_calls", "stop"], "stop"),
    (["stop", "content_filter"], "content_filter"),
    (["content_filter", "stop"], "content_filter"),
    ([None], None),
]


@pytest.mark.parametrize(("reasons", "reason"), REASONS)
def test_a_filter_has_the_last_word(reasons, reason):
    """The last reason holds, but what was filtered stays filtered."""
    events = [event(finish_reason=each) for each in reasons]
    assert reason == ChatResponse.from_events(events).choices[0].finish_reason


def test_a_filter_may_report_without_a_delta():
    """Events that only report change neither text nor reason; later findings win key by key."""
    events = [
        event(Delta(content="x"), finish_reason="stop", content_filter_results={}),
        event(content_filter_results={"hate": 1, "sexual": 1}),
        event(content_filter_results={"hate": 2}),
    ]
    choice = ChatResponse.from_events(events).choices[0]
    assert ("x", "stop", {"hate": 2, "sexual": 1}) == (
        choice.message.content,
        choice.finish_reason,
        choice.content_filter_results,
    )


def test_prompt_findings_are_gathered():
    """What the filter found in the prompt may come in several events."""
    events = [ChatEvent(prompt_filter_results=({"prompt_index": index},)) for index in (0, 1)]
    assert ({"prompt_index": 0}, {"prompt_index": 1}) == ChatResponse.from_events(events).prompt_filter_results


def test_the_last_usage_holds():
    """Usage may come anywhere in the stream, and more than once."""
    events = [ChatEvent(usage=Usage(total_tokens=1)), ChatEvent(usage=Usage(total_tokens=2)), ChatEvent()]
    assert Usage(total_tokens=2) == ChatResponse.from_events(events).usage


CALLS = [
    (
        "the first fragment tells which",
        [fragment(0, "a", "f"), fragment(0, None, "", "{"), fragment(0, "", "", "}")],
        [("a", "f", "{}")],
    ),
    (
        "parallel calls are told apart by index",
        [fragment(0, "a", "f"), fragment(1, "b", "g"), fragment(0, arguments="1"), fragment(1, arguments="2")],
        [("a", "f", "1"), ("b", "g", "2")],
    ),
    (
        "the order is that of the indices",
        [fragment(1, "b", "g"), fragment(0, "a", "f")],
        [("a", "f", ""), ("b", "g", "")],
    ),
    (
        "the same index with a new id is a new call",
        [fragment(0, "a", "f", "1"), fragment(0, "b", "g", "2"), fragment(0, arguments="3")],
        [("a", "f", "1"), ("b", "g", "23")],
    ),
    (
        "the same index with an earlier id goes on with that call",
        [fragment(0, "a", "f", "1"), fragment(0, "b", "g", "2"), fragment(0, "a", "", "3")],
        [("a", "f", "13"), ("b", "g", "2")],
    ),
    (
        "one id at two indices is two calls",
        [fragment(0, "a", "f", "1"), fragment(1, "a", "g", "2")],
        [("a", "f", "1"), ("a", "g", "2")],
    ),
    (
        "an id may come after the first fragment",
        [fragment(0, None, "f"), fragment(0, "a", "", "1")],
        [("a", "f", "1")],
    ),
    (
        "an id repeated in every fragment is one call",
        [fragment(0, "a", "f", "1"), fragment(0, "a", "f", "2")],
        [("a", "f", "12")],
    ),
    (
        "without an index the id tells",
        [fragment(None, "a", "f", "1"), fragment(None, "b", "g", "2"), fragment(None, "a", "", "3")],
        [("a", "f", "13"), ("b", "g", "2")],
    ),
    (
        "without index and id the last call goes on",
        [fragment(None, "a", "f", "1"), fragment(None, "b", "g", "2"), fragment(arguments="3")],
        [("a", "f", "1"), ("b", "g", "23")],
    ),
    (
        "without index and id from the start there is one call",
        [fragment(None, None, "f", "1"), fragment(arguments="2")],
        [("", "f", "12")],
    ),
    (
        "an index may come after the first fragment",
        [fragment(None, "a", "f", "1"), fragment(0, None, "", "2")],
        [("a", "f", "12")],
    ),
]


@pytest.mark.parametrize(("fragments", "calls"), [each[1:] for each in CALLS], ids=[each[0] for each in CALLS])
def test_fragments_find_their_call(fragments, calls):
    """Index and id tell which call a fragment belongs to, as far as the stream gives them."""
    assert calls == called(*fragments)


TYPES = [
    (fragment(0, "a", "f", type=None), "function"),
    (fragment(0, "a", "f", type="of_tomorrow"), "of_tomorrow"),
    (ToolCallDelta(index=0, custom=CustomCall(name="w")), "custom"),
    (ToolCallDelta(index=0), "function"),
]


@pytest.mark.parametrize(("first", "kind"), TYPES)
def test_a_call_has_a_type(first, kind):
    """A call without a type is of the kind that its fragments are of."""
    assert kind == folded(Delta(tool_calls=(first,))).tool_calls[0].type


def test_several_fragments_may_come_in_one_event():
    """An event may go on with several calls at once."""
    delta = Delta(tool_calls=(fragment(0, "a", "f", "1"), fragment(1, "b", "g", "2")))
    assert ["1", "2"] == [call.arguments for call in folded(delta).tool_calls]


def test_asking_leaves_earlier_results_alone():
    """A result given midway does not change when the stream goes on."""
    fold = ChatFold()
    fold.add(event(Delta(content="a", tool_calls=(fragment(0, "c", "f", "1"),)), content_filter_results={"hate": 1}))
    before = fold.result()
    fold.add(event(Delta(content="b", tool_calls=(fragment(0, None, "", "2"),)), content_filter_results={"hate": 2}))
    choice = before.choices[0]
    assert ("a", "1", {"hate": 1}) == (
        choice.message.content,
        choice.message.tool_calls[0].arguments,
        choice.content_filter_results,
    )
