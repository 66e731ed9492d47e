"""Python's types on both sides of a model: the JSON schema it is told, and the object made of what it says.

Schemas follow the strict rules that providers want: every property is required, no other is allowed, what may be
absent may be null instead.
"""

from __future__ import annotations

from jackfield.typed._documents import Misfit, build, build_arguments, plain
from jackfield.typed._functions import FunctionFacts, facts_of
from jackfield.typed._schema import name_of, schema_of

__all__ = ["FunctionFacts", "Misfit", "build", "build_arguments", "facts_of", "name_of", "plain", "schema_of"]
