"""Write the reference pages from the code, the packs and the example case (`make docs`).

With `--check` nothing is written: it fails, and names the pages, if one of them is not what the code gives.
Pages whose source is no code (case-file.md, table-format.md) are written by hand and not touched.
"""

import dataclasses
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import typer.main

from linghang.cli import commands, pack_view
from linghang.judge import verdict
from linghang.usecases.batch import BatchReport
from linghang.usecases.judging import judge_case
from linghang.usecases.packs import diff_packs, list_packs
from linghang.words import speak_everywhere
from pages import MADE, code, fenced, table
from reference_api import api_page
from reference_application import application_json
from reference_checks import checks_page
from reference_engines import engines_page
from reference_packs import packs_page
from reference_plan import plan_json
from reference_plant import derivations_page, dictionary_page, indicators_page, plant_json
from reference_rules import rules_page

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs/reference"


def attributes(kind: type) -> dict[str, str]:
    """Return name -> description from the "Attributes" section of a NumPy docstring."""
    _, _, section = (kind.__doc__ or "").partition("Attributes\n")
    found: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines()[1:]:
        said = line.strip()
        if not said:
            continue
        if len(line) - len(line.lstrip()) <= 4:
            names = [name.strip() for name in said.split(",")]
        else:
            found.update({name: f"{found.get(name, '')} {said}".strip() for name in names})
    return found


# --- command-line.md ---


def commands_page() -> str:
    """Every command with its arguments and options, as its own help describes them."""
    root: Any = typer.main.get_command(commands.build())
    parts = [
        MADE.format(source="the help of the command line"),
        "# Command line\n",
        f"{root.help} {root.epilog}\n",
        "Interrupted by Ctrl-C it leaves with 130, and an unfinished output file does not appear under its name.",
        "`make setup` installs it as `.venv/bin/linghang`. Every command takes `--help` (`-h`), which says the same",
        "as this page in the chosen language.\n",
        "## Options of every command\n",
        _options(root.params),
    ]
    for path, command in _commands(root, ()):
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        usage = [f"[{one.metavar}]…" if one.nargs == -1 else one.metavar for one in arguments]
        parts += [f"## linghang {' '.join(path)}\n", f"{command.help}\n"]
        parts += [f"```\n{' '.join(('linghang', *path, '[OPTIONS]', *usage))}\n```\n"]
        if arguments:
            rows = ((code(one.metavar), "yes" if one.required else "no", one.help) for one in arguments)
            parts.append(table(("argument", "required", "meaning"), rows))
        parts.append(_options(one for one in command.params if one.param_type_name == "option"))
    return "\n".join(parts)


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, one in command.commands.items():
        if hasattr(one, "commands"):
            yield from _commands(one, (*path, name))
        else:
            yield (*path, name), one


def _options(params: Iterable[Any]) -> str:
    rows = []
    for one in params:
        names = ", ".join(map(code, [*one.opts, *one.secondary_opts]))
        takes = "" if one.is_flag else code(one.metavar or one.type_descriptor.annotation.__name__.upper())
        needed = "required" if one.required else "" if one.default in (None, False) else f"default {one.opts[0]}"
        rows.append((names, takes, needed, one.help))
    return table(("option", "takes", "", "meaning"), rows)


# --- json.md ---

TOP = {
    "pack": "id of the pack",
    "as_of": "day of judgement",
    "pack_status": "complete or partial",
    "pack_digest": "sha256 over the files of the pack's lineage, base first",
    "interpretation": "name -> value in force, as text or true/false",
    "floors": "declared, documented and measured, always all three",
}
FLOOR = {
    "confirmed": "id of the highest level whose conjunction is met, or null",
    "possible": "id of the highest level whose conjunction is not unmet, or null",
    "levels": "level -> what is said of it, lowest first",
    "elements": "with `--trace` only: every element at this floor",
}
LEVEL = {
    "finding": "met, unmet or unknown",
    "failing": "ids of the conditions that are unmet, in the pack's order; of a covered or waived link none",
    "missing": "ids of the conditions that are unknown, in the pack's order; of a covered or waived link none",
    "missing_reasons": "id of a missing condition -> why it is unknown",
}
ELEMENT = {
    "id": "the element",
    "level": "the level that asks it, or `all`",
    "clause": "document and clause",
    "part": "eligibility, maturity, build, scenario_count or outcome",
    "link": "the link of a build element, else null",
    "kind": "what kind of thing is asked; decides which proof it needs",
    "force": "must, should or encouraged",
    "proof": "declared, documented or measured; null if nothing was stated",
    "rule": "the evaluated rule with its steps, or null where the rule is just `found`",
}
STEP = {"rule": "the step as a rule is written", "value": "its value as text, null if unknown", "steps": "those below"}

