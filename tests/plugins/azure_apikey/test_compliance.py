"""The provider `azure-apikey` keeps what every provider must, on both of Azure's surfaces."""

from pathlib import Path

from jackfield import CHAT, EMBEDDINGS, IMAGES, MODELS
from jackfield.operations.image_edits import IMAGE_EDITS
from jackfield.operations.image_variations import IMAGE_VARIATIONS
from jackfield.testing import SECRET, ProviderSuite


class TestDated(ProviderSuite):
    name = "azure-apikey"
    settings = {"endpoint": "https://x.openai.azure.com", "deployment": "d", "api_key": SECRET}
    samples = Path(__file__).parent / "samples"
    supports = {CHAT, IMAGES, IMAGE_EDITS, EMBEDDINGS, MODELS}
    lacks = {IMAGE_VARIATIONS}


class TestV1(TestDated):
    settings = {"endpoint": "https://x.openai.azure.com/openai/v1/", "deployment": "d", "api_key": SECRET}


class TestModelsAsDeployments(TestDated):
    settings = {"endpoint": "https://gateway.example/ai?tier=2", "api_key": SECRET}
