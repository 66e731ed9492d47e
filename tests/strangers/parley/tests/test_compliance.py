from pathlib import Path

from jackfield import CHAT, EMBEDDINGS, IMAGES, MODELS, ChatRequest, Message
from jackfield.testing import SECRET, ProviderSuite


class TestParley(ProviderSuite):
    name = "parley"
    settings = {"key_id": "k-1", "key": SECRET}
    credentials = "derived"
    samples = Path(__file__).parent / "samples"
    supports = {CHAT, EMBEDDINGS}
    lacks = {IMAGES, MODELS}
    requests = {CHAT: ChatRequest(messages=[Message.user("Hi")], model="alto-2", temperature=0.2)}
    required = {CHAT: ["utterance"], EMBEDDINGS: ["points", "points[0].at"]}
