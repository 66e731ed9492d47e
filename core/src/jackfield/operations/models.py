"""Models: what an account can use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Never

from attrs import define, frozen

from jackfield.operations import Document, Operation, Request, Response, Rule

__all__ = ["MODELS", "Model", "ModelsRequest", "ModelsResponse"]


@frozen(kw_only=True, eq=False, repr=False)
class ModelsRequest(Request):
    """Asks for the models. It has no body, so there is nothing to say in it, and `extra` must be empty.

    Raises:
        InvalidRequestError: On construction, where `extra` is not empty.
    """

    rules: ClassVar[Mapping[str, Rule]] = {
        "extra": Rule.fitting("empty, as the request has no body", lambda extra: not extra)
    }


@define(kw_only=True, eq=False, repr=False)
class Model(Document):
    """One model.

    Attributes:
        id: The name to ask for it by.
        object: `model`.
        created: When it was made, in Unix seconds; 0 where the provider does not say.
        owned_by: Whose it is.
        shutdown_date: When it will be gone, or None where that is not announced.
    """

    id: str = ""
    object: str = "model"
    created: int = 0
    owned_by: str = ""
    shutdown_date: str | None = None


@define(kw_only=True, eq=False, repr=False)
class ModelsResponse(Response):
    """The models.

    Attributes:
        object: `list`.
        data: The models, in the provider's order.
    """

    required: ClassVar[frozenset[str]] = frozenset({"data"})

    object: str = "list"
    data: tuple[Model, ...] = ()


MODELS: Operation[ModelsRequest, ModelsResponse, Never] = Operation(
    "models", ModelsRequest, ModelsResponse, method="GET", addressed_to="account", model_required=False
)
