"""What a compliance suite is told about a provider, and what its checks have in common."""

from __future__ import annotations

import os
from contextlib import contextmanager
from copy import deepcopy
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

import pytest
from attrs import NOTHING, field, fields, frozen

from jackfield._binding import Binding, bind
from jackfield._discovery import find
from jackfield._settings import load
from jackfield.http import HttpHead
from jackfield.operations import Operation
from jackfield.testing.flows import a_call, an_example, hold
from jackfield.testing.network import network_blocked
from jackfield.testing.scripted import SECRET, Answer, Replies, Reply, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from jackfield.call import Call
    from jackfield.http import Flow, HttpRequest

AnyOperation: TypeAlias = Operation[Any, Any, Any]
JSON = {"content-type": "application/json"}
EVENTS = {"content-type": "text/event-stream"}


@frozen
class Sample:
    """One golden answer.

    Attributes:
        operation: What it answers.
        path: Its file.
    """

    operation: AnyOperation
    path: Path

    @property
    def body(self) -> bytes:
        """The answer's bytes."""
        return self.path.read_bytes()

    def __str__(self) -> str:
        """The file's name."""
        return self.path.name


@frozen
class Case:
    """One value of a check's argument, with the name under which a report shows it."""

    value: Any
    id: str = field(converter=str)


