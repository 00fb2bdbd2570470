"""What the command-line library says by itself (usage, help of --help, wrong options), said in our catalogue."""

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

from linghang.words import Listed, later, tr


class _Speaking:
    """Commands whose usage line and help option speak the chosen language."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help; Chinese has no spaces to break lines at, so long texts are folded, not cut short."""
        from typer import rich_utils

        class Folded(rich_utils.OptionHighlighter):
            def highlight(self, text: Any) -> None:
                text.overflow = "fold"
                super().highlight(text)

        rich_utils.highlighter = Folded()
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        said: str = super().get_usage(ctx)  # type: ignore[misc]
        return said.replace("Usage: ", tr("Usage: "), 1)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option with its help in the chosen language."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = tr("Show this message and stop.")
        return option


class SpeakingCommand(_Speaking, TyperCommand):
    """A command; what it changes in a workspace is told of in the audit log."""

    def invoke(self, ctx: Any) -> Any:
        """Run it."""
        from linghang.cli.deeds import told

        path = ctx.command_path.partition(" ")[2]
        return told(path, ctx.params, lambda: super(SpeakingCommand, self).invoke(ctx))


class SpeakingGroup(_Speaking, TyperGroup):
    """A group of commands."""


_SENTENCES = (  # plain English of the library -> ours
    (r"Got unexpected extra argument(?:s|\(s\))? \((?P<name>.*)\)", later("“{name}” is one argument too many")),
    (r"Option '(?P<name>.*)' requires an argument\.", later("{name} needs a value")),
    (r"Option '(?P<name>.*)' does not take a value\.", later("{name} takes no value")),
    (r"No such command '(?P<name>[^']*)'.*", later("there is no command {name}")),
    (r"Missing command\.", later("a command is missing")),
)


def _translated(sentence: str) -> str:
    for pattern, ours in _SENTENCES:
        if found := re.fullmatch(pattern, sentence, re.DOTALL):
            return tr(ours, **found.groupdict())
    return sentence


def complaint(error: Any) -> str:
    """Say what is wrong with the options and arguments of a command."""
    kind = type(error).__name__
    said = ""
    param = getattr(error, "param", None)
    hint = param.get_error_hint() if param is not None else getattr(error, "param_hint", None) or ""
    match kind:
        case "MissingParameter":
            said = tr("{name} is missing", name=hint)
        case "NoSuchOption":
            near = Listed(sorted(error.possibilities)) if error.possibilities else None
            said = tr("there is no option {name}", name=error.option_name)
            if near:
                said = tr("there is no option {name}; did you mean {names}?", name=error.option_name, names=near)
        case "BadParameter":
            said = tr("{name} cannot be “{value}”", name=hint, value=error.message)
        case _:
            said = _translated(error.format_message())
    where = error.ctx.command_path if getattr(error, "ctx", None) is not None else "linghang"
    return tr("{said} (see {command} --help)", said=said, command=where)
