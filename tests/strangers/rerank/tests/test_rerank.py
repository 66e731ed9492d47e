from pathlib import Path

from jackfield.testing import SECRET, ProviderSuite

from jackfield_rerank import RERANK, RerankRequest


class TestRerankOnOpenAI(ProviderSuite):
    name = "openai"
    settings = {"api_key": SECRET}
    settings_required = {"api_key"}
    samples = Path(__file__).parent / "samples"
    supports = {RERANK}
    requests = {RERANK: RerankRequest(query="a capital", documents=["a cow", "Paris"], model="r-1")}
