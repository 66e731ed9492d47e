"""What goes on in a conversation: what was said, and the turn that is being taken.

Rule 1: a turn is added to the conversation when its answer is there, whole; until then it is a fork's.
Rule 2: a turn that is stopped or fails leaves everything as it was, what is attached to it too.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

import click
from attrs import define, field

from jackfield import ChatResponse, JackfieldError, Message, TextPart, UnsupportedOperationError
from jackfield_cli._documents import answered, failed
from jackfield_cli._screen import Waiting, is_terminal, note, say
from jackfield_cli._telling import document, story
from jackfield_cli._writing import writing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from jackfield import ChatSession, Client, ContentPart
    from jackfield_cli._chatting import Options


@define(kw_only=True)
class Conversation:
    """What is going on.

    Attributes:
        client: Who answers.
        name: What to call them.
        model: The model that is asked, or None for the client's own.
        session: What was said.
        keys: What the keys do where turns are typed, for `/help`.
        before: What was said before the last turn, and the last turn itself: what a retry sends again.
        attached: What goes with the next turn.
        file: Where it was saved to or loaded from last, or None.
        code: The exit code of the first turn that failed, 0 where none did.
        is_over: Whether the user wants to leave.
    """

    client: Client
    name: str
    model: str | None
    session: ChatSession
    options: Options
    keys: str
    before: tuple[ChatSession, Message] | None = None
    attached: list[ContentPart] = field(factory=list)
    file: Path | None = None
    code: int = 0
    is_over: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether somebody types it, rather than a pipe."""
        return is_terminal(sys.stdin)

    def tell(self, text: str) -> None:
        """Say something about the conversation."""
        if not self.options.quiet:
            note(text, color())

    def say(self, text: str) -> None:
        """Send what the user says, with what is attached."""
        parts = [TextPart(text), *self.attached] if self.attached else text
        self._turn(self.session, Message.user(parts))

    def again(self) -> None:
        """Send the last turn again, in place of what came of it.

        Raises:
            UsageError: There was none.
        """
        if self.before is None:
            raise click.UsageError("there is nothing to send again yet")
        session, message = self.before
        session = session.fork()
        session.system = self.session.system
        self._turn(session, message)

    def _turn(self, session: ChatSession, message: Message) -> None:
        self.before = (session, message)
        grown = session.fork()
        try:
            response = self._answer(grown, message)
        except JackfieldError as error:
            if self.options.as_json:
                say(document(failed(error)))
            raise
        self.session = grown
        sent = () if isinstance(message.content, str) else message.content or ()
        self.attached = [part for part in self.attached if all(part is not each for each in sent)]
        if not self.options.quiet:
            note(story(response, self.name), color())

    def _answer(self, session: ChatSession, message: Message) -> ChatResponse:
        """Ask, write the answer, and return it; *session* has grown by then."""
        if not self.options.as_json:
            try:
                return self._streamed(session, message)
            except UnsupportedOperationError:  # the provider has no streams
                pass
        with Waiting(f"waiting for {self.name}"):
            self.client.chat(session, message, model=self.model, **self._parameters)
        response = cast(ChatResponse, session.response)  # the session has just grown
        if self.options.as_json:
            say(document(answered(response)))
        else:
            answer = writing(plain=self.options.plain, color=color())
            answer.add(response.text)
            answer.end()
        return response

    def _streamed(self, session: ChatSession, message: Message) -> ChatResponse:
        """As `_answer`, as it comes. An answer that breaks off, or is stopped, leaves the terminal in order."""
        stream = self.client.stream_chat(
            session, message, model=self.model, stream_options={"include_usage": True}, **self._parameters
        )
        answer = writing(plain=self.options.plain, color=color())
        with Waiting(f"waiting for {self.name}") as waiting:
            try:
                with stream:
                    for event in stream:
                        if event.text:
                            waiting.over()
                            answer.add(event.text)
            finally:
                waiting.over()
                answer.end()
        return stream.response

    @property
    def _parameters(self) -> Mapping[str, Any]:
        return {"temperature": self.options.temperature, "max_completion_tokens": self.options.max_tokens}


def color() -> bool | None:
    """Return False where no colours are wanted, otherwise None: the terminal decides."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.color
