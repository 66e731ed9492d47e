"""Pictures that are not to be had at their URL. The answer that names the URL is the good one."""

from __future__ import annotations

from jackfield_emulator._plan import Plan, Repeat, Write
from jackfield_emulator._scenarios._spoilt import Given, Scenario

_PICTURE = ("picture",)
_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in to this network.</body></html>"


def _expired(given: Given) -> Plan:
    """Answer as the store does, which quotes what it was asked."""
    text = (
        '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>Server failed to '
        "authenticate the request.</Message><AuthenticationErrorDetail>Signed expiry time must be after now: "
        f"{given.asked.target}</AuthenticationErrorDetail></Error>"
    )
    return given.refused(403, text.encode(), "application/xml")


def _endless(given: Given) -> Plan:
    written = given.plan.actions[:1]
    return Plan(200, (("content-type", "image/png"),), (*written, Repeat((Write(bytes(65536)),), 8192)))


def _moved(given: Given) -> Plan:
    """Send to another host, where the picture is."""
    here, _, port = given.asked.url.rpartition(":")
    if here.endswith("localhost"):
        return given.plan
    return given.refused(302, b"", "text/plain", location=f"http://localhost:{port}{given.asked.target}")


SCENARIOS = (
    Scenario("picture-expired", "a picture's URL that is 403, its signature in the text", _expired, _PICTURE),
    Scenario(
        "picture-gone",
        "a picture's URL that is 404",
        lambda given: given.refused(404, b"There is no such picture.\n", "text/plain"),
        _PICTURE,
    ),
    Scenario(
        "picture-unavailable-once",
        "a picture's URL that is 503 once",
        lambda given: given.refused(503, b"", "text/plain"),
        _PICTURE,
        once=True,
    ),
    Scenario(
        "picture-html",
        "a picture's URL that has an HTML page",
        lambda given: given.refused(200, _PAGE, "text/html"),
        _PICTURE,
    ),
    Scenario(
        "picture-empty",
        "a picture's URL that has nothing",
        lambda given: given.refused(200, b"", "image/png"),
        _PICTURE,
    ),
    Scenario("picture-endless", "a picture without end", _endless, _PICTURE),
    Scenario("picture-redirect", "a picture's URL that leads to another host", _moved, _PICTURE),
)
