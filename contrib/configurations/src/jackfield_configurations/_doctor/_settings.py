"""Whether the settings fit, and which of them are not in the configuration but in the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield.configuration import check, environment, settings_of
from jackfield.errors import JackfieldError
from jackfield_configurations._doctor._finding import Finding, parted
from jackfield_configurations._doctor._subject import Subject, sketched

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from jackfield.configuration import SettingFacts
    from jackfield_configurations._doctor._deadline import Deadline

_PLAIN = "use https:// in endpoint, or set allow_plain_http = true where you trust the way"


def probe(provider: str, settings: Mapping[str, Any], deadline: Deadline) -> Generator[Finding, None, Subject | None]:
    """Look at the settings; return what is to be examined further, or None."""
    problems = check(provider, settings)
    wrong = {problem.partition(":")[0] for problem in problems}
    for problem in problems:
        yield Finding("settings", "problem", *parted(problem))
    if "provider" in wrong:
        return None
    facts = {fact.name: fact for fact in settings_of(provider)}
    if not problems:
        yield Finding("settings", "ok", f"the provider {provider!r} takes them")
    yield from _from_environment(facts.values(), settings, wrong)
    if problems:
        return None
    try:
        request = sketched(provider, settings)
    except JackfieldError as error:
        yield Finding("credential", "problem", *parted(str(error)))
        return None
    subject = Subject(provider=provider, settings=settings, facts=facts, request=request, deadline=deadline)
    if subject.is_readable_on_the_way:
        found = f"{subject.host} is reached by plain http: prompts and credentials would be readable on the way"
        yield Finding("plain http", "problem", found, _PLAIN)
        return None
    return subject


def _from_environment(facts: Iterable[SettingFacts], settings: Mapping[str, Any], wrong: set[str]) -> Iterator[Finding]:
    """Tell which settings are taken from the environment, and which of them could not be."""
    for fact in facts:
        variable = next((name for name in fact.env if environment(name)), None)
        if variable is None or settings.get(fact.name) is not None:
            continue
        if fact.name in wrong:
            found = f"{variable} is set, but was meant for another endpoint or does not fit: it is not used"
        else:
            found = f"{fact.name} is not in the configuration: what {variable} holds is used where it fits the endpoint"
        yield Finding("environment", "notice", found)
