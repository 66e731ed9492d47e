"""Who is let in, and how each vendor says no."""

from __future__ import annotations

import openai
import pytest

BODY = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello."}]}
EMBEDDING = {"model": "text-embedding-3-small", "input": "otter"}
UNAUTHORIZED = (
    "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), "
    "or have expired."
)
WRONG_KEY = "Access denied due to invalid subscription key or wrong API endpoint."


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("sk-wrong-key-of-some-length", "sk-wrong***************ngth"),
        ("short", "*****"),
    ],
)
def test_openai_masks_a_wrong_key(ask, key, shown):
    """OpenAI's refusal of a wrong key quotes it masked, with all four keys of an error."""
    answer = ask("/v1/chat/completions", BODY, authorization=f"Bearer {key}")
    message = f"Incorrect API key provided: {shown}. You can find your API key at https://platform.openai.com/account/api-keys."

    assert 401 == answer.status
    assert {
        "error": {"message": message, "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}
    } == answer.document


@pytest.mark.parametrize(
    "headers", [{}, {"authorization": "sk-emulator"}, {"api_key": "sk-emulator"}], ids=["none", "no scheme", "Azure's"]
)
def test_openai_wants_a_bearer(ask, headers):
    """A key that is not a bearer is none for OpenAI."""
    answer = ask("/v1/chat/completions", BODY, **headers)

    assert 401 == answer.status
    assert answer.document["error"]["message"].startswith("You didn't provide an API key.")


@pytest.mark.parametrize("surface", ["azure-dated", "azure-v1"])
def test_azure_refuses_a_wrong_key(ask, place):
    """Azure's gateway refuses a key with the status as a string, without type and param."""
    answer = ask(place.chat, BODY, api_key="wrong")

    assert (401, {"code", "message"}) == (answer.status, set(answer.document["error"]))
    assert "401" == answer.document["error"]["code"]
    assert answer.document["error"]["message"].startswith(WRONG_KEY)


@pytest.mark.parametrize("surface", ["azure-dated", "azure-v1"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer not.a.token"}], ids=["none", "wrong"])
def test_azure_refuses_a_token(ask, place, headers):
    """Azure's refusal of a token has no `error` around it."""
    answer = ask(place.chat, BODY, **headers)

    assert (401, {"statusCode": 401, "message": UNAUTHORIZED}) == (answer.status, answer.document)


@pytest.mark.parametrize(("surface", "status"), [("azure-dated", 401), ("azure-v1", 200)])
def test_key_as_bearer(ask, place, emulator, status):
    """The key as a bearer opens Azure's v1 surface, and not the dated one."""
    assert status == ask(place.chat, BODY, authorization=f"Bearer {emulator.api_key}").status


@pytest.mark.parametrize("surface", ["azure-dated", "azure-v1"])
def test_token(ask, place, emulator):
    """A token that the managed identity gave opens both Azure surfaces, until it expires."""
    token = emulator.token()
    before = ask(place.chat, BODY, authorization=f"Bearer {token}").status
    emulator.expire_tokens()
    after = ask(place.chat, BODY, authorization=f"Bearer {token}")

    assert (200, 401, UNAUTHORIZED) == (before, after.status, after.document["message"])


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("https://cognitiveservices.azure.com", 200),
        ("https://cognitiveservices.azure.com/", 200),
        ("https://ai.azure.com", 200),
        ("https://management.azure.com", 401),
    ],
)
def test_audience(ask, places, emulator, resource, status):
    """A token for another audience is refused, as after a wrong scope."""
    place = places["azure-dated"]

    assert status == ask(place.chat, BODY, authorization=f"Bearer {emulator.token(resource)}").status


@pytest.mark.parametrize(("surface", "status"), [("azure-dated", 200), ("azure-v1", 401)])
def test_embeddings_with_a_token(ask, place, emulator, status):
    """With a token the v1 surface has no embeddings; the dated one has."""
    assert status == ask(place.embeddings, EMBEDDING, authorization=f"Bearer {emulator.token()}").status


@pytest.mark.parametrize("surface", ["azure-dated", "azure-v1"])
def test_both_headers(ask, place, emulator):
    """Key and token together are let in by the key, and the journal notes both."""
    answer = ask(place.chat, BODY, api_key=emulator.api_key, authorization="Bearer whatever")

    assert (200, ("api-key", "bearer")) == (answer.status, emulator.journal[-1].credentials)


@pytest.mark.jackfield_emulator(api_key="sk-one", azure_api_key="two")
def test_two_keys(ask, places):
    """OpenAI and the Azure resource can have a key each, and neither opens the other."""
    openai_path, azure_path = places["openai"].chat, places["azure-dated"].chat

    assert 200 == ask(openai_path, BODY, authorization="Bearer sk-one").status
    assert 200 == ask(azure_path, BODY, api_key="two").status
    assert 401 == ask(openai_path, BODY, authorization="Bearer two").status
    assert 401 == ask(azure_path, BODY, api_key="sk-one").status


def test_sdk_raises(connect, surface):
    """The SDK raises its own error for a wrong key, on every surface."""
    with pytest.raises(openai.AuthenticationError):
        connect(surface, api_key="sk-wrong-key-of-some-length").models.list()
