from pathlib import Path

from jackfield import CHAT, EMBEDDINGS
from jackfield.testing import SECRET, ProviderSuite


class TestAcme(ProviderSuite):
    name = "acme"
    settings = {"api_key": SECRET}
    samples = Path(__file__).parent / "samples"
    supports = {CHAT, EMBEDDINGS}
