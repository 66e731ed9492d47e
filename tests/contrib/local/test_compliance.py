"""The provider `local` keeps what every provider must. Its answers have the shape of the shared wire."""

from pathlib import Path

from jackfield import CHAT, EMBEDDINGS, IMAGES, MODELS
from jackfield.testing import ProviderSuite


class TestLocal(ProviderSuite):
    name = "local"
    samples = Path(__file__).parents[2] / "plugins" / "openai" / "samples"
    supports = {CHAT, EMBEDDINGS, MODELS}
    lacks = {IMAGES}
    credentials = "none"
    http = False
