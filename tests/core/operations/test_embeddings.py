import typing
from array import array

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.errors import InvalidRequestError
from jackfield.operations.embeddings import (
    EMBEDDINGS,
    Embedding,
    EmbeddingRequest,
    EmbeddingResponse,
    EmbeddingUsage,
)

INPUTS = [
    ("text", "text"),
    (["a", "b"], ("a", "b")),
    ([1, 2], (1, 2)),
    ([[1, 2], (3,)], ([1, 2], (3,))),
    (2048 * ["x"], 2048 * ("x",)),
]

KINDS = "text or a sequence of texts, token ids or sequences of token ids, nothing of it empty, at most 2048 items"
WRONG = [
    ({"input": ""}, [f"input must be {KINDS}, not ''"]),
    ({"input": []}, [f"input must be {KINDS}, not ()"]),
    ({"input": 5}, [f"input must be {KINDS}, not 5"]),
    ({"input": None}, [f"input is missing; it must be {KINDS}"]),
    ({"input": {"a": 1}}, [f"input must be {KINDS}, not {{'a': 1}}"]),
    ({"input": 2049 * ["x"]}, ["input must be at most 2048 items, not 2049; split it over several requests"]),
    (
        {"input": ["a", "", 3]},
        [
            "input[1] must be text of at least 1 character, not ''",
            "input[2] must be text of at least 1 character, not 3",
        ],
    ),
    ({"input": [1, "a"]}, ["input[1] must be a token id, which is a whole number of at least 0, not 'a'"]),
    ({"input": [1, -1]}, ["input[1] must be a token id, which is a whole number of at least 0, not -1"]),
    ({"input": [True]}, ["input[0] must be a token id, which is a whole number of at least 0, not True"]),
    ({"input": [[1], []]}, ["input[1] must be a sequence of token ids, not empty, not []"]),
    ({"input": [[1], [True]]}, ["input[1] must be a sequence of token ids, not empty, not [True]"]),
    ({"input": [[1], "a"]}, ["input[1] must be a sequence of token ids, not empty, not 'a'"]),
    ({"input": [[1, -2]]}, ["input[0] must be a sequence of token ids, not empty, not [1, -2]"]),
    ({"input": [b"raw"]}, ["input[0] must be text of at least 1 character, not b'raw'"]),
    ({"input": "x", "dimensions": 0}, ["dimensions must be a whole number of at least 1, not 0"]),
    ({"input": "x", "model": ""}, ["model must be text of at least 1 character, not ''"]),
    ({"input": "x", "encoding_format": 64}, ["encoding_format must be text, not 64"]),
    ({"input": "x", "user": 1}, ["user must be text, not 1"]),
]


def test_the_operation_is_addressed_to_a_model():
    """Embeddings need a model and do not stream."""
    assert ("embeddings", "POST", "model", True, "embeddings_model", None, None) == (
        EMBEDDINGS.name,
        EMBEDDINGS.method,
        EMBEDDINGS.addressed_to,
        EMBEDDINGS.model_required,
        EMBEDDINGS.model_setting,
        EMBEDDINGS.event,
        EMBEDDINGS.fold,
    )
    assert (EmbeddingRequest, EmbeddingResponse) == (EMBEDDINGS.request, EMBEDDINGS.response)


@pytest.mark.parametrize(("given_", "kept"), INPUTS)
def test_input_has_four_forms(given_, kept):
    """A text, texts, token ids, and token ids of several texts are taken; sequences become tuples."""
    assert kept == EmbeddingRequest(input=given_).input


@pytest.mark.parametrize(("fields", "problems"), WRONG)
def test_what_is_wrong_is_told_before_any_io(fields, problems):
    """Each problem opens with the field, and with the item's index where one item is to blame."""
    with pytest.raises(InvalidRequestError) as caught:
        EmbeddingRequest(**fields)
    assert problems == list(caught.value.problems)


@given(st.lists(st.text(), min_size=1, max_size=20))
def test_the_empty_texts_are_named(texts):
    """Exactly the empty texts are problems, whichever they are."""
    empty = [index for index, text in enumerate(texts) if not text]
    try:
        EmbeddingRequest(input=texts)
        told = []
    except InvalidRequestError as error:
        told = [int(problem.split("[")[1].split("]")[0]) for problem in error.problems]
    assert empty == told


def test_every_field_has_a_rule():
    """The table tells all fields but extra."""
    assert {field.name for field in attrs.fields(EmbeddingRequest)} - {"extra"} == set(EmbeddingRequest.rules)


@given(st.permutations(range(5)))
def test_vectors_come_in_the_order_of_the_inputs(order):
    """The index says which input a vector belongs to, not its place in the answer."""
    data = tuple(Embedding(index=index, embedding=array("f", [index])) for index in order)
    assert [array("f", [index]) for index in range(5)] == list(EmbeddingResponse(data=data).vectors)


def test_the_answer_needs_its_vectors_alone():
    """A whole answer needs data, and each item its vector and its index; the rest may be missing."""
    assert ({"data"}, {"embedding", "index"}) == (EmbeddingResponse.required, Embedding.required)
    assert ("list", "", (), None) == attrs.astuple(EmbeddingResponse())[2:]
    assert (0, 0, None) == attrs.astuple(EmbeddingUsage())[1:]


def test_a_vector_is_not_shared():
    """Each embedding has a vector of its own, of 32-bit floats."""
    assert Embedding().embedding is not Embedding().embedding
    assert "f" == Embedding().embedding.typecode


def test_a_long_vector_is_cut_in_the_repr():
    """A terminal is not flooded with numbers."""
    assert 120 > len(repr(Embedding(embedding=array("f", range(1000)))))


@pytest.mark.parametrize("cls", [EmbeddingRequest, Embedding, EmbeddingUsage, EmbeddingResponse])
def test_the_annotations_are_there_at_run_time(cls):
    """A wire compiles the class from its annotations."""
    assert typing.get_type_hints(cls)
