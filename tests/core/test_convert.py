from __future__ import annotations

import importlib.util
import json
import math
import pkgutil
import sys
import threading
import types
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from attrs import define, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield import convert, operations
from jackfield.errors import DecodeError, InvalidRequestError, LimitExceededError
from jackfield.operations import Document, Request, RequestPart, Response

# JSON text, with orjson and without


def _module(*, without_orjson: bool) -> types.ModuleType:
    """Return a copy of `jackfield.convert`, imported with orjson or without."""
    path = Path(convert.__file__)
    spec = importlib.util.spec_from_file_location("convert_copy", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        if without_orjson:
            patch.setitem(sys.modules, "orjson", None)
        spec.loader.exec_module(module)
    return module


JSON = [_module(without_orjson=False), _module(without_orjson=True)]
either_json = pytest.mark.parametrize("json_of", JSON, ids=["orjson", "stdlib"])


@either_json
def test_text_goes_out_as_utf_8_without_blanks(json_of: Any) -> None:
    """The body is as short as JSON allows."""
    value = {"a": [1, 2.5, "größe €", None, True], "b": ("x",), "c": {}}

    assert '{"a":[1,2.5,"größe €",null,true],"b":["x"],"c":{}}'.encode() == json_of.dumps(value)


@either_json
@pytest.mark.parametrize("value", [object(), {"a": {1, 2}}, "\ud800", {"a": ["\ud800"]}, b"bytes"])
def test_what_has_no_json_form_is_an_invalid_request(json_of: Any, value: Any) -> None:
    """The error says that it is the request, before anything is sent."""
    with pytest.raises(InvalidRequestError, match="the request has no JSON form: ") as caught:
        json_of.dumps(value)
    assert 1 == len(caught.value.problems)


def test_the_standard_library_sends_no_nan() -> None:
    """NaN has no JSON form."""
    with pytest.raises(InvalidRequestError, match="the request has no JSON form"):
        JSON[1].dumps(math.nan)


@either_json
def test_text_is_read_from_bytes_and_strings(json_of: Any) -> None:
    """Whatever the wire has."""
    assert {"a": [1, "€"]} == json_of.loads('{"a": [1, "€"]}') == json_of.loads('{"a": [1, "€"]}'.encode())


@either_json
@pytest.mark.parametrize("text", [b"[" * 100_000, "[" * 100_000, b'{"a":' * 201 + b"1" + b"}" * 201])
def test_json_has_a_depth(json_of: Any, text: Any) -> None:
    """What is nested deeper than allowed is told before a parser sees it, and how deep may be said."""
    with pytest.raises(LimitExceededError) as caught:
        json_of.loads(text)

    assert ("depth", 200) == (caught.value.limit, caught.value.allowed)


@either_json
@pytest.mark.parametrize("depth", [1, 2, 3, 200])
def test_the_shortest_text_that_is_too_deep_is_told(json_of: Any, depth: int) -> None:
    """It is brackets alone; one pair less fits."""
    assert [] != json_of.loads("[" * depth + "1" + "]" * depth, depth)
    with pytest.raises(LimitExceededError):
        json_of.loads(b"[" * (depth + 1) + b"]" * (depth + 1), depth)


@either_json
def test_brackets_in_strings_and_beside_one_another_are_no_depth(json_of: Any) -> None:
    """Only what is open at once counts."""
    wide = b"[" + b",".join([b'{"a":["\\"[[["]}'] * 500) + b"]"

    assert 500 == len(json_of.loads(wide, 3))
    with pytest.raises(LimitExceededError):
        json_of.loads(wide, 2)
    assert {"a": 1} == json_of.loads(b'{"a":1}', 1)


@either_json
@pytest.mark.parametrize("text", [b"", b"<html>", b'{"a":', b'"\xff"'])
def test_what_is_no_json_is_a_value_error(json_of: Any, text: Any) -> None:
    """Nothing else leaves `loads`."""
    with pytest.raises(ValueError):  # noqa: PT011 - each library says it in its own words
        json_of.loads(text)


# Compiling classes


@frozen(kw_only=True, repr=False)
class Ask(Request):
    """A request of every kind of field."""

    text: str
    number: float | None = None
    kind: Literal["a", "b"] | str | None = None
    parts: Sequence[Part | Mapping[str, Any]] | None = None
    loose: Any = None
    table: Mapping[str, Any] | None = None


@frozen(kw_only=True, repr=False)
class Part(RequestPart):
    """A part of it."""

    name: str
    inner: Part | None = None


@define(kw_only=True, repr=False)
class Leaf(Document):
    """A document that contains itself."""

    required: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str = ""
    size: int = 1
    inner: Leaf | None = None
    others: tuple[Leaf, ...] = ()
    words: tuple[str, ...] = ()
    either: int | str | None = None
    table: dict[str, Any] | None = None
    maybe: Sequence[str] | None = None


@define(kw_only=True, repr=False)
class Tree(Response):
    """A response."""

    leaf: Leaf = field(factory=lambda: Leaf(name="default"))
    title: str = field(factory=lambda: "untitled")


@frozen(kw_only=True)
class Point:
    """No document: frozen, without `raw`, without a default."""

    x: int
    label: str | None = None


def test_none_is_absent_and_extra_is_merged() -> None:
    """What is None is not sent; `extra` is, with its nulls, on every level."""
    ask = Ask(
        text="hi",
        parts=[Part(name="a", inner=Part(name="b"), extra={"new": None}), {"name": "c", "null": None}],
        loose={"x": (1, Part(name="d"))},
        table={"y": None},
        extra={"beside": {"z": None}},
    )

    assert {
        "text": "hi",
        "parts": [{"name": "a", "inner": {"name": "b"}, "new": None}, {"name": "c", "null": None}],
        "loose": {"x": [1, {"name": "d"}]},
        "table": {"y": None},
        "beside": {"z": None},
    } == convert.make_converter().unstructure(ask)


def test_a_mapping_is_sent_as_the_caller_wrote_it() -> None:
    """Its keys and values are not looked at, only made JSON."""
    ask = Ask(text="hi", loose=types.MappingProxyType({"a": [True, None, 1, 2.5]}))

    assert {"text": "hi", "loose": {"a": [True, None, 1, 2.5]}} == convert.make_converter().unstructure(ask)


def test_every_level_keeps_its_document() -> None:
    """`raw` is the very part of the document that an entity was read from, unknown keys and all."""
    document = {"leaf": {"name": "a", "new": 1, "others": [{"name": "b", "newer": 2}]}, "newest": 3}

    tree = convert.decode(convert.make_converter(), document, Tree)

    assert document is tree.raw
    assert document["leaf"] is tree.leaf.raw
    assert {"name": "b", "newer": 2} == tree.leaf.others[0].raw
    assert (None, "untitled") == (tree.meta, tree.title)


def test_null_and_absent_are_the_default() -> None:
    """A field that is null, or not there, has its default; each entity a default of its own."""
    converter = convert.make_converter()
    nulls = dict.fromkeys(("size", "inner", "others", "words", "either", "table", "maybe"))

    assert (
        Leaf(name="a")
        == convert.decode(converter, {"name": "a"}, Leaf)
        == convert.decode(converter, {"name": "a", **nulls}, Leaf)
    )
    one, two = convert.decode(converter, {}, Tree), convert.decode(converter, {"leaf": None}, Tree)
    assert one == two == Tree()
    assert one.leaf is not two.leaf


def test_leaves_are_taken_as_they_come() -> None:
    """Vendors vary in what they put into a field; nothing is converted or refused there."""
    leaf = convert.decode(convert.make_converter(), {"name": 5, "size": 1.5, "either": [1], "table": "x"}, Leaf)

    assert (5, 1.5, [1], "x") == (leaf.name, leaf.size, leaf.either, leaf.table)


def test_a_frozen_class_without_raw_is_filled_too() -> None:
    """Anything attrs makes can be read."""
    assert Point(x=3) == convert.make_converter().structure({"x": 3, "y": 4}, Point)
    assert None is convert.make_converter().structure({}, Point).x


MISFITS: list[tuple[Any, str]] = [
    ([], "expected an object, got list @ $"),
    (None, "expected an object, got NoneType @ $"),
    ({"leaf": "x"}, "expected an object, got str @ $.leaf"),
    ({"leaf": {}}, "required field missing @ $.leaf.name"),
    ({"leaf": {"name": None}}, "required field missing @ $.leaf.name"),
    ({"leaf": {"name": "a", "others": {}}}, "expected an array, got dict @ $.leaf.others"),
    ({"leaf": {"name": "a", "words": "abc"}}, "expected an array, got str @ $.leaf.words"),
    ({"leaf": {"name": "a", "others": [{"name": "b"}, 3]}}, "expected an object, got int @ $.leaf.others[1]"),
    (
        {"leaf": {"name": "a", "others": [{"name": "b", "inner": {}}]}},
        "required field missing @ $.leaf.others[0].inner.name",
    ),
]


@pytest.mark.parametrize(("document", "problem"), MISFITS)
def test_what_does_not_fit_is_named_with_its_path(document: Any, problem: str) -> None:
    """Containers must be what they should be; the error says where they are not."""
    with pytest.raises(DecodeError) as caught:
        convert.decode(convert.make_converter(), document, Tree)

    assert (f"the answer does not fit: {problem}", (problem,)) == (str(caught.value), caught.value.problems)


@define(kw_only=True)
class seal(Document):  # noqa: N801 - see where it is used
    """A document with a small name."""

    seal: seal | None = None  # type: ignore[valid-type] # as `date: date` would be
    words: tuple[str, ...] = ()


def test_a_field_may_be_called_what_its_kind_is_called() -> None:
    """The kind is looked for in the module first."""
    read = convert.decode(convert.make_converter(), {"seal": {"words": ["a"]}}, seal)

    assert seal(seal=seal(words=("a",))) == read


def test_a_class_need_not_be_in_a_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a program wrote and ran need not be in one; it can name what Python itself has."""
    monkeypatch.setattr(seal, "__module__", "nothing_of_that_name")

    assert ("a",) == convert.decode(convert.make_converter(), {"words": ["a"]}, seal).words


def test_a_wires_hook_is_its_own() -> None:
    """A hook that one converter is given does not reach another."""
    one, two = convert.make_converter(), convert.make_converter()
    one.register_structure_hook(Leaf, lambda *_: Leaf(name="hooked"))

    assert "hooked" == one.structure({"leaf": {"name": "a"}}, Tree).leaf.name
    assert "a" == two.structure({"leaf": {"name": "a"}}, Tree).leaf.name


# Every entity there is


def _entities(root: type) -> list[type]:
    """Return every attrs class of `jackfield.operations` below *root*."""
    found = {}
    for module in pkgutil.iter_modules(operations.__path__, "jackfield.operations."):
        for value in vars(import_module(module.name)).values():
            if isinstance(value, type) and attrs.has(value) and issubclass(value, root):
                found[value.__name__] = value
    return [found[name] for name in sorted(found)]


DOCUMENTS = [cls for cls in _entities(Document) if cls not in (Document, Response)]
REQUESTS = [cls for cls in _entities(RequestPart) if cls not in (RequestPart, Request)]
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=3))


def _values(kind: Any, depth: int) -> st.SearchStrategy[Any]:
    """Return documents that a field of type *kind* is read from."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of([st.none() if each is type(None) else _values(each, depth) for each in arguments])
    if isinstance(kind, type) and attrs.has(kind):
        return _documents(kind, depth - 1) if depth > 0 else st.builds(_least, st.just(kind))
    if origin in (tuple, Sequence):
        return st.lists(_values(arguments[0], depth), max_size=2)
    if origin is Mapping or kind is dict or origin is dict:
        return st.dictionaries(st.text(max_size=2), LEAVES, max_size=2)
    return LEAVES if kind is Any else st.text(max_size=3) if kind is not int else st.integers(0, 9)


def _least(cls: type) -> dict[str, Any]:
    """Return the shortest document that fits."""
    return {name: [] if "tuple" in str(get_type_hints(cls)[name]) else "x" for name in getattr(cls, "required", ())}


def _documents(cls: type, depth: int = 2) -> st.SearchStrategy[dict[str, Any]]:
    """Return documents that *cls* is read from: the required fields, some others, some keys nobody knows."""
    hints = get_type_hints(cls)
    fields = {
        each.name: _values(hints[each.name], depth) for each in attrs.fields(cls) if each.name not in ("raw", "meta")
    }
    required = getattr(cls, "required", frozenset()) & set(fields)
    unknown = st.dictionaries(st.sampled_from(["x_new", "x_newer"]), LEAVES, max_size=2)
    known = st.fixed_dictionaries(
        {name: fields[name].filter(lambda value: value is not None) for name in required},
        optional={name: fields[name] for name in fields if name not in required},
    )
    return st.builds(lambda document, more: {**document, **more}, known, unknown)


# Vectors are the wires' business: the base converter does not know numbers in base64.
READABLE = [cls for cls in DOCUMENTS if not cls.__module__.endswith(".embeddings")]


@pytest.mark.parametrize("cls", READABLE, ids=lambda cls: cls.__name__)
@settings(max_examples=15)
@given(data=st.data())
def test_every_document_is_read_and_written_back(cls: type[Any], data: st.DataObject) -> None:
    """What was read and known is written back as it came; `raw` holds the rest; a null is the default."""
    converter = convert.make_converter()
    document = data.draw(_documents(cls))

    entity = convert.decode(converter, document, cls)

    assert document is entity.raw
    written = convert.loads(convert.dumps(converter.unstructure(entity)))
    for name, value in document.items():
        if name.startswith("x_"):
            assert name not in written
        elif value is not None:
            assert _without_unknown(written[name], value)
    assert entity == convert.decode(converter, written, cls)


def _without_unknown(written: Any, given: Any) -> bool:
    """Tell whether *written* is what was *given*, but for unknown keys, nulls, and defaults in their place."""
    if isinstance(given, dict) and isinstance(written, dict):
        return all(
            _without_unknown(written[key], value)
            for key, value in given.items()
            if key in written and value is not None
        )
    if isinstance(given, list):
        return len(given) == len(written) and all(map(_without_unknown, written, given))
    return bool(given == written)


def test_every_document_has_defaults_and_can_be_told() -> None:
    """Every entity that is read can be made without arguments, and has a repr."""
    assert len(DOCUMENTS) > 20
    for cls in DOCUMENTS:
        assert f"{cls.__name__}()" == repr(cls())


@pytest.mark.parametrize("cls", REQUESTS, ids=lambda cls: cls.__name__)
def test_every_request_sends_what_is_set_and_nothing_else(cls: type[Any]) -> None:
    """Of a request's fields those that are None are not sent; `extra` is added to them."""
    entity = cls.__new__(cls)  # its rules are another test's
    for attribute in attrs.fields(cls):
        default = attribute.default
        if isinstance(default, attrs.Factory):  # type: ignore[arg-type]
            default = default.factory()
        object.__setattr__(entity, attribute.name, None if default is attrs.NOTHING else default)
    object.__setattr__(entity, "extra", {"x_new": None})

    written = convert.make_converter().unstructure(entity)

    assert None is written.pop("x_new")
    assert None not in written.values()
    json.dumps(written)


def test_orjson_is_used_where_it_is_installed() -> None:
    """The copies above differ in that alone; the suite runs where orjson is missing as well."""
    installed = importlib.util.find_spec("orjson") is not None

    assert (not installed, True) == tuple(each._loads is each._plain_loads for each in JSON)


@pytest.mark.parametrize("cls", [operations.chat.ChatResponse, operations.chat_choices.TokenLogprob])
def test_many_threads_may_need_a_class_first(cls: Any) -> None:
    """Whichever of them compiles it, each gets the same."""
    document = {"choices": [{"logprobs": {"content": [{"token": "a", "top_logprobs": [{"token": "b"}]}]}}]}
    document |= {"token": "a", "top_logprobs": [{"token": "b", "top_logprobs": [{"token": "c"}]}]}
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(10):
            converter, start = convert.make_converter(), threading.Barrier(8)
            with ThreadPoolExecutor(8) as pool:
                made = list(pool.map(_structured, [(start, converter, document, cls)] * 8))
            assert {repr(each) for each in made} == {repr(made[0])}
    finally:
        sys.setswitchinterval(before)


def _structured(given: Any) -> Any:
    start, converter, document, cls = given
    start.wait()
    return converter.structure(document, cls)


NESTED = st.recursive(
    st.text(alphabet='"\\[]{}a\n') | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='"\\[{a'), inner, max_size=3),
    max_leaves=30,
)


def nesting(document: Any) -> int:
    """Return how deep a document is, by walking it."""
    if not isinstance(document, list | dict):
        return 0
    inner = document.values() if isinstance(document, dict) else document
    return 1 + max(map(nesting, inner), default=0)


@given(NESTED, st.booleans())
def test_depth_is_counted_as_a_parser_counts_it(document: Any, spelt: bool) -> None:
    """Whatever stands in the texts, brackets, quotation marks and backslashes above all."""
    text = json.dumps(document, ensure_ascii=spelt, separators=(",", ":")).encode()

    assert nesting(document) == convert._depth(text, 1000)


def test_depth_of_what_is_cut_off_is_counted_as_well() -> None:
    """A quotation mark that is never closed hides nothing that a parser would reach."""
    assert 2 == convert._depth(b'[["', 1000)
    assert 3 == convert._depth(b'[["a" [', 1000)


def test_the_standard_librarys_parser_tells_of_depth_by_the_same_error() -> None:
    """Where the limit is larger than its own."""
    with pytest.raises(ValueError, match="nested too deeply"):
        convert._plain_loads(b"[" * 100_000)
