"""The JSON wire that OpenAI-shaped providers share, and the parts that most of them need beside it.

A gateway of that shape is `Endpoint(url), HeaderKey(key), OpenAIWire()` and nothing else.
"""

from __future__ import annotations

from jackfield_openai_wire._parts import Endpoint, HeaderKey, base_url
from jackfield_openai_wire._wire import Codec, OpenAIWire, named_model

__all__ = ["Codec", "Endpoint", "HeaderKey", "OpenAIWire", "base_url", "named_model"]
