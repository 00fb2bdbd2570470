"""The entry of the command line: language, errors and exit status; commands are built in `commands`."""

import gc
import sys
from collections.abc import Sequence

from linghang.errors import BadInput, ManyProblems
from linghang.words import LANGUAGES, choose, speak_everywhere, tr

BAD_INPUT = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its status: 0 done, 2 bad input, 130 interrupted."""
    gc.set_threshold(100_000)  # a command makes much that stays: looking for cycles would take a fifth of its time
    status = run(list(sys.argv[1:] if arguments is None else arguments))
    gc.freeze()  # what is left need not be taken apart piece by piece
    sys.exit(status)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit status."""
    import os

    speak_everywhere(choose(arguments, os.environ))
    try:
        return _run(_without_language(arguments))
    except ManyProblems as error:
        _complain(*(str(problem) for problem in error.problems))
    except BadInput as error:
        _complain(str(error))
    except KeyboardInterrupt:
        _complain(tr("interrupted; nothing was left half done"))
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # the reader (head, less) has seen enough; libraries leave by themselves
        sys.stdout = None
        return 0
    return BAD_INPUT


def _run(arguments: list[str]) -> int:
    from linghang.cli.commands import build

    command = build()
    try:
        status = command(args=arguments, prog_name="linghang", standalone_mode=False)
    except Exception as error:
        if not hasattr(error, "format_message"):  # not about the command line itself
            raise
        if type(error).__name__ != "NoArgsIsHelpError":  # that one has printed the help
            from linghang.cli.usage import complaint

            _complain(complaint(error))
        return BAD_INPUT
    if status == INTERRUPTED:  # the library makes a status of Ctrl-C
        raise KeyboardInterrupt
    return int(status or 0)


def _without_language(arguments: list[str]) -> list[str]:
    """Take `--lang zh` out wherever it stands, so that every command takes it."""
    kept: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            return [*kept, argument, *rest]
        if argument == "--lang" or argument.startswith("--lang="):
            value = argument.removeprefix("--lang=") if "=" in argument else next(rest, "")
            if value not in LANGUAGES:
                raise BadInput("--lang takes {choices}, not “{value}”", value=value, choices=" / ".join(LANGUAGES))
            continue
        kept.append(argument)
    return kept


def _complain(*lines: str) -> None:
    from rich.console import Console
    from rich.text import Text

    from linghang.cli.names import harmless

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(("✗ ", "bold red"), harmless(line)))
