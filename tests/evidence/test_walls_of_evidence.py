"""The walls: evidence stands on conditions and plant; it does not know who feeds it and who judges by it."""

import ast
import sys
from pathlib import Path

import pytest

import linghang.evidence

ROOM = Path(linghang.evidence.__file__).parent
MAY_IMPORT = {"conditions", "errors", "evidence", "plant", "words", "zip_list"}
LIBRARIES = {"cryptography", "numpy", "pyarrow"}


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names.add(str(node.module))
            names |= {f"linghang.{one.name}" for one in node.names if node.module == "linghang"}
    return names - {"linghang"}


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: path.name)
def test_evidence_imports_only_the_ground_that_it_stands_on(path: Path) -> None:
    for name in imported(path):
        first, *rest = name.split(".")
        if first == "linghang":
            assert rest[0] in MAY_IMPORT, name
        else:
            assert first in LIBRARIES | sys.stdlib_module_names, name


def test_the_walls_would_be_seen_to_fall(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("def f():\n    from linghang.judge.reference import judge\n    import linghang.kpi.compute\n")
    assert imported(module) == {"linghang.judge.reference", "linghang.kpi.compute"}
