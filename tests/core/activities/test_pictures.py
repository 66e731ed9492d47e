"""Drawing, held in the hand: where the bytes come from, what may go wrong on the way, and what the target is then."""

from __future__ import annotations

import pickle
import traceback
from base64 import b64encode
from pathlib import Path
from typing import Any

import attrs
import pytest

from jackfield._exchange import exchange
from jackfield._options import Options
from jackfield.activities.pictures import drawing, drawing_many
from jackfield.errors import (
    ConnectError,
    ContentFilteredError,
    DeadlineError,
    DecodeError,
    InvalidRequestError,
    JackfieldError,
    LimitExceededError,
    RateLimitError,
    ReadError,
    RejectedError,
    UnavailableError,
)
from jackfield.limits import Limits
from jackfield.operations.generated import GeneratedImage
from jackfield.plugin import Secret, Send, Wait, impl
from jackfield.retry import Retries
from jackfield.testing import SECRET, a_binding, a_call, answer, late, play
from jackfield_openai_wire import Endpoint, HeaderKey, OpenAIWire

BASE = "https://pictures.example/v1"
STORE = "https://store.example"
SIGNATURE = "sig=s1gn4ture-0123456789"
URL = f"{STORE}/cat.png?{SIGNATURE}"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0"
FILE = answer(200, PNG, {"content-type": "image/png"})
PAGE = answer(200, b"<!doctype html><title>Sign in</title>", {"content-type": "text/html; charset=utf-8"})
NONE: dict[str, Any] = {}


class Gallery:
    """A provider."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def parts(self) -> Any:
        """Endpoint, key, wire."""
        return Endpoint(self.endpoint), HeaderKey(Secret(SECRET).bound_to(self.endpoint)), OpenAIWire()


class Watched:
    """A plugin that keeps the records of calls, and signs what is sent."""

    def __init__(self) -> None:
        self.records: list[Any] = []

    @impl
    def call_ended(self, record: Any) -> None:
        """Keep it."""
        self.records.append(record)

    @impl
    def finish_request(self, request: Any) -> Any:
        """Sign."""
        return request.with_header("x-signature", "signed")


class Studio:
    """Starts calls as a client does."""

    def __init__(self, *, limits: Limits | None = None, endpoint: str = BASE, **options: Any) -> None:
        self.watched = Watched()
        self._binding = a_binding(Gallery(endpoint), [self.watched])
        self._limits = limits or Limits()
        options = {"retries": Retries(limit=1, jitter=lambda: 0.0), "headers": {"x-mine": Secret("mine")}, **options}
        self._options = Options(**options)

    def start(self, operation: Any, request: Any, streaming: bool, changes: Any, then: Any = None) -> Any:
        """Return the flow of a call."""
        call = attrs.evolve(a_call(operation, request), limits=self._limits)
        return exchange(call, self._binding, self._options, then)


def drawn(*items: dict[str, Any], **facts: Any) -> Any:
    """Return an answer with pictures."""
    return answer(200, {"created": 1, "data": list(items), **facts})


def b64(data: bytes = PNG) -> str:
    """Return a picture as text."""
    return b64encode(data).decode()


def draw(*replies: Any, into: Any = None, studio: Studio | None = None, **parameters: Any) -> Any:
    """Play one drawing."""
    return play(drawing((studio or Studio()).start, "a cat", into, parameters, NONE), replies)


# Where the bytes come from


@pytest.mark.parametrize(
    "item",
    [
        {"b64_json": b64()},
        {"b64_json": "\n".join([b64()[:8], b64()[8:]])},
        {"url": f"data:image/png;base64,{b64()}"},
        {"url": "DATA:image/png;BASE64," + b64()},
        {"url": URL},
    ],
)
def test_every_form_gives_the_bytes(item):
    """Base64 text, a data URL and a URL give the same picture; what was revised is told."""
    picture = draw(drawn(item | {"revised_prompt": "A tabby cat"}), FILE).value()

    assert (PNG, "image/png", (640, 480), "A tabby cat") == (
        picture.data,
        picture.media_type,
        picture.size,
        picture.revised_prompt,
    )


def test_text_in_a_data_url_is_unquoted():
    """SVG often comes so."""
    picture = draw(drawn({"url": "data:image/svg+xml,%3Csvg%20/%3E"})).value()

    assert (b"<svg />", "image/svg+xml") == (picture.data, picture.media_type)


def test_what_was_not_asked_for_is_not_sent():
    """The request has the prompt, and what the caller said."""
    plain, full = draw(drawn({"b64_json": b64()})), draw(drawn({"b64_json": b64()}), size="512x512", extra={"a": 1})

    assert b'{"prompt":"a cat"}' == plain.requests[0].body
    assert b'{"prompt":"a cat","size":"512x512","a":1}' == full.requests[0].body


def test_the_prompt_was_revised_only_where_it_says_so():
    """Nothing, and an empty text, are None."""
    for item in ({}, {"revised_prompt": None}, {"revised_prompt": ""}):
        assert draw(drawn({"b64_json": b64()} | item)).value().revised_prompt is None


def test_several_are_drawn_in_one_call():
    """In the provider's order, each an object of its own."""

    @attrs.define(kw_only=True)
    class Poster(GeneratedImage):
        title: str = "untitled"

    other = PNG + b"2"
    replies = [drawn({"b64_json": b64()}, {"url": URL}), answer(200, other)]
    played = play(drawing_many(Studio().start, "a cat", 2, Poster, NONE, NONE), replies)
    plain = play(drawing_many(Studio().start, "a cat", 1, None, NONE, NONE), [drawn({"b64_json": b64()})])

    assert [Poster(data=PNG), Poster(data=other)] == played.value()
    assert [GeneratedImage(data=PNG)] == plain.value()
    assert b'"n":2' in played.requests[0].body


