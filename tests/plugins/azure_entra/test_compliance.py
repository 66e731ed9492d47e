"""The provider `azure-entra` keeps what every provider must, on both of Azure's surfaces and with any token source."""

from pathlib import Path
from typing import Any, NamedTuple

from jackfield import CHAT, EMBEDDINGS, IMAGES, MODELS
from jackfield.operations.image_edits import IMAGE_EDITS
from jackfield.operations.image_variations import IMAGE_VARIATIONS
from jackfield.testing import SECRET, ProviderSuite

ENDPOINT = "https://x.openai.azure.com"


class AccessToken(NamedTuple):
    """What azure-identity's credentials return."""

    token: str
    expires_on: int


class Credential:
    """Gives a token, as azure-identity's credentials do."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return AccessToken(SECRET, 4_000_000_000)


class TestDated(ProviderSuite):
    name = "azure-entra"
    settings = {"endpoint": ENDPOINT, "deployment": "d", "token": SECRET}
    settings_required = {"endpoint", "token"}
    samples = Path(__file__).parent / "samples"
    supports = {CHAT, IMAGES, IMAGE_EDITS, EMBEDDINGS, MODELS}
    lacks = {IMAGE_VARIATIONS}


class TestV1(TestDated):
    settings = {"endpoint": f"{ENDPOINT}/openai/v1/", "deployment": "d", "token": SECRET}


class TestFunction(TestDated):
    settings = {"endpoint": ENDPOINT, "deployment": "d", "token": lambda: SECRET}


class TestCredential(TestDated):
    settings = {"endpoint": ENDPOINT, "deployment": "d", "credential": Credential()}
