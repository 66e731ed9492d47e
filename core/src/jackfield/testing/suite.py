"""`ProviderSuite`: what every provider must keep, as tests. A provider's test file is one class.

    class TestMine(ProviderSuite):
        name = "mine"
        settings = {"api_key": SECRET}
        samples = Path(__file__).parent / "samples"
        supports = {CHAT, MODELS}

The attributes are described in `Subject`. Every check is a plain method: `failures(TestMine)` runs them all without
pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jackfield.testing.checks.answers import AnswerChecks
from jackfield.testing.checks.clients import ClientChecks
from jackfield.testing.checks.credentials import CredentialChecks
from jackfield.testing.checks.refusals import RefusalChecks
from jackfield.testing.checks.requests import RequestChecks
from jackfield.testing.checks.secrecy import SecrecyChecks
from jackfield.testing.checks.setup import SetupChecks
from jackfield.testing.checks.streams import StreamChecks

if TYPE_CHECKING:
    from collections.abc import Iterator


class ProviderSuite(
    SetupChecks, RequestChecks, CredentialChecks, AnswerChecks, StreamChecks, RefusalChecks, ClientChecks, SecrecyChecks
):
    """All checks of a provider, run with the network blocked and the provider's environment variables unset."""

    @pytest.fixture(autouse=True)
    def _sealed(self) -> Iterator[None]:
        with self.sealed():
            yield

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a check once for each operation, sample or stream."""
        for argument, cases in self.cases().items():
            if argument in metafunc.fixturenames:
                metafunc.parametrize(argument, [pytest.param(case.value, id=case.id) for case in cases])
