"""URLs and body models, on both surfaces."""

from __future__ import annotations

from typing import Any

import pytest

from jackfield.call import Call
from jackfield.errors import InvalidRequestError, UnsupportedOperationError
from jackfield.operations import Operation
from jackfield.operations.chat import CHAT
from jackfield.operations.embeddings import EMBEDDINGS
from jackfield.operations.image_edits import IMAGE_EDITS
from jackfield.operations.image_variations import IMAGE_VARIATIONS
from jackfield.operations.images import IMAGES
from jackfield.operations.models import MODELS
from jackfield_azure_common import AzureEndpoint, parse

ROOT = "https://x.openai.azure.com"
DATED = parse(ROOT)
V1 = parse(f"{ROOT}/openai/v1/")


def a_call(operation: Operation[Any, Any, Any], model: str | None = None) -> Call:
    """Return a call of *operation*."""
    return Call("1", "azure", operation, None, model)


URLS = [
    (AzureEndpoint(DATED, "d"), CHAT, "/openai/deployments/d/chat/completions?api-version=2024-10-21", None),
    (AzureEndpoint(DATED, "d e/f"), CHAT,
     "/openai/deployments/d%20e%2Ff/chat/completions?api-version=2024-10-21", None),
    (AzureEndpoint(DATED, "d", "2025-04-01-preview"), IMAGES,
     "/openai/deployments/d/images/generations?api-version=2025-04-01-preview", None),
    (AzureEndpoint(DATED, "d"), IMAGE_EDITS,
     "/openai/deployments/d/images/edits?api-version=2025-04-01-preview", None),
    (AzureEndpoint(DATED, "d", "2024-10-21"), IMAGE_EDITS,
     "/openai/deployments/d/images/edits?api-version=2025-04-01-preview", None),
    (AzureEndpoint(DATED, "d", "2026-01-01"), IMAGE_EDITS,
     "/openai/deployments/d/images/edits?api-version=2026-01-01", None),
    (AzureEndpoint(V1, "d"), IMAGE_EDITS, "/openai/v1/images/edits?api-version=preview", "d"),
    (AzureEndpoint(DATED, "d"), MODELS, "/openai/models?api-version=2024-10-21", None),
    (AzureEndpoint(V1, "d"), CHAT, "/openai/v1/chat/completions", "d"),
    (AzureEndpoint(V1, "d", "preview"), CHAT, "/openai/v1/chat/completions?api-version=preview", "d"),
    (AzureEndpoint(V1, "d", "latest"), CHAT, "/openai/v1/chat/completions", "d"),
    (AzureEndpoint(V1, "d"), IMAGES, "/openai/v1/images/generations?api-version=preview", "d"),
    (AzureEndpoint(V1, "d"), MODELS, "/openai/v1/models", None),
    (AzureEndpoint(V1, "d", None, frozenset({"embeddings"})), EMBEDDINGS,
     "/openai/deployments/d/embeddings?api-version=2024-10-21", None),
    (AzureEndpoint(parse(f"{ROOT}?tenant=7"), "d"), CHAT,
     "/openai/deployments/d/chat/completions?tenant=7&api-version=2024-10-21", None),
]  # fmt: skip


@pytest.mark.parametrize(("endpoint", "operation", "path", "model"), URLS)
def test_places_a_call(endpoint: AzureEndpoint, operation: Any, path: str, model: str | None) -> None:
    """The deployment goes into the path on the dated surface, and into the body on the other."""
    call = a_call(operation, "the-request's-model")

    assert ROOT + path == endpoint.build_url(call)
    assert model == endpoint.body_model(call)


@pytest.mark.parametrize("target", [DATED, V1])
def test_model_names_the_deployment_where_none_is_configured(target: Any) -> None:
    """Without a configured deployment, the model that was asked for is its name."""
    endpoint = AzureEndpoint(target)
    call = a_call(CHAT, "gpt-x")

    assert "gpt-x" in (endpoint.body_model(call) or endpoint.build_url(call))


def test_neither_is_an_error() -> None:
    """Without deployment and model the error names both ways to give one."""
    with pytest.raises(InvalidRequestError) as caught:
        AzureEndpoint(DATED).build_url(a_call(CHAT))

    assert "deployment=" in str(caught.value)
    assert "chat_model=" in str(caught.value)
    assert "model=" in str(caught.value)


def test_names_no_setting_that_an_operation_lacks() -> None:
    """An operation of somebody else's without a default model is told of the deployment alone."""
    foreign: Operation[Any, Any, Any] = Operation("rerank", object, object)

    with pytest.raises(InvalidRequestError, match="deployment: missing") as caught:
        AzureEndpoint(V1).body_model(a_call(foreign))

    assert "None" not in str(caught.value)


@pytest.mark.parametrize("name", [".", ".."])
@pytest.mark.parametrize("target", [DATED, V1])
def test_steps_are_no_deployments(target: Any, name: str) -> None:
    """A name that a path takes for a step is refused: the request would go elsewhere, key and all."""
    endpoint = AzureEndpoint(target)

    with pytest.raises(InvalidRequestError, match="deployment: is '"):
        endpoint.body_model(a_call(CHAT, name)) or endpoint.build_url(a_call(CHAT, name))


@pytest.mark.parametrize("target", [DATED, V1])
def test_what_azure_has_not_is_said(target: Any) -> None:
    """Before anything is sent, with what does it."""
    with pytest.raises(UnsupportedOperationError, match=r"no operation 'images.variations'; use the provider openai"):
        AzureEndpoint(target, "d").build_url(a_call(IMAGE_VARIATIONS))
