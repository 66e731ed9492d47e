"""The examination, from the inside to the outside: settings, credential, network, calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from jackfield import Secret, SetupError
from jackfield_configurations._doctor import _calls, _network, _proxy, _settings, _tls, _token
from jackfield_configurations._doctor._deadline import Deadline, TimeUsedUpError
from jackfield_configurations._doctor._finding import Finding, in_one_line
from jackfield_configurations._hiding import in_the_clear
from jackfield_configurations._secrecy import facts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from jackfield_configurations._doctor._subject import Subject

_PROBES: tuple[Callable[[Subject], Generator[Finding, None, bool]], ...] = (
    _proxy.probe,
    _network.name_probe,
    _network.connection_probe,
    _tls.probe,
)


def examine(
    provider: str, settings: Mapping[str, Any], *, deadline: float = 30.0, paid: bool = False
) -> Iterator[Finding]:
    """Find out why a client with these arguments does not work, or that it does.

    Args:
        provider: The provider's name.
        settings: The other arguments of a `Client`, secrets as `Secret` or as text.
        deadline: How many seconds it may take; what is left over then is skipped.
        paid: Whether what costs more than a few tokens may be asked: a picture.

    Yields:
        Findings as they come. None holds a credential.
    """
    secrets = _secrets(provider, settings)
    scrubs: list[Callable[[str], str]] = [secret.scrub for secret in secrets]
    for finding in _findings(provider, settings, Deadline(deadline), paid, scrubs):
        yield _scrubbed(finding, scrubs)


def _findings(
    provider: str,
    settings: Mapping[str, Any],
    deadline: Deadline,
    paid: bool,  # noqa: FBT001 - as `examine`
    scrubs: list[Callable[[str], str]],
) -> Iterator[Finding]:
    subject = yield from _settings.probe(provider, settings, deadline)
    if subject is None:
        yield Finding("calls", "skipped", "nothing was sent: the settings come first")
        return
    scrubs.append(subject.request.scrub)
    try:
        yield from _token.probe(subject)
        if subject.is_remote:
            for probe in _PROBES:
                if not (yield from probe(subject)):
                    yield Finding("calls", "skipped", "nothing was asked: the way there comes first")
                    return
        yield from _calls.probe(subject, paid=paid)
    except TimeUsedUpError:
        yield Finding("time", "notice", "the time is used up, and the rest was not tried", "give it more time")


def _secrets(provider: str, settings: Mapping[str, Any]) -> list[Secret]:
    """Return the credentials among the settings, and what looks like one in the wrong place."""
    headers = settings.get("headers") or {}
    values: list[Any] = [value for value in settings.values() if isinstance(value, Secret)]
    values += headers.values() if hasattr(headers, "values") else []
    values += in_the_clear(settings, facts_of(provider))
    return [secret for value in values if (secret := _secret(value)) is not None]


def _secret(value: Any) -> Secret | None:
    try:
        return value if isinstance(value, Secret) else Secret(value) if isinstance(value, str) else None
    except SetupError:  # it cannot be sent either
        return None


def _scrubbed(finding: Finding, scrubs: list[Callable[[str], str]]) -> Finding:
    found, change = finding.found, finding.change or ""
    for scrub in scrubs:
        found, change = scrub(found), scrub(change)
    return evolve(finding, found=in_one_line(found), change=in_one_line(change) or None)
