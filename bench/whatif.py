"""What-if in process: the example case with two changes and another interpretation, judged beside what there is."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from linghang.usecases.whatif import beside, whatif

if TYPE_CHECKING:
    from bench.__main__ import Bench

CASE = Path(__file__).resolve().parents[1] / "examples" / "wheel-works.yaml"
SETS = ("excellence.construction.virtual-factory=met", "maturity_level=4")


def run(bench: "Bench") -> None:
    """Judge what would be, and what differs; the judgement that there is was made before."""
    judged = whatif(CASE, now=datetime(2026, 6, 30, tzinfo=UTC)).before

    def ours() -> None:
        found = beside(judged, SETS, interpretation={"link_covered": "majority"})
        assert list(found.differing())

    (seconds,) = bench.race(ours)
    bench.row("what-if, national-2024, three floors, in process", seconds, None, 50)


if __name__ == "__main__":
    from bench.__main__ import ROUNDS, Bench

    table = Bench(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
    run(table)
    table.console.print(table.table)
