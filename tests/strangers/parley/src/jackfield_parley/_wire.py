"""What Parley is told and what it says."""

from array import array
from typing import Any

from attrs import asdict, frozen
from jackfield.convert import dumps
from jackfield.operations.chat import CHAT, AssistantMessage, ChatRequest, ChatResponse, Choice
from jackfield.operations.embeddings import Embedding, EmbeddingRequest, EmbeddingResponse, EmbeddingUsage
from jackfield.plugin import (
    AnswerFacts,
    Call,
    DecodeError,
    HttpHead,
    InvalidRequestError,
    JackfieldError,
    Payload,
    impl,
)

from jackfield_parley._talk import Talk, read, reason, refusal, required, usage

PARAMETERS = {"temperature": "warmth", "max_tokens": "length"}
BY_HAND = {"messages", "input", "model", "extra"}


@frozen(eq=False)
class ParleyWire:
    """The payload part."""

    @impl
    def encode_request(self, call: Call) -> Payload:
        """Write the request; what Parley has no word for is an error, not a silence."""
        given = {name: value for name, value in asdict(call.request, recurse=False).items() if value is not None}
        problems = [f"{name}: parley has no such parameter" for name in given if name not in {*PARAMETERS, *BY_HAND}]
        problems += [] if call.model else ["model: missing; name it in the request"]
        said, wrong = turns(call.request) if call.operation is CHAT else utterances(call.request)
        if problems or wrong:
            raise InvalidRequestError("parley cannot be asked that", problems=[*problems, *wrong])
        document = {"voice": call.model, **said}
        document |= {word: given[name] for name, word in PARAMETERS.items() if name in given}
        document |= {"live": True} if call.streaming else {}
        return Payload(dumps(document | dict(call.request.extra)))

    @impl
    def read_head(self, head: HttpHead) -> AnswerFacts:
        """Read what the headers say."""
        wait = head.headers.get("retry-after", "")
        ids = {name: head.headers[name] for name in ["parley-trace"] if name in head.headers}
        return AnswerFacts(ids, retry_after=float(wait) if wait.isdecimal() else None)

    @impl
    def decode_response(self, call: Call, body: bytes) -> ChatResponse | EmbeddingResponse:
        """Read a whole answer."""
        document = read(body)
        return talk(document) if call.operation is CHAT else points(document)

    @impl
    def open_stream(self, call: Call) -> Talk:
        """Open the stream of one answer."""
        return Talk(call)

    @impl
    def decode_error(self, call: Call, head: HttpHead, body: bytes) -> JackfieldError | None:
        """Name the fault; what is no document of Parley's is left to the core."""
        try:
            return refusal(call, head.status, read(body))
        except DecodeError:
            return None


def turns(request: ChatRequest) -> tuple[dict[str, Any], list[str]]:
    """Return the conversation in Parley's words, and what it has no words for."""
    said = [{"speaker": message.role, "utterance": message.content} for message in request.messages]
    wrong = [
        f"messages[{index}].content: parley takes text alone"
        for index, message in enumerate(request.messages)
        if not isinstance(message.content, str)
    ]
    return {"turns": said}, wrong


def utterances(request: EmbeddingRequest) -> tuple[dict[str, Any], list[str]]:
    """Return the texts to place, and what is none."""
    said = [request.input] if isinstance(request.input, str) else list(request.input)
    wrong = [] if all(isinstance(each, str) for each in said) else ["input: parley takes text, not tokens"]
    return {"utterances": said}, wrong


def talk(document: dict[str, Any]) -> ChatResponse:
    """Return what was answered."""
    message = AssistantMessage(content=required(document, "utterance"), raw=document)
    choice = Choice(message=message, finish_reason=reason(document), raw=document)
    return ChatResponse(model=document.get("voice", ""), choices=(choice,), usage=usage(document), raw=document)


def points(document: dict[str, Any]) -> EmbeddingResponse:
    """Return where the utterances lie."""
    found = [
        Embedding(index=index, embedding=array("f", required(point, "at", f".points[{index}]")), raw=point)
        for index, point in enumerate(required(document, "points"))
    ]
    heard = (document.get("tokens") or {}).get("heard", 0)
    spent = EmbeddingUsage(prompt_tokens=heard, total_tokens=heard)
    return EmbeddingResponse(model=document.get("voice", ""), data=tuple(found), usage=spent, raw=document)
