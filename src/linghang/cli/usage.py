"""What the command-line library says by itself (usage, help of --help, wrong options), said in our catalogue."""

from typing import Any

from typer.core import TyperCommand, TyperGroup

from linghang.words import tr


class _Speaking:
    """Commands whose usage line and help option speak the chosen language."""

    def get_usage(self, ctx: Any) -> str:
        """Return the usage line."""
        said: str = super().get_usage(ctx)  # type: ignore[misc]
        return said.replace("Usage:", tr("Usage:"), 1)

    def get_help_option(self, ctx: Any) -> Any:
        """Return the help option with its help in the chosen language."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = tr("Show this message and stop.")
        return option


class SpeakingCommand(_Speaking, TyperCommand):
    """A command."""


class SpeakingGroup(_Speaking, TyperGroup):
    """A group of commands."""


def complaint(error: Any) -> str:
    """Say what is wrong with the options and arguments of a command."""
    kind = type(error).__name__
    param = getattr(error, "param", None)
    hint = param.get_error_hint() if param is not None else getattr(error, "param_hint", None) or ""
    match kind:
        case "MissingParameter":
            said = tr("{name} is missing", name=hint)
        case "NoSuchOption":
            said = tr("there is no option {name}", name=error.option_name)
            if error.possibilities:
                said += "; " + tr("did you mean {names}?", names=", ".join(sorted(error.possibilities)))
        case "BadParameter":
            said = tr("{name} cannot be “{value}”", name=hint, value=error.message)
        case _:
            said = error.format_message()
    where = error.ctx.command_path if getattr(error, "ctx", None) is not None else "linghang"
    return tr("{said} (see {command} --help)", said=said, command=where)
