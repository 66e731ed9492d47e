"""Answers in JSON: by mode, by schema, and what makes values for a schema."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel

from jackfield_emulator._chance import chance
from jackfield_emulator._schema import Example

MODEL = "gpt-4o-mini"
MESSAGES = [{"role": "user", "content": "Plan a trip, as JSON."}]


class Stop(BaseModel):
    """A place on the way."""

    city: str
    nights: int


class Trip(BaseModel):
    """What is asked for."""

    title: str
    stops: list[Stop]
    budget: float
    cheap: bool
    note: str | None


def test_json_mode(client):
    """In JSON mode the text is an object."""
    choice = client.chat.completions.create(
        model=MODEL, messages=MESSAGES, response_format={"type": "json_object"}
    ).choices[0]

    assert {"topic", "answer", "confidence"} == set(json.loads(choice.message.content))


def test_schema(client):
    """With a schema the SDK parses the text into the class that the schema was made from."""
    parsed = (
        client.chat.completions.parse(model=MODEL, messages=MESSAGES, response_format=Trip).choices[0].message.parsed
    )

    assert isinstance(parsed, Trip)
    assert "Paris" == parsed.stops[0].city


@pytest.mark.parametrize(
    ("schema", "fits"),
    [
        ({"type": "integer", "minimum": 3, "maximum": 5}, lambda value: value in (3, 4, 5)),
        ({"type": "integer", "exclusiveMinimum": 10, "maximum": 11}, lambda value: 11 == value),
        ({"type": "integer", "exclusiveMaximum": 2, "minimum": 1}, lambda value: 1 == value),
        ({"type": "integer", "multipleOf": 7}, lambda value: not value % 7),
        ({"type": "integer", "maximum": -200}, lambda value: value <= -200),
        ({"type": "number", "minimum": 0.25, "maximum": 0.26}, lambda value: 0.25 <= value <= 0.26),
        ({"type": "number", "multipleOf": 0.5, "minimum": 1, "maximum": 2}, lambda value: value in (1, 1.5, 2)),
        ({"type": "string", "maxLength": 3}, lambda value: 3 == len(value)),
        ({"type": "string", "minLength": 30}, lambda value: len(value) >= 30),
        ({"type": "string", "format": "date"}, lambda value: "2025-03-14" == value),
        ({"type": "boolean"}, lambda value: value in (True, False)),
        ({"type": "null"}, lambda value: value is None),
        ({"type": ["null", "integer"]}, lambda value: isinstance(value, int)),
        ({"enum": ["a", "b"]}, lambda value: value in "ab"),
        ({"const": 4}, lambda value: 4 == value),
        ({"anyOf": [{"type": "null"}, {"const": 1}]}, lambda value: 1 == value),
        ({"type": "array", "items": {"const": 1}, "minItems": 3}, lambda value: [1, 1, 1] == value),
        ({"type": "array", "items": {"const": 1}, "maxItems": 1}, lambda value: [1] == value),
        ({"prefixItems": [{"const": 1}], "items": {"const": 2}}, lambda value: [1, 2] == value),
        (
            {"allOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"const": 2}}}]},
            {"a": 1, "b": 2}.__eq__,
        ),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"const": 9}}}, lambda value: 9 == value),
        ({"properties": {"a": {"type": "object"}}}, lambda value: {"a": {}} == value),
        ({}, lambda value: isinstance(value, str)),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "fits",
)
def test_examples_fit(schema, fits):
    """A value made for a schema satisfies it, whatever the chance."""
    assert [] == [value for seed in range(20) if not fits(value := Example(schema, chance(seed)).value())]


def test_recursion_ends():
    """A schema that contains itself gets a value that ends."""
    node = {"properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["next"]}

    assert "null" in json.dumps(Example(node, chance(1)).value())
