"""Whose path it is, whether the credentials will do, and which model is meant. One class for each surface.

A surface refuses in its vendor's own words, in the order in which the vendor looks: the path with its version, then
the credentials, then the deployment or the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from jackfield_emulator import _chat_rules, _embeddings, _headers, _listing
from jackfield_emulator._chat_wire import Dress
from jackfield_emulator._refusal import Refusal, bare, gateway, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jackfield_emulator._account import Account
    from jackfield_emulator._asked import Asked
    from jackfield_emulator._models import Model
    from jackfield_emulator._reply import Reply
    from jackfield_emulator._rules import Rule

MODEL_OPERATIONS = {
    ("chat", "completions"): "chat.completions",
    ("images", "generations"): "images.generations",
    ("images", "edits"): "images.edits",
    ("images", "variations"): "images.variations",
    ("embeddings",): "embeddings",
}
FORMS = frozenset({"images.edits", "images.variations"})
"""Operations that are asked with a form."""
IMAGES = ("images.generations", "images.edits", "images.variations")
_KINDS = {"chat.completions": "chat", "embeddings": "embeddings", **dict.fromkeys(IMAGES, "images")}
API_VERSIONS = frozenset(
    {
        "2022-12-01",
        "2023-03-15-preview",
        "2023-05-15",
        "2023-06-01-preview",
        "2023-07-01-preview",
        "2023-08-01-preview",
        "2023-09-01-preview",
        "2023-12-01-preview",
        "2024-02-01",
        "2024-02-15-preview",
        "2024-03-01-preview",
        "2024-04-01-preview",
        "2024-05-01-preview",
        "2024-06-01",
        "2024-07-01-preview",
        "2024-08-01-preview",
        "2024-09-01-preview",
        "2024-10-01-preview",
        "2024-10-21",
        "2024-12-01-preview",
        "2025-01-01-preview",
        "2025-02-01-preview",
        "2025-03-01-preview",
        "2025-04-01-preview",
    }
)
_SINCE = {"images.edits": "2025-04-01-preview", "images.variations": "9"}
"""The dated version that an operation came with on Azure; one that is not there came with none."""
_NOT_ON_AZURE = frozenset({"images.variations"})
_EDITORS = ("dall-e-2", "gpt-image")
_UNAUTHORIZED = (
    "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), "
    "or have expired."
)
_WRONG_KEY = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource."
)
_NO_KEY = (
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth "
    "(i.e. Authorization: Bearer YOUR_KEY), or as the password field (with blank username) if you're accessing the "
    "API from your browser and are prompted for a username and password. You can obtain an API key from "
    "https://platform.openai.com/account/api-keys."
)
_LONGEST_ID = 512
_SHOWN = 12
"""A key of more characters is shown with its first eight and last four."""


@frozen
class Route:
    """What a path means.

    Attributes:
        operation: `chat.completions`, `images.generations`, `images.edits`, `images.variations`, `embeddings` or
            `models`.
        deployment: The deployment that the path names.
        item: The model that a path under `models` names.
    """

    operation: str
    deployment: str | None = None
    item: str | None = None

    @property
    def method(self) -> str:
        """The method that it is asked with."""
        return "GET" if "models" == self.operation else "POST"


class Surface(Protocol):
    """One vendor's way of being asked."""

    @property
    def name(self) -> str:
        """What the journal calls it."""

    @property
    def azure(self) -> bool:
        """Tell whether it is Azure's."""

    @property
    def dress(self) -> Dress:
        """What it adds to a completion."""

    @property
    def chat_rules(self) -> Mapping[str, Rule]:
        """The parameters of chat."""

    @property
    def embedding_rules(self) -> Mapping[str, Rule]:
        """The parameters of embeddings."""

    def list_model(self, model: Model) -> dict[str, Any]:
        """Return a model as its list has it."""

    def route(self, asked: Asked) -> Route:
        """Return what the path means."""

    def admit(self, asked: Asked, route: Route, account: Account) -> None:
        """Check the credentials."""

    def model(self, route: Route, document: Mapping[str, Any], account: Account) -> Model:
        """Return the model that is meant."""

    def no_item(self, name: str) -> Refusal:
        """Return the refusal of a model that the list has not."""

    def headers(self, asked: Asked, reply: Reply | None, deployment: str | None, *, gateway: bool) -> dict[str, str]:
        """Return the headers around the answer."""


