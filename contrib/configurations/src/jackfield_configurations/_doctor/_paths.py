"""Nothing is at the endpoint: is it with another version, or another path?

Azure's dated surface answers 404 to a version that it does not know as it does to a wrong path; its v1 surface knows
no dates. OpenAI-shaped endpoints often want the /v1 that was left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jackfield import MODELS, AnswerError, Client, JackfieldError
from jackfield_configurations._doctor._facts import DATED_VERSION, V1, VERSION_SETTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jackfield_configurations._doctor._subject import Subject

_NOT_FOUND = 404
_PATIENCE = 5.0


def other_way(subject: Subject) -> str | None:
    """Return what to set so that there is something, or None where nothing of what is usual helps."""
    for changes in _candidates(subject):
        if _answers(subject, changes):
            return "set " + " and ".join(f"{name} = {value!r}" for name, value in changes.items()) + ": that is there"
    return None


def _candidates(subject: Subject) -> Iterator[dict[str, Any]]:
    parts = urlsplit(subject.request.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if subject.names_deployments:
        if subject.settings.get(VERSION_SETTING) != DATED_VERSION:
            yield {VERSION_SETTING: DATED_VERSION}
        if subject.settings.get(VERSION_SETTING) != V1:
            yield {VERSION_SETTING: V1}
        yield {"endpoint": origin, VERSION_SETTING: DATED_VERSION}
        yield {"endpoint": origin, VERSION_SETTING: V1}
        return
    base = origin + parts.path.removesuffix("/models").rstrip("/")
    for candidate in dict.fromkeys((f"{base}/v1", f"{origin}/v1", f"{origin}/api/v1", origin)):
        if candidate != base:
            yield {"endpoint": candidate}


def _answers(subject: Subject, changes: dict[str, Any]) -> bool:
    """Tell whether the models are there with other settings. The origin is the same, so is the credential's."""
    seconds = subject.deadline.left(_PATIENCE)
    try:
        with Client(subject.provider, **subject.with_settings(**changes)) as client:
            client.call(MODELS, deadline=seconds, timeout=seconds)
    except AnswerError as error:
        return error.status in (401, 403)
    except JackfieldError:
        return False
    return True
