"""The list of models, as each surface has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield_emulator._models import Model

_RETIRED = 1830297600


def openai(model: Model) -> dict[str, Any]:
    """Return a model of OpenAI's list."""
    return {"id": model.name, "object": "model", "created": model.created, "owned_by": "system"}


def azure_v1(model: Model) -> dict[str, Any]:
    """Return a model of the v1 surface's list: the resource's whole catalogue, not its deployments."""
    return {"id": model.snapshot, "object": "model", "created": model.created, "owned_by": "azure"}


def azure_dated(model: Model) -> dict[str, Any]:
    """Return a model of the dated surface's list, which has other keys."""
    return {
        "capabilities": {
            "fine_tune": False,
            "inference": True,
            "completion": False,
            "chat_completion": "chat" == model.kind,
            "embeddings": "embeddings" == model.kind,
        },
        "lifecycle_status": "generally-available",
        "deprecation": {"inference": _RETIRED},
        "id": model.snapshot,
        "status": "succeeded",
        "created_at": model.created,
        "updated_at": model.created,
        "object": "model",
    }


def distinct(models: Mapping[str, Model]) -> list[Model]:
    """Return each model once, whatever names it has."""
    return list({model.name: model for model in models.values()}.values())