# The target


def test_an_object_of_ones_own_is_filled():
    """It is what is returned; fields of its own stay."""

    @attrs.define(kw_only=True)
    class Poster(GeneratedImage):
        title: str = "untitled"

    poster = Poster(title="Cats", data=b"old", revised_prompt="old")
    assert draw(drawn({"b64_json": b64()}), into=poster).value() is poster
    assert ("Cats", PNG, None) == (poster.title, poster.data, poster.revised_prompt)
    assert Poster(data=PNG) == draw(drawn({"b64_json": b64()}), into=Poster).value()


@pytest.mark.parametrize(
    "replies", [[answer(400, b"no")], [drawn()], [drawn({"b64_json": "?"})], [drawn({"url": URL}), PAGE]]
)
def test_a_failure_leaves_the_target_as_it_was(replies):
    """Whatever fails, and however late."""
    target = GeneratedImage(data=b"old", revised_prompt="old")

    assert isinstance(draw(*replies, into=target).error, JackfieldError)
    assert GeneratedImage(data=b"old", revised_prompt="old") == target


@attrs.define
class _Needy(GeneratedImage):
    title: str = attrs.field(kw_only=True)


@pytest.mark.parametrize("into", ["cat.png", object(), dict, int, _Needy])
def test_what_is_no_target_is_refused_before_anything_is_sent(into):
    """A drawing is paid for."""
    played = draw(into=into)

    assert ([], InvalidRequestError) == (played.requests, type(played.error))
    assert played.error.problems[0].startswith("into: ")


@pytest.mark.parametrize("kind", [GeneratedImage(), _Needy, int])
def test_what_is_no_class_of_pictures_is_refused(kind):
    """The same for several."""
    with pytest.raises(InvalidRequestError, match="kind: "):
        next(drawing_many(Studio().start, "a cat", 2, kind, NONE, NONE))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("n", "n: draw_many() draws several"),
        ("partial_images", "partial_images: unfinished pictures come in a stream: client.stream(IMAGES, ...)"),
        ("siz", "siz: unknown; did you mean 'size'?"),
        ("prompt", "prompt: unknown; give it as extra={'prompt': …}"),
        ("wobble", "wobble: unknown; give it as extra={'wobble': …}"),
    ],
)
def test_what_draw_does_not_take_is_said(name, said):
    """With what does, or the nearest name."""
    played = draw(**{name: 2})

    assert ([], (said,)) == (played.requests, played.error.problems)


# A URL is fetched


def test_nothing_of_the_callers_goes_to_the_pictures_host():
    """No key, no header of theirs, no plugin's signature: the URL and our name alone."""
    played = draw(drawn({"url": f"{URL}#part"}), FILE)

    assert ("GET", URL, None) == (played.requests[1].method, played.requests[1].url, played.requests[1].body)
    assert {"user-agent": "jackfield", "accept": "*/*", "accept-encoding": "identity"} == played.requests[1].headers
    assert {"authorization", "x-mine", "x-signature"} < set(played.requests[0].headers)


