"""Every element of both documents, clause by clause: what it decides when it is met, unmet or unknown."""

import pytest
from golden_packs import DOCUMENTS, FLOORS, LEVELS, PARTS, Example, Row, element_examples, own_rows, program, whole

from linghang.errors import BadInput
from linghang.judge.case import read_case
from linghang.judge.reference import judge
from linghang.judge.verdict import Verdict

EXAMPLES = [example for pack in DOCUMENTS for example in element_examples(pack)]
ROWS = [(pack, row) for pack in DOCUMENTS for row in own_rows(pack)]


KEYS = ("finding", "parts", "links", "failing", "missing", "deciding")


def said(verdict: Verdict) -> dict[str, object]:
    """What a verdict says, of the keys that examples are about."""
    floors = verdict.to_dict()["floors"]
    for one in floors.values():
        one["levels"] = {level: {key: found[key] for key in KEYS} for level, found in one["levels"].items()}
    return floors


@pytest.mark.parametrize("example", EXAMPLES)
def test_decides_its_level_and_no_other(example: Example) -> None:
    verdict = judge(program(example.pack), example.case)
    assert said(verdict) == {floor: example.expected(floor) for floor in FLOORS}
