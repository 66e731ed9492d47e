"""Found, made and bound: what has to hold before the first call."""

from __future__ import annotations

import pytest

from jackfield._binding import bind
from jackfield._discovery import find, installed
from jackfield._settings import load
from jackfield.errors import SettingsError, UnsupportedOperationError
from jackfield.testing.checks._raised import raised
from jackfield.testing.subject import AnyOperation, Subject, required_settings

_NO_SETTING = "no_such_setting"


class SetupChecks(Subject):
    """Entry point, settings, hooks, samples."""

    def test_one_distribution_provides_it(self) -> None:
        """The entry point exists, belongs to exactly one distribution, and can be imported."""
        claimants = installed("jackfield.providers").get(self.name, [])
        assert 1 == len(claimants), f"the provider {self.name!r} is claimed by {claimants}, and must be by exactly one"
        assert callable(getattr(find("jackfield.providers", self.name), "parts", None)), "it has no parts()"

    def test_settings_are_enough(self) -> None:
        """The settings that the suite is given make a provider object."""
        assert self.made().parts(), "parts() returns no parts"

    def test_all_problems_of_settings_come_at_once(self) -> None:
        """Unknown and missing settings are refused in one error that names them all."""
        error = raised(SettingsError, lambda: load(self.factory(), {_NO_SETTING: 1}, self.name), "unknown setting")
        named = {problem.partition(":")[0] for problem in error.problems}
        assert {_NO_SETTING, *required_settings(type(self))} == named

    def test_missing_settings_are_refused(self) -> None:
        """Without settings there is a SettingsError naming those that are required, and no other."""
        required = required_settings(type(self))
        if not required:
            pytest.skip("no setting is required")
        error = raised(SettingsError, lambda: load(self.factory(), {}, self.name), "no settings")
        assert required == {problem.partition(":")[0] for problem in error.problems}

    def test_binds(self) -> None:
        """Each provider hook has one implementation, no hook is misspelt, no argument of one has a default."""
        binding = bind(self.name, self.made().parts())
        assert not self.streamed() or binding.open_stream is not None, "it streams, and no part implements open_stream"

    def test_has_golden_answers(self) -> None:
        """There is a golden answer of every operation, and the same one as a stream where it streams."""
        missing = [f"{each.name}.json" for each in self.supports if not self.golden(each, ".json")]
        paired = {case.value.operation for case in self.cases()["pair"]}
        unpaired = [each for each in self.streamed() if each not in paired]
        missing += [f"{each.name}{self.stream_ending}, the same answer as a .json file" for each in unpaired]
        assert [] == missing, f"missing in {self.samples}: {missing}"

    def test_says_what_it_lacks(self, lacking: AnyOperation) -> None:
        """An operation that it lacks is an UnsupportedOperationError before anything is encoded."""
        raised(UnsupportedOperationError, lambda: self.bound().build_url(self.call(lacking)), lacking.name)