class OpenAI:
    """`/v1/...`: bearer key, model in the body, no version."""

    name = "openai"
    azure = False
    dress = Dress(tiered=True, obfuscated=True)
    chat_rules = _chat_rules.RULES
    embedding_rules = _embeddings.RULES

    def list_model(self, model: Model) -> dict[str, Any]:
        """Return a model as this list has it."""
        return _listing.openai(model)

    def route(self, asked: Asked) -> Route:
        """Return what the path means; a method that does not fit is a refusal of its own."""
        route = _route(tuple(asked.steps[1:])) if "v1" == asked.steps[0] else None
        if route is None:
            raise invalid(f"Invalid URL ({asked.method} {asked.path})", status=404)
        if asked.method != route.method:
            text = f"Invalid method for URL ({asked.method} {asked.path})"
            raise invalid(text, None, "method_not_supported", status=405)
        return route

    def admit(self, asked: Asked, route: Route, account: Account) -> None:  # noqa: ARG002 - the key opens everything
        """Take the key as a bearer, and nothing else."""
        given = asked.bearer
        if not given:
            raise invalid(_NO_KEY, status=401)
        if given != account.key:
            text = (
                f"Incorrect API key provided: {masked(given)}. "
                "You can find your API key at https://platform.openai.com/account/api-keys."
            )
            raise invalid(text, None, "invalid_api_key", status=401)
        identifier = asked.headers.get("x-client-request-id", "")
        if len(identifier) > _LONGEST_ID or not identifier.isascii():
            raise invalid("Invalid X-Client-Request-Id header: it must be ASCII, and at most 512 characters long.")

    def model(self, route: Route, document: Mapping[str, Any], account: Account) -> Model:
        """Return the model that the body names."""
        name = document.get("model") or ("dall-e-2" if route.operation in IMAGES else None)
        if not name:
            raise invalid("you must provide a model parameter")
        model = account.models.get(name) if isinstance(name, str) else None
        if model is None:
            raise self.no_item(str(name))
        if _does(model, route.operation):
            return model
        raise _UNFIT[route.operation](model.name)

    def no_item(self, name: str) -> Refusal:
        """Return the refusal of a model that there is not."""
        text = f"The model `{name}` does not exist or you do not have access to it."
        return invalid(text, None, "model_not_found", status=404)

    def headers(self, asked: Asked, reply: Reply | None, deployment: str | None, *, gateway: bool) -> dict[str, str]:  # noqa: ARG002
        """Return OpenAI's."""
        return _headers.openai(asked, reply)


_UNFIT: Mapping[str, Callable[[str], Refusal]] = {
    "chat.completions": lambda _: invalid(
        "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
        "Did you mean to use v1/completions?",
        "model",
        status=404,
    ),
    "images.generations": lambda name: invalid(
        f"Invalid value: '{name}'. Value must be 'dall-e-2', 'dall-e-3', 'gpt-image-1', or 'gpt-image-1-mini'.",
        "model",
        "invalid_value",
    ),
    "images.edits": lambda name: invalid(
        f"Invalid value: '{name}'. Value must be 'dall-e-2', 'gpt-image-1', or 'gpt-image-1-mini'.",
        "model",
        "invalid_value",
    ),
    "images.variations": lambda name: invalid(
        f"Invalid value: '{name}'. Value must be 'dall-e-2'.", "model", "invalid_value"
    ),
    "embeddings": lambda _: invalid("You are not allowed to generate embeddings from this model", status=403),
}


class _Azure:
    """What both Azure surfaces do."""

    azure = True

    def headers(self, asked: Asked, reply: Reply | None, deployment: str | None, *, gateway: bool) -> dict[str, str]:
        """Return Azure's."""
        return _headers.azure(asked, reply, deployment, gateway=gateway)

    def no_item(self, name: str) -> Refusal:
        """Return the refusal of a model that the catalogue has not."""
        return Refusal(404, {"error": {"code": "ResourceNotFound", "message": f"The model '{name}' does not exist."}})


class AzureDated(_Azure):
    """`/openai/deployments/{deployment}/...?api-version=DATE`: deployment in the path, key or token."""

    name = "azure-dated"
    dress = Dress(filtered=True)
    chat_rules = _chat_rules.DATED_RULES
    embedding_rules = _embeddings.DATED_RULES

    def list_model(self, model: Model) -> dict[str, Any]:
        """Return a model as this list has it."""
        return _listing.azure_dated(model)

    def route(self, asked: Asked) -> Route:
        """Return what the path means. The version is a part of it: without one, there is no such resource."""
        found = None
        match asked.steps[1:]:
            case ["deployments", deployment, *rest] if tuple(rest) in MODEL_OPERATIONS:
                found = Route(MODEL_OPERATIONS[tuple(rest)], deployment)
            case ["models", *_] as rest:
                found = _route(tuple(rest))
        if found is not None and asked.query.get("api-version", "") < _SINCE.get(found.operation, ""):
            found = None
        if found is None or asked.query.get("api-version") not in API_VERSIONS or asked.method != found.method:
            raise gateway(404, "Resource not found")
        return found

    def admit(self, asked: Asked, route: Route, account: Account) -> None:  # noqa: ARG002 - the key opens everything
        """Take the key in `api-key`, or a token as a bearer."""
        _admit(asked, account)

    def model(self, route: Route, document: Mapping[str, Any], account: Account) -> Model:  # noqa: ARG002
        """Return the model that the path's deployment runs; a model in the body says nothing."""
        model = account.deployments.get(route.deployment or "")
        if model is None:
            text = (
                "The API deployment for this resource does not exist. If you created the deployment within the last "
                "5 minutes, please wait a moment and try again."
            )
            error = {"type": "invalid_request_error", "code": "DeploymentNotFound", "message": text}
            raise Refusal(404, {"error": error}, gateway=True)
        return _fitting(model, route.operation)


