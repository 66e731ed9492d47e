"""Python objects of the JSON documents that a model wrote, and documents of objects.

Rule 1: values are what the schema said, and are not made to fit: a model that writes "5" for 5 is told so.
Rule 2: what does not fit is said with its path, all of it at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield.typed._kinds import is_object, may_be_null
from jackfield.typed._schema import WRAPPED
from jackfield.typed._words import called, cut

if TYPE_CHECKING:
    from jackfield.typed._functions import FunctionFacts


class Misfit(ValueError):  # noqa: N818 - caught by whoever asked, never shown
    """What a model said does not fit.

    Attributes:
        problems: What does not fit, each with its path.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def build(document: Any, kind: Any) -> Any:
    """Return *document*, which follows the schema of *kind*, as a *kind*.

    Raises:
        Misfit: It does not.
    """
    if not is_object(kind) and isinstance(document, dict) and [WRAPPED] == list(document):
        return _built(document[WRAPPED], kind, f"$.{WRAPPED}")
    return _built(document, kind, "$")


def build_arguments(document: Any, facts: FunctionFacts) -> dict[str, Any]:
    """Return *document* as the arguments of a function.

    Null for one that may be left out leaves it out, unless null is something that may be said to it.

    Raises:
        Misfit: They do not fit.
    """
    if not isinstance(document, dict):
        raise Misfit([f"expected an object, got {called(document)} @ $"])
    arguments, problems = {}, []
    for each in facts.arguments:
        value = document.get(each.name)
        if each.optional and (each.name not in document or (value is None and not may_be_null(each.kind))):
            continue
        try:
            arguments[each.name] = _built(value, each.kind, f"$.{each.name}")
        except Misfit as misfit:
            problems += misfit.problems
    known = {each.name for each in facts.arguments}
    problems += [f"there is no such argument @ $.{cut(name)}" for name in document if name not in known]
    if problems:
        raise Misfit(problems)
    return arguments


def _built(document: Any, kind: Any, path: str) -> Any:
    from jackfield.typed._building import converter, told  # noqa: PLC0415 - cattrs comes only where objects are wanted

    try:
        return converter().structure(document, kind)
    except Exception as error:  # noqa: BLE001 - a validator of the class's own may raise anything
        raise Misfit(told(error, path)) from None


def plain(value: Any) -> Any:
    """Return *value* as JSON has it: objects as dicts, enums as their values, times as text."""
    from jackfield.typed._building import plain_converter  # noqa: PLC0415 - as above

    return plain_converter().unstructure(value)
