"""A token says of itself whom it is for, from where, and how long it lives. It is decoded, not verified, not shown."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from jackfield_configurations._doctor._facts import (
    AUDIENCES,
    LOOKS_RIGHT,
    RENEWAL,
    SCOPE_SETTING,
    TOKEN_SETTING,
)
from jackfield_configurations._doctor._finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jackfield_configurations._doctor._subject import Subject

_SEGMENTS = 3
_SOON = 300
_BEARER = "bearer "
_NO_TOKEN = "what is given as token is no token of Entra's: that has three parts with dots between"  # noqa: S105
_NO_TOKEN_ADVICE = "if it is a key, use the provider for keys; else copy the whole token"  # noqa: S105


@frozen
class Claims:
    """What a token says of itself.

    Attributes:
        audience: Whom it is for; empty where it does not say.
        begins: From when it is valid, in Unix seconds, or None.
        ends: Until when, in Unix seconds, or None.
        tenant: The directory that it is from, or None.
    """

    audience: str
    begins: float | None
    ends: float | None
    tenant: str | None


def claims_of(subject: Subject) -> Claims | None:
    """Return what the token of a request says of itself; None where it is no such token."""
    credential = subject.request.revealed_headers().get("authorization", "")
    if not credential.lower().startswith(_BEARER):
        return None
    segments = credential[len(_BEARER) :].split(".")
    if len(segments) != _SEGMENTS:
        return None
    try:
        facts = json.loads(urlsafe_b64decode(segments[1] + "=" * (-len(segments[1]) % 4)))
    except ValueError:
        return None
    if not isinstance(facts, dict):
        return None
    audience = facts.get("aud")
    return Claims(
        audience=str(audience[0] if isinstance(audience, list) and audience else audience or "").rstrip("/"),
        begins=_number(facts.get("nbf")),
        ends=_number(facts.get("exp")),
        tenant=str(facts["tid"]) if facts.get("tid") else None,
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and 0 < value < 1e11 else None  # noqa: PLR2004 - a date


def needed(subject: Subject) -> tuple[str, ...]:
    """Return for whom a token may be; nothing where that is not known."""
    if not subject.names_deployments:
        return ()
    scope = str(subject.settings.get(SCOPE_SETTING) or "").removesuffix("/.default").rstrip("/")
    usual = next(audiences for end, audiences in AUDIENCES if subject.host.endswith(end))
    return (scope, *usual) if scope and scope not in usual else usual


def troubles(subject: Subject, claims: Claims) -> list[str]:
    """Return what is wrong with a token, by what it says of itself."""
    now, audiences = time.time(), needed(subject)
    wrong = []
    if claims.ends is not None and claims.ends <= now:
        wrong.append(f"expired {_time(claims.ends)}, {_span(now - claims.ends)} ago")
    if claims.begins is not None and claims.begins > now + _SOON:
        wrong.append(f"is not valid before {_time(claims.begins)}; this machine's clock says {_time(now)}")
    if _is_for_another(claims, audiences):
        wrong.append(f"is for {claims.audience}; needed is {' or '.join(audiences)}")
    return wrong


def is_sent(subject: Subject) -> bool:
    """Tell whether it is a token that is sent, good or bad, and no key."""
    return claims_of(subject) is not None or _wants_one(subject)


def advice(subject: Subject) -> str:
    """Return what to do about a token that was refused, from what it says of itself."""
    claims = claims_of(subject)
    return LOOKS_RIGHT if claims is not None and not troubles(subject, claims) else "see what is said of the token"


def probe(subject: Subject) -> Iterator[Finding]:
    """Look at the token, where there is one."""
    claims = claims_of(subject)
    if claims is None:
        if _wants_one(subject):
            yield Finding("token", "problem", _NO_TOKEN, _NO_TOKEN_ADVICE)
        return
    audiences = needed(subject)
    change = RENEWAL.format(audience=audiences[0]) if audiences else "pass a new one"
    wrong = troubles(subject, claims)
    for each in wrong:
        yield Finding("token", "problem", f"the token {each}", change)
    if wrong:
        return
    if claims.ends is not None and claims.ends < time.time() + _SOON:
        yield Finding("token", "notice", _story(claims), change)
    else:
        yield Finding("token", "ok", _story(claims))


def _wants_one(subject: Subject) -> bool:
    """Tell whether the provider sends tokens. Other providers' bearers may be keys."""
    sent = "authorization" in subject.request.headers
    return sent and subject.names_deployments and TOKEN_SETTING in subject.facts


def _is_for_another(claims: Claims, audiences: tuple[str, ...]) -> bool:
    """Tell whether the audience is an address, and none of those that will do. An id says nothing without a list."""
    return bool(audiences) and "://" in claims.audience and claims.audience not in audiences


def _story(claims: Claims) -> str:
    facts = [f"is for {claims.audience or 'nobody that it names'}"]
    if claims.tenant is not None:
        facts.append(f"from the tenant {claims.tenant}")
    if claims.ends is not None:
        facts.append(f"expires {_time(claims.ends)}, in {_span(claims.ends - time.time())}")
    return f"the token {', '.join(facts)}"


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"  # noqa: PLR2004 - minutes that are read as such