def test_the_fetch_is_a_part_of_the_call():
    """It is in the story and in the one record; the provider's own ids stay."""
    studio = Studio()
    replies = [answer(200, {"data": [{"url": URL}]}, {"x-request-id": "req-1"}, after=2.0), late_file(3.0)]
    picture = draw(*replies, studio=studio).value()

    assert [(200, False), (200, True)] == [(attempt.status, attempt.fetch) for attempt in picture.meta.attempts]
    assert 1 == picture.meta.sends
    assert ("req-1", 5.0) == (picture.meta.request_id, picture.meta.seconds)
    assert [("finished", 1, 5.0)] == [(each.outcome, each.sends, each.seconds) for each in studio.watched.records]


def late_file(seconds: float) -> Any:
    """Return a file whose head takes a while."""
    return answer(200, PNG, after=seconds)


def test_the_deadline_holds_for_the_whole():
    """What the drawing took is not there for the file."""
    slow = answer(200, {"data": [{"url": URL}]}, after=6.0)
    played = draw(slow, late_file(5.0), studio=Studio(deadline=10.0, timeout=None))

    assert DeadlineError is type(played.error)
    assert 4.0 == [each for each in played.commands if isinstance(each, Send)][1].timeout


def test_silence_is_borne_as_long_as_elsewhere():
    """The timeout holds for head and body, and such a failure is tried again."""
    played = draw(
        drawn({"url": URL}), late_file(5.0), answer(200, [b"\x89P", late(5.0, b"NG")]), studio=Studio(timeout=3.0)
    )

    assert ReadError is type(played.error)
    assert 3 == len(played.requests)


def test_a_picture_that_is_too_large_is_not_taken_in():
    """Announced or not."""
    for reply in (answer(200, PNG, {"content-length": "5000"}), answer(200, [PNG] * 100)):
        played = draw(drawn({"url": URL}), reply, studio=Studio(limits=Limits(body=1000)))
        assert LimitExceededError is type(played.error)
        assert ("body", False) == (played.error.limit, played.error.transient)


REFUSALS = [
    (401, RejectedError, 1),
    (403, RejectedError, 1),
    (404, RejectedError, 1),
    (410, RejectedError, 1),
    (204, RejectedError, 1),
    (304, RejectedError, 1),
    (400, RejectedError, 1),
    (429, RateLimitError, 2),
    (500, UnavailableError, 2),
    (503, UnavailableError, 2),
]


@pytest.mark.parametrize(("status", "kind", "sends"), REFUSALS)
def test_a_host_that_refuses_is_an_error_of_its_kind(status, kind, sends):
    """What may pass is tried again here; for the call as a whole it is not transient, for it would be paid again."""
    asked = answer(200, {"data": [{"url": URL}]}, {"x-request-id": "req-1"})
    played = draw(asked, *[answer(status, f"<Error>{URL}</Error>", {"x-request-id": "store-1"})] * sends)

    assert (kind, False, status) == (type(played.error), played.error.transient, played.error.status)
    assert 1 + sends == len(played.requests) == len(played.error.meta.attempts)
    assert "req-1" == played.error.request_id  # the provider's, whose support finds the drawing by it
    assert ("expires" in str(played.error)) == (status in (401, 403, 404, 410))
    assert "'https://store.example:443'" in str(played.error)


def test_a_network_that_failed_once_is_no_failure():
    """The file is fetched again, and the picture not drawn again."""
    played = draw(
        drawn({"url": URL}), ConnectError("cannot reach it"), answer(503), FILE, studio=Studio(retries=Retries())
    )

    assert PNG == played.value().data
    assert [BASE + "/images/generations", URL, URL, URL] == [each.url for each in played.requests]
    assert 2 == len([each for each in played.commands if isinstance(each, Wait)])


def test_a_broken_network_says_that_the_picture_was_drawn():
    """And is not transient."""
    played = draw(drawn({"url": URL}), ReadError("it broke"), ReadError("it broke"))

    assert (ReadError, False) == (type(played.error), played.error.transient)
    assert "the file that the answer names is not to be had from 'https://store.example:443': it broke" == str(
        played.error
    )


NO_PICTURES = [
    (PAGE, "gave text/html where a picture should be"),
    (answer(200, b"nothing known"), "gave something without a content type where"),
    (answer(200, b""), "answered without a file"),
]


@pytest.mark.parametrize(("reply", "said"), NO_PICTURES)
def test_what_is_no_picture_is_said(reply, said):
    """A page, nothing, or what nobody knows."""
    played = draw(drawn({"url": URL}), reply)

    assert DecodeError is type(played.error)
    assert said in str(played.error)


