"""From a request to a plan and a record. No I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield_emulator import _chat, _chat_rules, _chat_wire, _edits, _embeddings, _identity, _images
from jackfield_emulator._account import Account
from jackfield_emulator._forms import told
from jackfield_emulator._json import compact, pretty
from jackfield_emulator._listing import distinct
from jackfield_emulator._plan import Plan, pieces, whole
from jackfield_emulator._refusal import Refusal, invalid
from jackfield_emulator._reply import Reply
from jackfield_emulator._surfaces import FORMS, Route, Surface, surface_of
from jackfield_emulator.journal import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield_emulator._asked import Asked

_SERVER = {"server": "jackfield-emulator"}
_JSON = {"content-type": "application/json"}
_STREAM = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
_NO_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library "
    "correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)"
)


@frozen
class Found:
    """What is known of a request on the way to its answer."""

    surface: str | None = None
    operation: str | None = None
    deployment: str | None = None


@frozen
class Answers:
    """Answers requests to one account.

    Attributes:
        pace: Seconds between the pieces of a stream.
    """

    account: Account
    pace: float = 0.0

    def plan(self, asked: Asked) -> tuple[Plan, Found]:
        """Return what to answer, and what is known of the request."""
        match asked.steps:
            case ["msi", "token"] if "GET" == asked.method:
                return self._token(asked), Found("identity", "token")
            case ["pictures", size, name] if "GET" == asked.method:
                return _picture(size, name), Found("pictures", "picture")
        return self._vendor(asked)

    def _token(self, asked: Asked) -> Plan:
        try:
            document = _identity.answer(asked.query, asked.headers, self.account.office)
        except Refusal as refusal:
            return whole(refusal.status, _SERVER | _JSON, compact(refusal.document).encode())
        return whole(200, _SERVER | _JSON, compact(document).encode())

    def _vendor(self, asked: Asked) -> tuple[Plan, Found]:
        surface = surface_of(asked)
        ours = asked.steps[0] in ("v1", "openai")
        found = Found(surface.name if ours else None)
        try:
            route = surface.route(asked)
            found = Found(surface.name, route.operation, route.deployment)
            surface.admit(asked, route, self.account)
            if "models" == route.operation:
                reply = self._models(surface, route)
            else:
                document = _form(asked) if route.operation in FORMS else _document(asked)
                if surface.azure and route.deployment is None and isinstance(document.get("model"), str):
                    found = Found(surface.name, route.operation, document["model"])
                reply = self._model(asked, surface, route, document)
        except Refusal as refusal:
            headers = surface.headers(asked, None, found.deployment, gateway=refusal.gateway)
            return whole(refusal.status, _SERVER | _JSON | headers, _written(refusal.document, surface)), found
        headers = surface.headers(asked, reply, found.deployment, gateway=False)
        if reply.events is not None:
            return pieces(200, _SERVER | _STREAM | headers, list(reply.events), self.pace), found
        return whole(200, _SERVER | _JSON | headers, _written(reply.document, surface)), found

    def _models(self, surface: Surface, route: Route) -> Reply:
        if route.item is None:
            data = [surface.list_model(model) for model in distinct(self.account.models)]
            return Reply({"object": "list", "data": data})
        if route.item not in self.account.models:
            raise surface.no_item(route.item)
        return Reply(surface.list_model(self.account.models[route.item]))

    def _model(self, asked: Asked, surface: Surface, route: Route, document: Mapping[str, Any]) -> Reply:
        model = surface.model(route, document, self.account)
        if "images.edits" == route.operation:
            return _edits.edited(document, model, asked.url, azure=surface.azure)
        if "images.variations" == route.operation:
            return _edits.varied(document, model, asked.url)
        if "images.generations" == route.operation:
            return _images.answer(document, model, asked.url, azure=surface.azure)
        if "embeddings" == route.operation:
            return _embeddings.answer(document, surface.embedding_rules, model, azure=surface.azure)
        given = _chat_rules.check(document, surface.chat_rules, model)
        completion = _chat.complete(given, model, asked.number)
        cost = completion.usage["total_tokens"]
        if given.get("stream"):
            return Reply(events=_chat_wire.events(completion, surface.dress), tokens=cost)
        return Reply(_chat_wire.document(completion, surface.dress), tokens=cost)


def record(asked: Asked, status: int, found: Found) -> Record:
    """Return what the journal says of a request."""
    sent = {"api-key": "api-key" in asked.headers, "bearer": asked.bearer is not None}
    body = asked.document
    if body is None and asked.form is not None:
        body = told(asked.form)
    elif body is None and asked.content:
        body = asked.content.decode(errors="replace")
    return Record(
        surface=found.surface,
        operation=found.operation,
        method=asked.method,
        path=asked.path,
        query=asked.query,
        headers=asked.headers,
        body=body,
        status=status,
        deployment=found.deployment,
        credentials=tuple(name for name, there in sent.items() if there),
    )


def _document(asked: Asked) -> dict[str, Any]:
    """Return the body, which must be a JSON object."""
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        text = (
            f"Unsupported content type: '{kind}'. This API method only accepts 'application/json' requests, but you "
            f"specified the header 'Content-Type: {kind}'. Please try again with a supported content type."
        )
        raise invalid(text, None, "unsupported_content_type")
    document = asked.document
    if not isinstance(document, dict):
        raise invalid(_NO_JSON)
    return document


def _form(asked: Asked) -> dict[str, Any]:
    """Return the body, which must be a form."""
    kind = asked.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        text = (
            f"Unsupported content type: '{kind}'. This API method only accepts 'multipart/form-data' requests, but you "
            f"specified the header 'Content-Type: {kind}'. Please try again with a supported content type."
        )
        raise invalid(text, None, "unsupported_content_type")
    document = asked.form
    if document is None:
        raise invalid("Could not parse multipart form")
    return document


def _written(document: Any, surface: Surface) -> bytes:
    """Return a document as this vendor's servers write it: OpenAI's indent it. Vectors and pictures are long enough."""
    return compact(document).encode() if surface.azure or "data" in document else pretty(document)


def _picture(size: str, name: str) -> Plan:
    drawn = _images.picture(size, name)
    if drawn is None:
        return whole(404, _SERVER | {"content-type": "text/plain"}, b"There is no such picture.\n")
    return whole(200, _SERVER | {"content-type": "image/png"}, drawn)