class AzureV1(_Azure):
    """`/openai/v1/...`: deployment as the body's model, key or token, no version or one of two words."""

    name = "azure-v1"
    dress = Dress(filtered=True, obfuscated=True)
    chat_rules = _chat_rules.AZURE_RULES
    embedding_rules = _embeddings.AZURE_RULES

    def list_model(self, model: Model) -> dict[str, Any]:
        """Return a model as this list has it."""
        return _listing.azure_v1(model)

    def route(self, asked: Asked) -> Route:
        """Return what the path means."""
        found = _route(tuple(asked.steps[2:]))
        if found is None or found.operation in _NOT_ON_AZURE or asked.method != found.method:
            raise gateway(404, "Resource not found")
        if asked.query.get("api-version", "v1") not in ("v1", "preview"):
            raise Refusal(400, {"error": {"code": "BadRequest", "message": "API version not supported"}}, gateway=True)
        return found

    def admit(self, asked: Asked, route: Route, account: Account) -> None:
        """Take the key in `api-key` or as a bearer, or a token; but for embeddings no token, as Microsoft says."""
        if "api-key" not in asked.headers and asked.bearer == account.azure_key:
            return
        _admit(asked, account)
        if "embeddings" == route.operation and "api-key" not in asked.headers:
            raise bare(401, _UNAUTHORIZED)

    def model(self, route: Route, document: Mapping[str, Any], account: Account) -> Model:
        """Return the model that the body's deployment runs."""
        name = document.get("model")
        if not name:
            raise invalid("you must provide a model parameter")
        model = account.deployments.get(name) if isinstance(name, str) else None
        if model is None:
            text = f"Unknown model: {name}"
            raise Refusal(400, {"error": {"code": "unknown_model", "message": text, "details": text}}, gateway=True)
        return _fitting(model, route.operation)


def surface_of(asked: Asked) -> Surface:
    """Return the surface that a path belongs to; what is nobody's, OpenAI refuses."""
    match asked.steps:
        case ["openai", "v1", *_]:
            return AzureV1()
        case ["openai", *_]:
            return AzureDated()
        case _:
            return OpenAI()


def masked(key: str) -> str:
    """Return *key* as OpenAI quotes a wrong one."""
    hidden = len(key) - _SHOWN
    return f"{key[:8]}{'*' * hidden}{key[-4:]}" if hidden > 0 else "*" * len(key)


def _route(steps: tuple[str, ...]) -> Route | None:
    if steps in MODEL_OPERATIONS:
        return Route(MODEL_OPERATIONS[steps])
    match steps:
        case ("models",):
            return Route("models")
        case ("models", item):
            return Route("models", item=item)
    return None


def _admit(asked: Asked, account: Account) -> None:
    """Check Azure's credentials. A key is looked at first; together with a token, the token says nothing."""
    key = asked.headers.get("api-key")
    if key is not None and key != account.azure_key:
        raise gateway(401, _WRONG_KEY)
    if key is None and not account.office.accepts(asked.bearer):
        raise bare(401, _UNAUTHORIZED)


def _does(model: Model, operation: str) -> bool:
    """Tell whether a model does an operation at all."""
    name = model.name
    if "images.edits" == operation:
        return name.startswith(_EDITORS)
    return "dall-e-2" == name if "images.variations" == operation else model.kind == _KINDS[operation]


def _fitting(model: Model, operation: str) -> Model:
    if _does(model, operation) and not ("images.edits" == operation and "dall-e-2" == model.name):
        return model
    spoken = {
        "chat.completions": "chatCompletion",
        "embeddings": "embeddings",
        "images.generations": "imageGenerations",
        "images.edits": "imageEdits",
    }
    text = (
        f"The {spoken[operation]} operation does not work with the specified model, {model.name}. Please choose "
        "different model and try again. You can learn more about which models can be used with each operation here: "
        "https://go.microsoft.com/fwlink/?linkid=2197993."
    )
    raise Refusal(400, {"error": {"code": "OperationNotSupported", "message": text}})
