"""Files that came over a network: what is wrong with them is said under the names that their senders gave."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from linghang.errors import BadInput, ManyProblems


@contextmanager
def called(path: Path, name: str) -> Iterator[None]:
    """Let refusals that name a file of ours name it as its sender did: where we keep it means nothing to anybody."""
    try:
        yield
    except ManyProblems as error:
        raise ManyProblems([_renamed(one, str(path), name) for one in error.problems]) from None
    except BadInput as error:
        raise _renamed(error, str(path), name) from None


def _renamed(error: BadInput, path: str, name: str) -> BadInput:
    if error.place is not None:
        error.place = replace(error.place, file=error.place.file.replace(path, name))
    error.values = {
        key: value.replace(path, name) if isinstance(value, str) else value for key, value in error.values.items()
    }
    return error