class Subject:
    """What is checked, and which checks apply. Set these in a subclass; nothing asks for a vendor's name.

    Attributes:
        name: The provider's entry point in `jackfield.providers`.
        settings: Settings with which a client can be made, `SECRET` as the credential.
        samples: The folder of the golden answers: `<operation>.json`, and `<operation>.sse` for streams; further ones
            as `<operation>-<anything>.json`. Two files that differ in their ending alone are the same answer,
            whole and as a stream.
        supports: The operations that it does.
        streams: Those that it does event by event; where left out, every supported one that can.
        lacks: Operations of which it says that it cannot do them.
        requests: Requests to ask with, by operation, in place of the built-in ones.
        settings_required: The settings that must be missed when nothing is given; where left out, those of the
            settings class that have no default.
        credentials: `sent` where a header carries the secret itself, `derived` where it carries something made from
            it (a token that was fetched, a signature), `none` where there are no credentials.
        secrets: What must not get out.
        credential_replies: The answers that fetching credentials needs, if it sends requests; given in turn.
        required: By operation, the paths of keys without which a golden answer does not fit, such as `data[0].text`;
            where left out, they follow from what the entities require.
        http: Whether requests go over http(s).
        stream_ending: The ending of the golden streams' files, where they are no event streams.
        provider: The settings class, where it is not to be found by *name*.
    """

    name: ClassVar[str] = ""
    settings: ClassVar[Mapping[str, Any]] = {}
    samples: ClassVar[Path | None] = None
    supports: ClassVar[Collection[AnyOperation]] = ()
    streams: ClassVar[Collection[AnyOperation] | None] = None
    lacks: ClassVar[Collection[AnyOperation]] = ()
    requests: ClassVar[Mapping[AnyOperation, Any]] = {}
    settings_required: ClassVar[Collection[str] | None] = None
    credentials: ClassVar[Literal["sent", "derived", "none"]] = "sent"
    secrets: ClassVar[Sequence[str]] = (SECRET,)
    credential_replies: ClassVar[Sequence[Reply]] = ()
    required: ClassVar[Mapping[AnyOperation, Sequence[str]]] = {}
    http: ClassVar[bool] = True
    stream_ending: ClassVar[str] = ".sse"
    provider: ClassVar[Any] = None

    # What a check is run for

    @classmethod
    def cases(cls) -> dict[str, list[Case]]:
        """Return the values of every argument that a check can take, by the argument's name."""
        operations = sorted(cls.supports, key=lambda operation: operation.name)
        streaming = sorted(cls.streamed(), key=lambda operation: operation.name)
        streams = [each for operation in streaming for each in cls.golden(operation, cls.stream_ending)]
        return {
            "operation": [Case(each, each.name) for each in operations],
            "streaming": [Case(each, each.name) for each in streaming],
            "lacking": [Case(each, each.name) for each in sorted(cls.lacks, key=lambda operation: operation.name)],
            "sample": [Case(each, each) for operation in operations for each in cls.golden(operation, ".json")],
            "stream": [Case(each, each) for each in streams],
            "pair": [Case(each, each.path.stem) for each in streams if each.path.with_suffix(".json").is_file()],
        }

    @classmethod
    def streamed(cls) -> Collection[AnyOperation]:
        """Return the operations that are done event by event."""
        return cls.streams if cls.streams is not None else [each for each in cls.supports if each.event is not None]

    @classmethod
    def golden(cls, operation: AnyOperation, ending: str) -> list[Sample]:
        """Return the golden answers of *operation*, whole (`.json`) or as streams (`.sse`)."""
        name = operation.name
        files = sorted(cls.samples.glob(f"{name}*{ending}")) if cls.samples is not None else []
        return [Sample(operation, each) for each in files if each.stem == name or each.stem.startswith(f"{name}-")]

    @classmethod
    @contextmanager
    def sealed(cls) -> Iterator[None]:
        """Block the network, and take the environment variables of the provider's settings away."""
        try:
            attributes = fields(cls.factory())
        except Exception:  # noqa: BLE001 - the check of the entry point says why
            attributes = ()
        names = [name for each in attributes for name in each.metadata.get("jackfield", {}).get("env", ())]
        kept = {name: os.environ.pop(name) for name in names if name in os.environ}  # noqa: TID251 - put back below
        try:
            with network_blocked():
                yield
        finally:
            os.environ.update(kept)  # noqa: TID251 - what was taken away

    # What checks use

    @classmethod
    def factory(cls) -> Any:
        """Return the settings class."""
        return cls.provider if cls.provider is not None else find("jackfield.providers", cls.name)

    @classmethod
    def made(cls) -> Any:
        """Return a new provider object."""
        return load(cls.factory(), cls.settings, cls.name)

    @classmethod
    def bound(cls) -> Binding:
        """Return the hooks of a new provider object. A check that needs them is skipped where there are none."""
        try:
            return bind(cls.name, cls.made().parts())
        except Exception as error:  # noqa: BLE001 - other checks say why
            pytest.skip(f"the provider cannot be made or bound: {error}")

    @classmethod
    def request(cls, operation: AnyOperation) -> Any:
        """Return the request to ask with, a copy: a check may find that it is written into."""
        return deepcopy(cls.requests[operation] if operation in cls.requests else an_example(operation))

    @classmethod
    def call(cls, operation: AnyOperation, *, model: str | None = None, streaming: bool = False) -> Call:
        """Return a call of *operation*."""
        return a_call(operation, cls.request(operation), model=model, streaming=streaming, provider=cls.name)

    @classmethod
    def held(cls, binding: Binding, operation: AnyOperation, **options: Any) -> Flow[Any]:
        """Return the flow of one call, without retries."""
        options = {"retries": 0, "allow_plain_http": True, **options}
        return hold(binding, operation, options.pop("request", cls.request(operation)), **options)

    @classmethod
    def replying(
        cls, binding: Binding, operation: AnyOperation, *replies: Reply | Callable[[HttpRequest], Reply]
    ) -> Replies:
        """Return the script that answers *operation* by *replies*, and what fetches credentials by its own."""
        url = binding.build_url(cls.call(operation))
        rest, fetching = iter(replies), cycle(cls.credential_replies)

        def reply(request: HttpRequest) -> Reply:
            found = next(fetching if cls.credential_replies and request.url != url else rest, None)
            if found is None:
                raise AssertionError(f"{len(replies)} replies were scripted, and there are more requests")
            return found(request) if callable(found) else found

        return reply

    @classmethod
    def first_sample(cls, operation: AnyOperation) -> Sample:
        """Return one golden answer of *operation*. A check that needs it is skipped where there is none."""
        samples = cls.golden(operation, ".json")
        if not samples:
            pytest.skip(f"there is no golden answer of {operation.name!r}")
        return samples[0]


def ok(sample: Sample) -> Answer:
    """Return a golden answer as a scripted one."""
    return answer(200, sample.body, headers_of(sample))


def head_of(sample: Sample) -> HttpHead:
    """Return the head of a golden answer."""
    return HttpHead(200, headers_of(sample))


def headers_of(sample: Sample) -> Mapping[str, str]:
    """Return the headers that tell what a golden answer is, where its file's name does."""
    return {".json": JSON, ".sse": EVENTS}.get(sample.path.suffix, {})


def required_settings(subject: type[Subject]) -> set[str]:
    """Return the settings that must be missed when nothing is given."""
    if subject.settings_required is not None:
        return set(subject.settings_required)
    return {attribute.name for attribute in fields(subject.factory()) if attribute.default is NOTHING}
