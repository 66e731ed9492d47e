import inspect

import attrs
import pytest

from jackfield.operations.chat import CHAT
from jackfield.operations.embeddings import EMBEDDINGS
from jackfield.operations.images import IMAGES
from jackfield.operations.models import MODELS

chat = pytest.importorskip("openai.resources.chat.completions", reason="the vendor's SDK lists today's parameters")
resources = pytest.importorskip("openai.resources")

SET_BY_THE_CALL = {"self", "stream", "timeout", "extra_headers", "extra_query", "extra_body"}
METHODS = [
    (CHAT, chat.Completions.create),
    (IMAGES, resources.Images.generate),
    (EMBEDDINGS, resources.Embeddings.create),
    (MODELS, resources.Models.list),
]


@pytest.mark.parametrize(("operation", "method"), METHODS, ids=lambda each: getattr(each, "name", ""))
def test_every_parameter_of_the_vendors_sdk_is_a_field(operation, method):
    """Each parameter of today's API is typed here, under the same name."""
    parameters = set(inspect.signature(method).parameters) - SET_BY_THE_CALL
    assert set() == parameters - {field.name for field in attrs.fields(operation.request)}
