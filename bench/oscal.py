"""OSCAL assessment results of many enterprises, beside what the standard library and compliance-trestle take.

Ours judges the workload GC-500k and writes one document an enterprise into a file. The peers write the same documents
from what was judged before: `json.dumps` of ready dictionaries, and compliance-trestle from such dictionaries through
its models (fewer documents, scaled to as many). So both peers are spared the judging, and the first also the building.
"""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trestle.oscal.assessment_results import AssessmentResults

from bench import gc500k_pack
from bench.gc500k import generate
from linghang.report.oscal_table import ROWS, Columns, TableResults

if TYPE_CHECKING:
    from bench.__main__ import Bench

ENTERPRISES = 20_000
TRESTLE = 100
BAR = 0.005
"""Million enterprises a second."""


def run(bench: "Bench", folder: Path, enterprises: int = ENTERPRISES) -> None:
    """Write all enterprises in turns with the peers, after checking that all three say the same."""
    data = generate(enterprises)
    program, table = gc500k_pack.program(data), gc500k_pack.table(data)
    batches = table.combine_chunks().to_batches(ROWS)
    target = folder / "oscal.jsonl"

    def ours() -> None:
        results = TableResults(program, ("declared",), Columns())
        row = 1
        with target.open("wb") as file:
            for batch in batches:
                for line in results.lines(batch, "table", row):
                    file.write(line)
                row += batch.num_rows

    ours()
    documents = [json.loads(line) for line in target.read_bytes().splitlines()]
    _check(documents)

    def dumped() -> None:
        with (folder / "dumped.jsonl").open("w") as file:
            for document in documents:
                file.write(json.dumps(document, ensure_ascii=False) + "\n")

    def modelled() -> None:
        with (folder / "modelled.jsonl").open("w") as file:
            for document in documents[:TRESTLE]:
                file.write(_modelled(document).oscal_serialize_json() + "\n")

    mine, plain, trestle = bench.race(ours, dumped, modelled)
    findings = len(program.pack.elements)
    scaled = [one * enterprises / TRESTLE for one in trestle]
    size = target.stat().st_size / enterprises / 1e3
    work = f"OSCAL results, {findings} findings and {size:.1f} kB each, judged and written"
    bench.row(f"{work}; peer: trestle, not judged", mine, scaled, BAR, enterprises)
    bench.row(f"{work}; peer: json.dumps of ready dictionaries", mine, plain, BAR, enterprises)


def _check(documents: list[dict[str, Any]]) -> None:
    for document in documents[:: len(documents) // 20]:
        if json.loads(_modelled(document).oscal_serialize_json()) != document:
            raise SystemExit("oscal: compliance-trestle reads another document than was written")


def _modelled(document: dict[str, Any]) -> AssessmentResults:
    return AssessmentResults.model_validate(document["assessment-results"])


def main() -> None:
    """Run this benchmark alone."""
    from bench.__main__ import Bench, machine

    bench = Bench(5)
    bench.console.print(machine())
    with tempfile.TemporaryDirectory() as folder:
        run(bench, Path(folder))
    bench.console.print(bench.table)


if __name__ == "__main__":
    main()