BATCH = {
    "pack": "id of the pack",
    "rows": "number of enterprises",
    "floors": "the floors that were judged: one, or all three where the table carries proofs",
    "output": "the file that was written",
}


def json_page() -> str:
    """What the commands print as JSON, key by key, with parts of real documents."""
    return "\n".join(
        [
            MADE.format(source="the example case and src/linghang/judge/verdict.py"),
            "# JSON\n",
            "Commands that show something take `--json`. Keys and words are the same whatever the language.\n",
            *_judge_json(),
            *_batch_json(),
            *_packs_json(),
            *plant_json(_keys, attributes),
            *plan_json(_keys),
            *application_json(_keys),
        ]
    )


def _judge_json() -> Iterator[str]:
    judged = judge_case(ROOT / "examples/wheel-works.yaml", today=date(2026, 6, 30)).verdict
    whole = judged.to_dict()
    documented = whole["floors"]["documented"]
    level = documented["levels"]["advanced"]
    elements = [one.to_dict() for one in judged.floors["documented"].elements]
    weak = next(one for one in elements if one["reason"] == "below_floor")
    ruled = next(one for one in elements if one["rule"])
    yield "## linghang judge --json\n"
    yield "The examples are parts of `linghang judge examples/wheel-works.yaml --json --trace`.\n"
    yield _keys(TOP, whole)
    yield "Without the `levels` of each floor:\n"
    shown = {**whole, "pack_digest": "64 hexadecimal digits"}
    yield fenced(shown | {"floors": {name: _without(one, "levels") for name, one in whole["floors"].items()}})
    yield "### A floor\n"
    yield _keys(FLOOR, {**documented, "elements": elements})
    yield "### A level\n\n`floors.documented.levels.advanced`:\n"
    yield fenced(level)
    yield _keys(attributes(verdict.LevelVerdict) | LEVEL, level)
    yield "### An element\n\nTwo of `floors.documented.elements`:\n"
    yield fenced([weak, ruled])
    yield _keys({**_without(attributes(verdict.ElementVerdict), "step"), **ELEMENT}, weak)
    yield "### A step of a rule\n"
    yield _keys(STEP, ruled["rule"])


def _batch_json() -> Iterator[str]:
    names = {one.name: None for one in dataclasses.fields(BatchReport)}
    yield "## linghang batch --json\n"
    yield _keys(BATCH | _without(attributes(BatchReport), "titles"), _without(names, "titles") | {"output": None})
    yield "Where no level is reached the key is `none`.\n"


def _packs_json() -> Iterator[str]:
    differences = pack_view.plain(diff_packs("national-2024", "hainan-2025"))
    yield "## linghang packs … --json\n"
    yield "`packs list`: a list of documents, such as\n"
    yield fenced(pack_view.plain(list_packs()[:1]))
    yield "`packs diff`: a list of differences, such as the last one from national-2024 to hainan-2025\n"
    yield fenced(differences[-1:])
    yield "`packs check`: a list of `{file, problems}`; `problems` is empty for a file that is whole, and what it says"
    yield "is in the chosen language. `packs show`: the whole document, texts in both languages, numbers and dates as"
    yield "text; its keys are those of the classes in `model.py`, `scenes.py` and `maturity.py` under"
    yield "`src/linghang/conditions`.\n"


def _without(found: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name != key}


def _keys(described: Mapping[str, str], real: Mapping[str, Any]) -> str:
    """Describe every key of a real document; a key without words, or words without a key, end the run."""
    if odd := described.keys() ^ real.keys():
        raise SystemExit(f"docs/reference/json.md: described but not there, or there but not described: {odd}")
    return table(("key", "meaning"), ((code(key), described[key].replace("None", "null")) for key in real))


# --- the pages ---

WRITERS: dict[str, Callable[[], str]] = {
    "api.md": api_page,
    "packs.md": packs_page,
    "rule-language.md": rules_page,
    "checks.md": checks_page,
    "command-line.md": commands_page,
    "json.md": json_page,
    "data-dictionary.md": lambda: dictionary_page("en"),
    "data-dictionary.zh-CN.md": lambda: dictionary_page("zh"),
    "derivations.md": derivations_page,
    "engines.md": engines_page,
    "indicators.md": indicators_page,
}


def main(check: bool) -> int:
    """Write the pages, or look whether they are up to date; return the exit status."""
    speak_everywhere("en")
    stale = []
    for name, write in WRITERS.items():
        text = re.sub(r"\n{3,}", "\n\n", write()).rstrip() + "\n"
        page = PAGES / name
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not check:
            page.write_text(text, encoding="utf-8")
    said = "not up to date: run make docs" if check else "written"
    for name in stale:
        print(f"docs/reference/{name}: {said}")
    print(f"{len(WRITERS)} pages, {len(stale)} {'stale' if check else 'written'}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
