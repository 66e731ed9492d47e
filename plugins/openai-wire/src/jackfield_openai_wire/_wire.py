"""Payloads: entities to JSON and back.

`_head` reads response headers, `_refusal` reads error documents, `_stream` reads event streams, `_vectors` numbers;
`_multipart` writes forms, and `_image_rules` holds requests for pictures against what is known of their model.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, get_origin

from attrs import field, frozen

from jackfield.convert import Converter, decode, dumps, loads, make_converter
from jackfield.plugin import (
    AnswerFacts,
    Call,
    DecodeError,
    Decoder,
    HttpHead,
    InvalidRequestError,
    JackfieldError,
    Payload,
    impl,
)
from jackfield_openai_wire._head import read_facts

if TYPE_CHECKING:
    from jackfield.operations import Operation

_OF_IMAGES = frozenset({"images.generations", "images.edits", "images.variations"})
_UPLOADS = "jackfield.operations.uploads"
EXCERPT = 500
"""How many bytes of an unreadable answer an error quotes."""


@frozen(eq=False, repr=False)
class Codec:
    """How one operation differs from the default mapping (field name = key).

    Attributes:
        encode: Turns the document made from the request into the document to send.
        decode: Turns the document that came into the document the entity is read from.
        read: Reads the JSON that came, which may be nested so deep, as `jackfield.convert.loads` does.
    """

    encode: Callable[[Call, dict[str, Any]], Mapping[str, Any]] = lambda call, document: document  # noqa: ARG005
    decode: Callable[[Call, Any], Any] = lambda call, document: document  # noqa: ARG005
    read: Callable[[bytes, int], Any] = loads


Codecs: TypeAlias = Mapping[str, Codec]
NextStep: TypeAlias = Callable[[Call, int, str | None], str | None]
"""Takes the call, the status and the code; returns what a provider can say better than this package, or None."""


def _asks_for_base64(_call: Call, document: dict[str, Any]) -> dict[str, Any]:
    """Ask for base64 where nothing is asked: a quarter of the bytes, and no parsing of decimals."""
    document.setdefault("encoding_format", "base64")
    return document


def _with_vectors(body: bytes, depth: int) -> Any:
    from jackfield_openai_wire._vectors import loads_vectors  # noqa: PLC0415 - a chat has none

    return loads_vectors(body, depth)


CODECS: Codecs = {"embeddings": Codec(encode=_asks_for_base64, read=_with_vectors)}


def named_model(call: Call) -> str | None:
    """Return the model to name in the body: the call's.

    Raises:
        InvalidRequestError: None is named, and the operation needs one.
    """
    if call.model is None and call.operation.model_required:
        setting = f", or the client {call.operation.model_setting}=…" if call.operation.model_setting else ""
        raise InvalidRequestError(
            f"{call.operation.name!r} needs a model", problems=[f"model: missing; give the request model=…{setting}"]
        )
    return call.model


def _converter() -> Converter:
    return make_converter(
        reading=((_is_vector, lambda _kind, _converter: _vector),),
        writing=((_is_file, lambda _kind, _converter: lambda file: file),),
    )


def _is_vector(kind: Any) -> bool:
    return array in (kind, get_origin(kind))


def _vector(value: Any, _kind: Any) -> array[float]:
    """Return one vector. Those of a large answer are read already, with its JSON."""
    if type(value) is array:
        return value
    from jackfield_openai_wire._vectors import read_vector  # noqa: PLC0415 - as above

    return read_vector(value)


def _is_file(kind: Any) -> bool:
    """Tell whether *kind* is what a file is given as: it stands in a document as it is, till that becomes a form."""
    # By where it is from, since that is not imported before there is a file: 3 ms.
    return any(each.__module__ == _UPLOADS for each in getattr(kind, "__mro__", ()))


@frozen(eq=False, repr=False)
class OpenAIWire:
    """The payload part.

    Args:
        body_model: Says which model to name in the body; None for none. Azure differs, for instance. Where
            one is given, a name in the body may be anybody's, and is not held against what models of that name take.
        codecs: Operations that differ from the default mapping, by name; they win over the built-in ones.
        next_step: Says what to do about a refusal, from the call, the status and the code, where the provider knows
            better than the wire; None for what the wire says.
    """

    body_model: Callable[[Call], str | None] = named_model
    codecs: Codecs = field(factory=dict)
    next_step: NextStep | None = None
    _converter: Converter = field(factory=_converter, init=False)

    def _codec(self, operation: Operation[Any, Any, Any]) -> Codec | None:
        return self.codecs.get(operation.name) or CODECS.get(operation.name)

    @impl
    def encode_request(self, call: Call) -> Payload:
        """Write the request as a JSON object, or as a form where there are files in it; a GET has none."""
        model = self.body_model(call)
        if self.body_model is named_model and call.operation.name in _OF_IMAGES:
            from jackfield_openai_wire._image_rules import refuse_misfit  # noqa: PLC0415 - 4 ms for those who draw

            refuse_misfit(call)
        if call.operation.method == "GET":
            return Payload(None, None)
        document = self._converter.unstructure(call.request)
        if model is None:
            document.pop("model", None)
        else:
            document["model"] = model
        if call.streaming:
            document["stream"] = True
        codec = self._codec(call.operation)
        written = codec.encode(call, document) if codec is not None else document
        if call.operation.encoding == "multipart":
            from jackfield_openai_wire._multipart import multipart  # noqa: PLC0415 - 3 ms for those who send files

            return multipart(written)
        return Payload(dumps(written))

    @impl
    def decode_response(self, call: Call, head: HttpHead, body: bytes) -> Any:
        """Read the response entity from a JSON object."""
        codec = self._codec(call.operation)
        try:
            document = (codec.read if codec is not None else loads)(body, call.limits.depth)
        except ValueError:
            raise _not_json(call, head, body) from None
        if isinstance(document, dict) and document.get("error"):
            from jackfield_openai_wire._refusal import error_in  # noqa: PLC0415 - a call that is answered has none

            error = error_in(call, head, document)
            if error is not None:
                raise error
        if codec is not None:
            document = codec.decode(call, document)
        return decode(self._converter, document, call.operation.response)

    @impl
    def open_stream(self, call: Call, head: HttpHead) -> Decoder:
        """Open the event stream of one answer."""
        from jackfield_openai_wire._stream import EventDecoder  # noqa: PLC0415 - where something is streamed

        return EventDecoder(call, head, self._converter)

    @impl
    def read_head(self, head: HttpHead) -> AnswerFacts:
        """Read request ids, rate limits and hints."""
        return read_facts(head)

    @impl
    def decode_error(self, call: Call, head: HttpHead, body: bytes) -> JackfieldError:
        """Read the error document, whichever of its shapes it has."""
        from jackfield_openai_wire._refusal import refusal  # noqa: PLC0415 - as above

        return refusal(call, head, body, self.next_step)

    @impl
    def warm_up(self) -> None:
        """Compile the entities of a chat, by reading and writing a small one."""
        from jackfield.operations.chat import ChatEvent, ChatRequest, ChatResponse  # noqa: PLC0415 - not every wire chats
        from jackfield.operations.messages import Message  # noqa: PLC0415 - the same

        chat: dict[str, Any] = {"choices": [{"message": {}, "delta": {}}], "usage": {}}
        self._converter.structure(chat, ChatResponse)
        self._converter.structure(chat, ChatEvent)
        self._converter.unstructure(ChatRequest(messages=[Message.user("")]))


def _not_json(call: Call, head: HttpHead, body: bytes) -> DecodeError:
    kind = head.headers.get("content-type", "no content type")
    text = body[:EXCERPT].decode("utf-8", "replace")
    return DecodeError(
        f"{call.provider} answered {head.status} with {kind} instead of JSON; is endpoint= the API's address, "
        f"and does no proxy or login page stand between? it begins: {text[:80]!r}",
        problems=["expected JSON @ $"],
        body=text,
    )