def test_a_format_of_tomorrow_is_a_picture():
    """Where its host says so."""
    picture = draw(drawn({"url": URL}), answer(200, b"tomorrow", {"content-type": "image/avif"})).value()

    assert (b"tomorrow", "application/octet-stream") == (picture.data, picture.media_type)


BAD_URLS = [
    ("http://store.example/cat.png", "plain http"),
    ("ftp://store.example/cat.png", "no URL that can be fetched"),
    ("file:///etc/passwd", "no URL that can be fetched"),
    ("https://store.example/c\u00e4t.png", "no URL that can be fetched"),
    ("https://store.example/cat.png\r\nx-evil: 1", "no URL that can be fetched"),
    ("cat.png", "no URL that can be fetched"),
    ("https://", "no URL that can be fetched"),
    ("https:///cat.png", "no URL that can be fetched"),
    ("https://user:password@store.example/cat.png", "no URL that can be fetched"),
    ("https://127.0.0.1\\@store.example/cat.png", "no URL that can be fetched"),
    ("https://%6cocalhost/cat.png", "no URL that can be fetched"),
    ("https://[fe80::1%25eth0]/cat.png", "no URL that can be fetched"),
    ("https://[store", "is no URL"),
    ("https://store.example:port/", "is no URL"),
    ("https://store.example:70000/", "is no URL"),
]


@pytest.mark.parametrize(("url", "said"), BAD_URLS)
def test_not_every_url_is_fetched(url, said):
    """Nothing is sent for one that is none, or over plain http to another machine."""
    played = draw(drawn({"url": url}))

    assert (DecodeError, 1) == (type(played.error), len(played.requests))
    assert said in str(played.error)


HERE = [
    "localhost", "LOCALHOST", "localhost.", "x.localhost", "x.localhost.", "localhost.localdomain",
    "127.0.0.1", "127.0.0.1.", "127.1", "127.255.255.254", "2130706433", "0x7f.1", "0177.0.0.1", "0x7F000001",
    "0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:0:0]",
    "[2002:7f00:1::1]", "169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "2852039166",
]  # fmt: skip
"""This machine and its link, in whatever spelling."""
INSIDE = [
    "10.0.0.1", "10.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.1", "224.0.0.1", "255.255.255.255",
    "192.0.2.1", "[fd00:ec2::254]", "[::ffff:10.0.0.1]", "[ff02::1]", "[64:ff9b::a00:1]", "[::7f00:1]", "[2001:db8::1]",
    "intranet", "intranet.", "metadata.google.internal", "printer.local", "nas.lan", "router.home.arpa",
    "a.localdomain",
]  # fmt: skip
"""Networks of one's own, and what is reserved."""
OUTSIDE = ["store.example", "store.example.", "127.0.0.1.example", "localhost.example", "8.8.8.8", "[2606:4700::1111]"]
NEAR = "it is on this machine, and the endpoint is on another one; ask for base64 text"
WITHIN = "it is inside a network, and the endpoint is outside; ask for base64 text"


def drawn_from(endpoint: str, host: str) -> Any:
    """Play a drawing at *endpoint* whose picture is at *host*."""
    studio = Studio(allow_plain_http=True, endpoint=f"https://{endpoint}/v1")
    return draw(drawn({"url": f"http://{host}:8080/cat.png"}), FILE, studio=studio)


@pytest.mark.parametrize(
    ("endpoints", "hosts", "said"), [(OUTSIDE, HERE, NEAR), (OUTSIDE, INSIDE, WITHIN), (INSIDE, HERE, NEAR)]
)
def test_a_server_does_not_make_us_ask_nearer_to_us(endpoints, hosts, said):
    """What only we can ask is not for those who cannot, however its address is spelt, and whatever is allowed."""
    for host in hosts:
        played = drawn_from(endpoints[0], host)
        assert (host, DecodeError, 1) == (host, type(played.error), len(played.requests))
        assert said in str(played.error)
    for endpoint in endpoints:
        assert said in str(drawn_from(endpoint, hosts[0]).error)


@pytest.mark.parametrize(
    ("endpoints", "hosts"),
    [(HERE, [*HERE, *INSIDE, *OUTSIDE]), (INSIDE, [*INSIDE, *OUTSIDE]), (OUTSIDE, OUTSIDE)],
)
def test_a_server_may_name_what_is_as_far_as_itself(endpoints, hosts):
    """A server of one's own has its files next to it, or out there."""
    for host in hosts:
        assert (host, PNG) == (host, drawn_from(endpoints[0], host).value().data)
    for endpoint in endpoints:
        assert (endpoint, PNG) == (endpoint, drawn_from(endpoint, hosts[-1]).value().data)


