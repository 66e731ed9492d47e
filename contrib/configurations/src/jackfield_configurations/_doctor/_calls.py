"""Calls as a program would make them: a model, the smallest thing it does; then the list of models.

Rule: what is configured is tried. Where only a deployment is, nobody knows what it does: chat is tried, and where it
cannot, embeddings.
"""

from __future__ import annotations

import time
from difflib import get_close_matches
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from attrs import evolve

from jackfield import MODELS, Client, InvalidRequestError, JackfieldError, UnsupportedOperationError
from jackfield_configurations._doctor._facts import DEPLOYMENT_SETTING
from jackfield_configurations._doctor._finding import Finding
from jackfield_configurations._doctor._paths import other_way
from jackfield_configurations._doctor._refusals import finding_of, is_about_credentials
from jackfield_configurations._doctor._token import advice, is_sent
from jackfield_configurations._doctor._trials import TRIALS, Trial, tried

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from jackfield import ModelsResponse
    from jackfield_configurations._doctor._subject import Subject

_CHAT, _EMBEDDINGS, _IMAGES = TRIALS
_PAID = "drawing costs money, and was not tried"
_SKEW = 120
_FEW = 5
_BEYOND_THE_ADDRESS = ("model", "deployment", "operation", "path", "request", "role")
"""What a refusal may be about although address and credential are right: then the models are listed."""


def probe(subject: Subject, *, paid: bool) -> Iterator[Finding]:
    """Ask a model something, then for the models."""
    with Client(subject.provider, **subject.with_settings()) as client:
        configured = [trial for trial in TRIALS if _is_configured(subject, trial)]
        asked: list[bool] = []
        for trial in configured or [_CHAT]:
            if trial is _IMAGES and not paid:
                yield Finding(trial.about, "skipped", _PAID, "allow it (paid), or draw one")
                continue
            outcome = yield from _try(subject, client, trial, guessing=not configured)
            if outcome is not None:
                asked.append(outcome)
        if not all(asked):
            return
        yield from _list(subject, client, decisive=not asked)


def _is_configured(subject: Subject, trial: Trial) -> bool:
    return bool(subject.settings.get(trial.operation.model_setting or ""))


def _try(subject: Subject, client: Client, trial: Trial, *, guessing: bool) -> Generator[Finding, None, bool | None]:
    """Try one operation; return whether it works, or None where it could not be asked."""
    try:
        response = tried(client, trial, subject.deadline.left())
    except JackfieldError as error:
        return (yield from _failed(subject, client, error, trial, guessing=guessing))
    seconds = response.meta.seconds if response.meta is not None else 0.0
    yield Finding(trial.about, "ok", f"{trial.story(response)}, in {seconds:.1f} s")
    yield from _clock(response)
    return True


def _failed(
    subject: Subject, client: Client, error: JackfieldError, trial: Trial, *, guessing: bool
) -> Generator[Finding, None, bool | None]:
    """Say why an operation does not work; where it was but a guess, try the next one."""
    if isinstance(error, UnsupportedOperationError):
        yield Finding(trial.about, "skipped", error.message)
        return None
    if guessing and isinstance(error, InvalidRequestError):
        change = f"each call must name one; or set {trial.operation.model_setting} to the one that is meant otherwise"
        yield Finding(trial.about, "skipped", "no model is configured", change)
        return None
    if guessing and finding_of(error, trial.about).check == "operation":
        return (yield from _guess_again(subject, client, trial))
    yield from _clock(error)
    yield from _explained(subject, client, error, trial)
    return False


def _guess_again(subject: Subject, client: Client, trial: Trial) -> Generator[Finding, None, bool | None]:
    if trial is _CHAT:
        yield Finding(trial.about, "skipped", f"{_named(subject)} does not chat")
        return (yield from _try(subject, client, _EMBEDDINGS, guessing=True))
    yield Finding(trial.about, "skipped", f"{_named(subject)} does not embed either: it may draw")
    return True


def _named(subject: Subject) -> str:
    deployment = subject.settings.get(DEPLOYMENT_SETTING)
    return f"the deployment {deployment!r}" if deployment else "what is configured"


def _explained(subject: Subject, client: Client, error: JackfieldError, trial: Trial) -> Iterator[Finding]:
    """Say what a refusal means, with what other calls tell about it."""
    finding = finding_of(error, trial.about, has_token=is_sent(subject))
    if finding.check == "model":
        finding = evolve(finding, change=_suggested(subject, client, trial) or finding.change)
    is_listed = finding.check in _BEYOND_THE_ADDRESS and not isinstance(_models(subject, client), JackfieldError)
    if finding.check == "path" and is_listed:
        yield evolve(finding, check="operation", change=f"name a model, or a server, that does {trial.operation.name}")
    else:
        yield _with_more(subject, finding)
    if is_listed:
        yield Finding("models", "ok", "the list of models is there, so address and credential are right")


def _with_more(subject: Subject, finding: Finding) -> Finding:
    """Return a finding with what is known beside the refusal itself."""
    if finding.check == "path":
        return evolve(finding, change=other_way(subject) or finding.change)
    return evolve(finding, change=advice(subject)) if finding.check == "token" else finding


def _suggested(subject: Subject, client: Client, trial: Trial) -> str | None:
    """Return which models there are that are named nearly as the one that is not."""
    listed = _models(subject, client)
    setting = trial.operation.model_setting or ""
    named = str(subject.settings.get(setting) or "")
    if isinstance(listed, JackfieldError) or not named:
        return None
    near = get_close_matches(named, [model.id for model in listed.data], _FEW, 0.5)
    return f"set {setting} to one that is there: {', '.join(near)}" if near else None


def _models(subject: Subject, client: Client) -> ModelsResponse | JackfieldError:
    """Return the models, or why they are not to be had."""
    seconds = subject.deadline.left()
    try:
        return client.call(MODELS, deadline=seconds, timeout=seconds)
    except JackfieldError as error:
        return error


def _list(subject: Subject, client: Client, *, decisive: bool) -> Iterator[Finding]:
    """Ask for the models. Where nothing else could be asked, that decides."""
    listed = _models(subject, client)
    if decisive:
        yield from _clock(listed)
    if not isinstance(listed, JackfieldError):
        yield Finding("models", "ok", _some([model.id for model in listed.data]))
    elif isinstance(listed, UnsupportedOperationError):
        yield Finding("models", "skipped", str(listed))
    elif decisive:
        yield _with_more(subject, finding_of(listed, "models", has_token=is_sent(subject)))
    elif is_about_credentials(listed):
        yield Finding("models", "notice", "the credential may ask a model, and may not list them")
    else:
        yield Finding("models", "notice", f"they are not listed: {finding_of(listed, 'models').found}")


def _some(names: Sequence[str]) -> str:
    if not names:
        return "none is listed"
    return f"{len(names)} are listed: {', '.join(names[:_FEW])}" + (", …" if len(names) > _FEW else "")


def _clock(answered: Any) -> Iterator[Finding]:
    """Compare this machine's clock with the provider's: tokens and certificates are judged by them."""
    meta = answered.meta
    try:
        date = parsedate_to_datetime("" if meta is None else meta.headers.get("date", ""))
    except (TypeError, ValueError):
        return
    skew = time.time() - date.timestamp()
    if abs(skew) > _SKEW:
        found = (
            f"this machine's clock is {abs(skew) / 60:.0f} min {'ahead of' if skew > 0 else 'behind'} the provider's"
        )
        yield Finding("clock", "notice", found, "set this machine's clock")
