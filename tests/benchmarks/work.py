"""What every contestant is given to send, and how big a case is. Imports nothing: `start` counts what is imported."""

from __future__ import annotations

KEY = "sk-benchmark"
MODEL = "m"
SIZES = {"history": 200, "stream": 2_001, "embed": 256}
SMALL = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
THREADS = 32
TASKS = 256


def history(count):
    """Return *count* plain messages of 360 characters."""
    return [{"role": "assistant" if number % 2 else "user", "content": "x" * 360} for number in range(count)]


def inputs(count):
    """Return *count* short texts to embed."""
    return [f"text number {number}" for number in range(count)]


def told(vectors):
    """Return something of every vector, so that all of them must be there as numbers."""
    return sum(vector[0] for vector in vectors)
