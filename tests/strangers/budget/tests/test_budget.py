from jackfield.testing import answer, hold, play
from jackfield_openai import OpenAI

from jackfield_budget import Budget, OverBudgetError, from_environment

SAID = {"choices": [{"message": {"content": "Oslo."}}], "usage": {"prompt_tokens": 9, "completion_tokens": 3}}


def asked(budget):
    """Make one call and return how it went."""
    return play(hold(OpenAI(endpoint="http://127.0.0.1/v1"), plugins=[budget]), [answer(200, SAID)])


def test_refuses_what_is_over_the_budget():
    """A model that has used up its tokens is not asked any more."""
    budget = Budget(10)
    first, second = asked(budget), asked(budget)

    assert ("Oslo.", {"a-model": 12}) == (first.value().text, budget.used)
    assert "the model 'a-model' has used 12 tokens of 10" == str(second.error)
    assert isinstance(second.error, OverBudgetError)
    assert [] == second.requests


def test_counts_without_a_limit(monkeypatch):
    """Without BUDGET_TOKENS nothing is refused."""
    monkeypatch.delenv("BUDGET_TOKENS", raising=False)
    budget = from_environment()

    assert ["Oslo.", "Oslo."] == [asked(budget).value().text for _ in range(2)]
    assert {"a-model": 24} == budget.used