@pytest.mark.parametrize("host", ["127.1", "169.254.169.254", "10.0.0.1", "x.localhost"])
def test_a_redirect_does_not_lead_nearer_either(host):
    """Each step is held against the same rule."""
    played = draw(drawn({"url": URL}), moved(f"https://{host}/cat.png"))

    assert (DecodeError, 2) == (type(played.error), len(played.requests))
    assert "ask for base64 text" in str(played.error)


def test_plain_http_is_where_it_is_allowed():
    """As for the provider itself."""
    played = draw(drawn({"url": "http://store.example/"}), FILE, studio=Studio(allow_plain_http=True))

    assert PNG == played.value().data


def moved(place: str, status: int = 302) -> Any:
    """Return a redirect."""
    return answer(status, b"", {"location": place})


def test_a_few_redirects_are_followed_with_nothing_in_the_hand():
    """Wherever they lead, no credential goes there."""
    there = "https://elsewhere.example/cat.png"
    played = draw(drawn({"url": URL}), moved("/moved"), moved(there, 307), FILE)

    assert PNG == played.value().data
    assert [URL, f"{STORE}/moved", there] == [each.url for each in played.requests[1:]]
    assert not any(SECRET in str(each.revealed_headers()) for each in played.requests[1:])


@pytest.mark.parametrize(
    ("replies", "said"),
    [
        ([moved("/again")] * 4, "redirected more than 3 times"),
        ([moved("http://127.0.0.1/cat.png")], "to plain http"),
        ([moved("https://[store")], "to nowhere"),
        ([answer(302)], "to nowhere"),
    ],
)
def test_other_redirects_are_not(replies, said):
    """Not for ever, not from https to http, and not to nowhere."""
    played = draw(drawn({"url": URL}), *replies)

    assert (DecodeError, 1 + len(replies)) == (type(played.error), len(played.requests))
    assert said in str(played.error)


SPOILT = [*(answer(status, f"<Error>{URL}</Error>") for status in (403, 500)), PAGE, moved(URL), ConnectError("broken")]


@pytest.mark.parametrize("reply", SPOILT)
def test_the_signature_is_in_no_message(reply):
    """Whoever has the URL has the picture: of it, only the origin is told."""
    error = draw(drawn({"url": URL}), *[reply] * 4).error

    told = [str(error), repr(error), repr(error.meta.attempts), str(getattr(error, "body", "")), str(error.__cause__)]
    assert not any("s1gn4ture" in each for each in told)


KEPT_FROM_FRAMES = [
    *((URL, reply) for reply in (*SPOILT, answer(302), moved("https://[store"))),
    (URL.replace("https", "http"), FILE),
    (URL.replace("store.example", "localhost"), FILE),
    (URL.replace("https", "ftp"), FILE),
    (f"https://store.example:{SIGNATURE}/", FILE),
    (f"https://[{SIGNATURE}", FILE),
]


@pytest.mark.parametrize(("url", "reply"), KEPT_FROM_FRAMES)
def test_the_signature_is_in_no_frame(url, reply):
    """A traceback with locals is what crash reporters send; what the caller has is shown without it too."""
    error = draw(drawn({"url": url}), *[reply] * 4).error

    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [each for each in frames.stack if "jackfield/" in each.filename]
    assert {"pictures.py", "_exchange.py", "_timing.py", "flows.py"} <= {Path(each.filename).name for each in ours}
    assert "s1gn4ture" not in str([each.locals for each in ours])
    assert "s1gn4ture" not in f"{error} {error.partial} {vars(error)} {error.__cause__} {error.__context__}"
    assert url == error.partial.data[0].url
    for inner in (error.__cause__, error.__context__):
        assert inner is None or inner.__traceback__ is None


def test_what_is_sent_for_a_file_shows_no_signature():
    """Drivers and transports have it in their frames."""
    played = draw(drawn({"url": f"{URL}#part"}), moved("/moved?sig=s1gn4ture"), FILE)

    assert [URL, f"{STORE}/moved?sig=s1gn4ture"] == [each.url for each in played.requests[1:]]
    assert "s1gn4ture" not in repr(played.commands)
    assert "url='https://store.example:443/…'" in repr(played.commands)


# What was drawn is paid for

OTHER = PNG + b"2"


