from __future__ import annotations

import pytest

from jackfield.call import AnswerFacts, Call, CallMeta, Payload
from jackfield.operations.models import MODELS, ModelsRequest


@pytest.mark.parametrize(("ids", "first"), [({}, None), ({"x-a": "1", "x-b": "2"}, "1")])
def test_the_first_id_is_the_one_that_support_asks_for(ids: dict[str, str], first: str | None) -> None:
    """Of one answer, and of the whole call."""
    assert first == AnswerFacts(request_ids=ids).request_id
    assert first == CallMeta("c1", "letters", "tell", request_ids=ids).request_id


def test_what_was_sent_and_came_is_in_no_repr() -> None:
    """A repr may stand in a log."""
    call = Call("c1", "letters", MODELS, ModelsRequest(), "small")

    assert "ModelsRequest()" not in repr(call)
    assert "Payload(content_type='application/json')" == repr(Payload(b"prompt"))
    assert "headers" not in repr(CallMeta("c1", "letters", "tell", headers={"x-a": "1"}))
