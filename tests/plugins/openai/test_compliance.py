"""The provider `openai` keeps what every provider must."""

from pathlib import Path

from jackfield import CHAT, EMBEDDINGS, IMAGES, MODELS
from jackfield.operations.image_edits import IMAGE_EDITS
from jackfield.operations.image_variations import IMAGE_VARIATIONS
from jackfield.testing import SECRET, ProviderSuite


class TestOpenAI(ProviderSuite):
    name = "openai"
    settings = {"api_key": SECRET}
    settings_required = {"api_key"}
    samples = Path(__file__).parent / "samples"
    supports = {CHAT, IMAGES, IMAGE_EDITS, IMAGE_VARIATIONS, EMBEDDINGS, MODELS}
