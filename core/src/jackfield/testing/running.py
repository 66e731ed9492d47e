"""Running the checks of a suite without a test runner."""

from __future__ import annotations

import inspect
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from jackfield.testing.suite import ProviderSuite
    from jackfield.testing.transport_suite import TransportSuite


def failures(suite: type[ProviderSuite | TransportSuite]) -> dict[str, Exception]:
    """Run every check of *suite* and return what failed, by check and case. Empty where all is well."""
    found: dict[str, Exception] = {}
    cases = suite.cases()
    for name in (each for each in dir(suite) if each.startswith("test_")):
        check = getattr(suite(), name)
        arguments = inspect.signature(check).parameters
        for chosen in product(*(cases[argument] for argument in arguments)):
            error = _error(suite, check, [case.value for case in chosen])
            if error is not None:
                found[f"{name}[{'-'.join(case.id for case in chosen)}]" if chosen else name] = error
    return found


def _error(suite: type[ProviderSuite | TransportSuite], check: Any, values: list[Any]) -> Exception | None:
    try:
        with suite.sealed():
            check(*values)
    except pytest.skip.Exception:
        return None
    except Exception as error:  # noqa: BLE001 - that is what is asked for
        return error
    return None