def several(*replies: Any) -> Any:
    """Play a drawing of three pictures."""
    return play(drawing_many(Studio().start, "a cat", 3, None, NONE, NONE), replies)


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        ([answer(404)], RejectedError),
        ([answer(500)] * 2, UnavailableError),
        ([ReadError("it broke")] * 2, ReadError),
        ([PAGE], DecodeError),
    ],
)
def test_the_pictures_that_came_are_in_the_error(broken, kind):
    """Whatever went wrong: those that came as files, the others as what names them, and all else of the answer."""
    items = [{"b64_json": b64()}, {"url": f"{URL}2", "revised_prompt": "A tabby"}, {"url": URL}, {"url": f"{URL}4"}]
    error = several(drawn(*items), answer(200, OTHER), *broken).error

    assert kind is type(error)
    assert ["2 of 4 pictures came; the answer is in the error's partial"] == error.__notes__
    assert [PNG, OTHER, None, None] == [each.picture and each.picture.data for each in error.partial.data]
    assert [None, f"{URL}2", URL, f"{URL}4"] == [each.url for each in error.partial.data]
    assert (1, "A tabby") == (error.partial.created, error.partial.data[1].picture.revised_prompt)
    assert error.meta is error.partial.meta
    again = pickle.loads(pickle.dumps(error))
    assert error.partial == again.partial


def test_the_deadline_leaves_what_came():
    """It ends the call, not what was drawn."""
    slow = answer(200, {"data": [{"url": f"{URL}1"}, {"url": URL}]}, after=4.0)
    flow = drawing_many(Studio(deadline=10.0, timeout=None).start, "a cat", 2, None, NONE, NONE)
    error = play(flow, [slow, late_file(5.0), late_file(5.0)]).error

    assert DeadlineError is type(error)
    assert [PNG, None] == [each.picture and each.picture.data for each in error.partial.data]


@pytest.mark.parametrize("item", [{}, {"b64_json": "!"}, {"url": "data:,"}, {"url": "https://localhost/"}])
def test_an_answer_that_cannot_be_used_is_in_the_error(item):
    """For whoever knows better."""
    error = draw(drawn(item)).error

    assert [item] == [each.raw for each in error.partial.data]
    assert ["0 of 1 pictures came; the answer is in the error's partial"] == error.__notes__


def test_what_failed_before_the_answer_has_no_partial():
    """There was nothing drawn."""
    assert draw(answer(400, b"no")).error.partial is None


# An answer without a picture


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (drawn(), "expected a picture @ $.data"),
        (drawn({}), "expected a picture @ $.data[0]"),
        (drawn({"b64_json": "!?"}), "@ $.data[0].b64_json"),
        (drawn({"b64_json": "QUI"}), "@ $.data[0].b64_json"),
        (drawn({"b64_json": "\u00e4"}), "@ $.data[0].b64_json"),
        (drawn({"b64_json": " "}), "expected a picture @ $.data[0].b64_json"),
        (drawn({"b64_json": 5}), "expected base64, got int @ $.data[0].b64_json"),
        (drawn({"url": 5}), "expected a picture @ $.data[0]"),
        (drawn({"url": ""}), "expected a picture @ $.data[0]"),
        (drawn({"url": "data:image/png;base64,!"}), "@ $.data[0].url"),
        (drawn({"url": "data:,"}), "@ $.data[0].url"),
        (drawn({"url": "data:image/png"}), "@ $.data[0].url"),
    ],
)
def test_what_is_missing_is_told_with_its_path(reply, problem):
    """Each is a DecodeError with the call's story."""
    error = draw(reply).error

    assert DecodeError is type(error)
    assert error.problems[0].endswith(problem)
    assert 1 == len(error.meta.attempts)


HATE = {"hate": {"filtered": True, "severity": "high"}}
SAFE = {"hate": {"filtered": False, "severity": "safe"}}


def test_a_picture_that_was_kept_back_is_an_error_with_the_report():
    """What came is in it; the call is told as failed."""
    studio = Studio()
    played = draw(drawn({"b64_json": b64()}, {"content_filter_results": HATE}), studio=studio)

    assert ContentFilteredError is type(played.error)
    assert ("hate",) == played.error.report.categories
    assert 2 == len(played.error.partial.data)
    assert ["failed"] == [each.outcome for each in studio.watched.records]


@pytest.mark.parametrize("item", [{"content_filter_results": SAFE}, {"prompt_filter_results": HATE}, {}])
def test_a_report_alone_stops_nothing(item):
    """A picture that came is there, whatever was found on the way."""
    assert PNG == draw(drawn({"b64_json": b64()} | item)).value().data
