"""A value that satisfies a JSON schema, of the simple kind that tools and structured answers have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from attrs import frozen

from jackfield_emulator import _rules as rules

_DEEPEST = 8
_SCHEMA = rules.rule("object|boolean")
_KEYWORDS = {
    **dict.fromkeys(("properties", "$defs", "definitions"), rules.rule("object")),
    **dict.fromkeys(("anyOf", "oneOf", "allOf"), rules.rule("array", 1)),
    **dict.fromkeys(("minItems", "maxItems", "minLength", "maxLength"), rules.rule("integer", 0, 100_000)),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), rules.rule("number", -1e15, 1e15)),
    "multipleOf": rules.rule("number", 1e-9),
    "enum": rules.rule("array", 1),
    "prefixItems": rules.rule("array"),
    "required": rules.rule("array"),
    "type": rules.rule("string|array"),
    "format": rules.rule("string"),
    "$ref": rules.rule("string"),
}
_BY_FORMAT = {
    "date": "2025-03-14",
    "date-time": "2025-03-14T15:09:26Z",
    "time": "15:09:26Z",
    "duration": "P3D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
    "uri": "https://example.com/",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
}
_BY_NAME = {
    "city": "Paris",
    "country": "France",
    "currency": "EUR",
    "date": "2025-03-14",
    "email": "someone@example.com",
    "language": "French",
    "location": "Paris, France",
    "name": "Ada",
    "place": "Paris",
    "unit": "celsius",
    "url": "https://example.com/",
}
_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "juniper")


def check(at: str, schema: Any) -> None:
    """Check that *schema* is one, as far as examples are made of it.

    Raises:
        Refusal: A keyword has a value of another type.
    """
    rules.check(at, schema, _SCHEMA)
    if isinstance(schema, bool):
        return
    for keyword, rule in _KEYWORDS.items():
        if keyword in schema:
            rules.check(f"{at}.{keyword}", schema[keyword], rule)
    for keyword in ("properties", "$defs", "definitions"):
        for name, each in schema.get(keyword, {}).items():
            check(f"{at}.{keyword}.{name}", each)
    for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for number, each in enumerate(schema.get(keyword, ())):
            check(f"{at}.{keyword}[{number}]", each)
    if "items" in schema:
        check(f"{at}.items", schema["items"])


@frozen
class Example:
    """Makes values for one schema; the same source makes the same ones."""

    root: Mapping[str, Any]
    source: Random

    def value(self, schema: Any = None, name: str = "", depth: int = 0) -> Any:
        """Return a value for *schema*, by default for the whole."""
        schema = self._resolved(self.root if schema is None else schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.source.choice(schema["enum"])
        for several in ("anyOf", "oneOf"):
            if schema.get(several):
                return self.value(self._simplest(schema[several], depth), name, depth)
        return self._made(_type(schema), schema, name, depth)

    def _made(self, kind: str, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        makers: dict[str, Callable[[], Any]] = {
            "object": lambda: self._object(schema, depth),
            "array": lambda: self._array(schema, name, depth),
            "integer": lambda: self._integer(schema),
            "number": lambda: self._number(schema),
            "boolean": lambda: self.source.choice((True, False)),
            "null": lambda: None,
        }
        return makers.get(kind, lambda: self._word(schema, name))()

    def _resolved(self, schema: Any) -> dict[str, Any]:
        """Return *schema* with its reference followed and its `allOf` merged in."""
        if not isinstance(schema, Mapping):
            return {}
        result = dict(schema)
        for _ in range(_DEEPEST):
            reference = result.pop("$ref", None)
            if reference is None:
                break
            result = {**self._referred(str(reference)), **result}
        for part in result.pop("allOf", ()):
            more = self._resolved(part)
            properties = {**result.get("properties", {}), **more.get("properties", {})}
            required = [*result.get("required", ()), *more.get("required", ())]
            result = {**more, **result}
            if properties:
                result |= {"properties": properties, "required": required}
        return result

    def _referred(self, reference: str) -> dict[str, Any]:
        found: Any = self.root
        for step in reference.removeprefix("#").strip("/").split("/"):
            if step:
                found = found.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(found, Mapping) else {}
        return dict(found) if isinstance(found, Mapping) else {}

    def _simplest(self, choices: list[Any], depth: int) -> Any:
        nothing = [choice for choice in choices if "null" == _type(self._resolved(choice))]
        if depth >= _DEEPEST and nothing:
            return nothing[0]
        return next((choice for choice in choices if choice not in nothing), choices[0])

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        return {
            name: self.value(each, name, depth + 1)
            for name, each in schema.get("properties", {}).items()
            if depth < _DEEPEST or name in required
        }

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        fewest = schema.get("minItems", 0)
        many = fewest if depth >= _DEEPEST else max(fewest, min(2, schema.get("maxItems", 2)))
        made = [self.value(each, name, depth + 1) for each in schema.get("prefixItems", ())]
        return made + [self.value(schema.get("items", {}), name, depth + 1) for _ in range(many - len(made))]

    def _integer(self, schema: Mapping[str, Any]) -> int:
        step = schema.get("multipleOf", 1)
        low, high = _between(schema, step)
        return int(
            step * self.source.randint(math.ceil(low / step), max(math.floor(high / step), math.ceil(low / step)))
        )

    def _number(self, schema: Mapping[str, Any]) -> float:
        step = schema.get("multipleOf")
        if step:
            low, high = _between(schema, step)
            return float(step * self.source.randint(math.ceil(low / step), math.floor(high / step)))
        low, high = _between(schema, 1e-3)
        value = round(self.source.uniform(low, high), 2)
        return value if low <= value <= high else low

    def _word(self, schema: Mapping[str, Any], name: str) -> str:
        text = _BY_FORMAT.get(schema.get("format", "")) or _BY_NAME.get(name.lower()) or self.source.choice(_WORDS)
        while len(text) < schema.get("minLength", 0):
            text = f"{text} {self.source.choice(_WORDS)}"
        return text[: schema.get("maxLength", len(text))]


def _type(schema: Mapping[str, Any]) -> str:
    said = schema.get("type")
    if isinstance(said, list):
        said = next((each for each in said if "null" != each), "null")
    if said is None:
        return "object" if "properties" in schema else "array" if "items" in schema else "string"
    return str(said)


def _between(schema: Mapping[str, Any], step: float) -> tuple[float, float]:
    """Return the smallest and the largest value allowed; where nothing is said, they are a hundred apart."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"] + step
    if "exclusiveMaximum" in schema:
        high = schema["exclusiveMaximum"] - step
    if low is None:
        low = 1 if high is None or high >= 1 else high - 100
    return low, max(low, low + 99 if high is None else high)
