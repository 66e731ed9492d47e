"""What an everyday method is given, told apart: a request's fields, and the options of its call.

Apart from `parameters`, which is for type checkers: making its mappings takes 2 ms that no call needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield._options import UNSET
from jackfield.operations._rules import as_tuple

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONS = ("timeout", "deadline", "retries", "headers")


def parted(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of a request and the options of its call apart; an option that is not given is `UNSET`."""
    fields = {name: value for name, value in given.items() if name not in OPTIONS}
    if "tools" in fields:
        fields["tools"] = as_tuple(fields["tools"])  # they are looked at twice
    return fields, {name: given.get(name, UNSET) for name in OPTIONS}
