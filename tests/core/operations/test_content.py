"""Parts of a message: made of files."""

from __future__ import annotations

import pytest

from jackfield.errors import InvalidRequestError
from jackfield.operations.content import FilePart, ImagePart


@pytest.mark.parametrize("cls", [ImagePart, FilePart])
@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("no-such-file.png", "path: 'no-such-file.png' cannot be read: No such file or directory"),
        ("\0", "path: '\\x00' cannot be read: embedded null byte"),
        ("\ud800.png", "path: '\\ud800.png' cannot be read: 'utf-8' codec can't encode character"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem_of_the_request(cls, path, problem):
    """Also where no file can have that name."""
    with pytest.raises(InvalidRequestError) as caught:
        cls.from_path(path)

    assert caught.value.problems[0].startswith(problem)
