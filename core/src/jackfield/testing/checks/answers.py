"""What comes back: golden answers, whole."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from attrs import fields, has

from jackfield.convert import dumps, loads
from jackfield.errors import DecodeError
from jackfield.operations import Document
from jackfield.testing.checks._raised import raised
from jackfield.testing.subject import AnyOperation, Sample, Subject, head_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jackfield._binding import Binding

_UNKNOWN = "a_key_of_tomorrow"
Path = tuple[str | int, ...]


class AnswerChecks(Subject):
    """`decode_response`."""

    def test_golden_answer_decodes(self, sample: Sample) -> None:
        """A golden answer becomes the operation's entity, which keeps the document it was read from."""
        entity = self._decoded(self.bound(), sample)
        assert isinstance(entity, sample.operation.response)
        assert not isinstance(entity, Document) or entity.raw is not None, "the document is lost: set raw"

    def test_unknown_keys_do_no_harm(self, sample: Sample) -> None:
        """A golden answer with keys that nobody knows yet becomes the same entity."""
        binding = self.bound()
        entity, touched = self._decoded(binding, sample), self._decoded(binding, sample)
        whole = deepcopy(getattr(touched, "raw", None)) or loads(sample.body)
        for path in _documents(touched, whole):
            _at(whole, path)[_UNKNOWN] = {"nobody": ["knows", "it", None]}
        assert entity == self._decoded(binding, sample, dumps(whole))

    def test_missing_keys_are_named(self, sample: Sample) -> None:
        """A golden answer without a key that is required is a DecodeError that names the key's path."""
        binding = self.bound()
        entity = self._decoded(binding, sample)
        whole = getattr(entity, "raw", None)
        if whole is None:
            pytest.skip("the answer keeps no document: see test_golden_answer_decodes")
        paths = [_parsed(path) for path in self.required.get(sample.operation, ())] or list(_required(entity, whole))
        expected = getattr(sample.operation.response, "required", ())
        assert paths or not expected, f"none of the keys {sorted(expected)} is in the answer; say `required`"
        for path in paths:
            cut = deepcopy(whole)
            del _at(cut, path[:-1])[path[-1]]
            error = raised(DecodeError, lambda cut=cut: self._decoded(binding, sample, dumps(cut)), _shown(path))  # type: ignore[misc]
            assert any(f"@ {_shown(path)}" in problem for problem in error.problems), (
                f"the problems {error.problems} do not name the path {_shown(path)}"
            )

    def test_what_is_no_answer_is_a_decode_error(self, operation: AnyOperation) -> None:
        """A 2xx answer with a page, nothing, or another document is a DecodeError."""
        binding = self.bound()
        sample = self.first_sample(operation)
        for body in (b"<!doctype html><title>Sign in</title>", b"", b"[1]", b'"text"', b"null"):
            raised(DecodeError, lambda body=body: self._decoded(binding, sample, body), repr(body))  # type: ignore[misc]

    def _decoded(self, binding: Binding, sample: Sample, body: bytes | None = None) -> Any:
        data = sample.body if body is None else body
        return binding.decode_response(self.call(sample.operation), head_of(sample), data)


def _entities(value: Any) -> Iterator[Document]:
    """Yield every document in an entity, itself included."""
    if isinstance(value, Document):
        yield value
    if isinstance(value, tuple | list):
        for each in value:
            yield from _entities(each)
    elif has(type(value)):
        for attribute in fields(type(value)):
            if attribute.name not in ("raw", "meta"):
                yield from _entities(getattr(value, attribute.name))


def _objects(value: Any, path: Path = ()) -> Iterator[tuple[Any, Path]]:
    """Yield every JSON object in *value* with its path."""
    if isinstance(value, dict):
        yield value, path
        for key, each in value.items():
            yield from _objects(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _objects(each, (*path, index))


def _places(entity: Any) -> Iterator[tuple[Document, Path]]:
    """Yield every document in *entity* that was read from a part of its `raw`, with that part's path."""
    places = {id(each): path for each, path in _objects(getattr(entity, "raw", None))}
    for each in _entities(entity):
        if id(each.raw) in places:
            yield each, places[id(each.raw)]


def _documents(entity: Any, whole: Any) -> list[Path]:
    """Return the paths of the objects that were read as documents, the outermost among them in any case."""
    found = [path for _, path in _places(entity)]
    return found or ([()] if isinstance(whole, dict) else [])


def _required(entity: Any, whole: Any) -> Iterator[Path]:
    """Yield the paths of the keys that the entities require."""
    for each, path in _places(entity):
        for name in sorted(each.required):
            if name in _at(whole, path):
                yield (*path, name)


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _shown(path: Path) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _parsed(path: str) -> Path:
    """Return `data[0].text` as steps."""
    steps = path.replace("[", ".").replace("]", "").strip(".").split(".")
    return tuple(int(step) if step.isdecimal() else step for step in steps)
