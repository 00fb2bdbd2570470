"""What the build of the reference plant looks like in the terminal."""

from linghang.cli.names import terminal
from linghang.usecases.plant_building import Built
from linghang.words import tr


def show(built: Built) -> None:
    """Say what was built and what comes next."""
    console = terminal()
    console.print(
        tr(
            "plant built: {folder}, {rows} records in {tables} tables, {first} to {until}, {points} points of signals",
            folder=built.folder,
            rows=f"{sum(built.rows.values()):,}",
            tables=len(built.rows),
            first=built.span.first,
            until=built.span.until,
            points=f"{built.points:,}",
        ),
        style="green",
        markup=False,
    )
    console.print(
        tr("next: linghang assess {folder}, or linghang plant serve {folder}", folder=built.folder), markup=False
    )
