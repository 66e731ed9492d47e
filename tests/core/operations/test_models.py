import typing

import pytest

from jackfield.errors import InvalidRequestError
from jackfield.operations.models import MODELS, Model, ModelsRequest, ModelsResponse


def test_the_operation_is_addressed_to_the_account():
    """Listing models is a GET that no model answers, and it does not stream."""
    assert ("models", "GET", "account", False, None, None, None) == (
        MODELS.name,
        MODELS.method,
        MODELS.addressed_to,
        MODELS.model_required,
        MODELS.model_setting,
        MODELS.event,
        MODELS.fold,
    )
    assert (ModelsRequest, ModelsResponse) == (MODELS.request, MODELS.response)


def test_the_request_says_nothing():
    """A request without a body has no place for anything."""
    assert ModelsRequest() == ModelsRequest(extra={})
    with pytest.raises(
        InvalidRequestError, match=r"extra must be empty, as the request has no body, not .'limit': 3.$"
    ):
        ModelsRequest(extra={"limit": 3})


def test_the_answer_needs_its_data_alone():
    """Everything but the list itself may be missing."""
    assert {"data"} == ModelsResponse.required
    assert ("list", ()) == (ModelsResponse().object, ModelsResponse().data)
    assert ("", "model", 0, "", None) == (
        Model().id,
        Model().object,
        Model().created,
        Model().owned_by,
        Model().shutdown_date,
    )


@pytest.mark.parametrize("cls", [ModelsRequest, Model, ModelsResponse])
def test_the_annotations_are_there_at_run_time(cls):
    """A wire compiles the class from its annotations."""
    assert typing.get_type_hints(cls)
