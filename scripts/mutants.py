"""Change every rule of the packs of conditions in turn: some test of tests/packs must fail each time.

A mutant is one pack file with one change: a rule turned round, a threshold one off, a link dropped, an element
removed, moved, or made a should. The tests are collected once; each mutant is judged by a forked child that puts
the changed file on the shelf and runs the tests, those that name the changed element first, until one fails.
A pack that the product itself refuses to build is killed by its checks and counted apart.

Usage: python scripts/mutants.py [--pack ID] [--only TEXT] [--tests PATH] [--workers N]
Exit status: 0 all mutants were killed, 1 some survived, 2 they could not be judged.
"""

import argparse
import gc
import io
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # children are forked; threads would not come with them

import pytest
import yaml
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from linghang.conditions import shelf
from linghang.conditions.build import build
from linghang.conditions.shelf import pack_ids, sources_of
from linghang.errors import BadInput
from linghang.words import use

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = shelf.PACKS

Body = dict[str, Any]
Fate = Literal["tests", "checks", "survived"]


@dataclass(frozen=True)
class Mutant:
    """One changed pack file.

    Attributes
    ----------
    about
        Id of what is changed.
    change
        What is changed, in words.
    section
        Where in the file: elements, interpretation, indicators or changes.
    entries
        Place in the section -> the entry as it stands in the mutant; None where it is removed.
    """

    pack: str
    about: str
    change: str
    section: str = "elements"
    entries: Mapping[int, Body | None] = field(default_factory=dict)

    def content(self, document: Body) -> Body:
        """Return the document with the change."""
        entries = [self.entries.get(place, entry) for place, entry in enumerate(document.get(self.section, ()))]
        return {**document, self.section: [entry for entry in entries if entry is not None]}

    def __str__(self) -> str:
        return f"{self.pack}.yaml: {self.about}: {self.change}"


# --- the changes ---

KINDS = {"fact": "measured", "attested": "benchmark", "measured": "fact", "benchmark": "attested", "capability": "fact"}
"""Each kind and one that needs another proof at the measured floor."""

PARTS = {"eligibility": "outcome", "outcome": "eligibility", "build": "eligibility"}
INTERPRETATIONS = {"link_covered": ("majority", "any"), "basic_self_rating": (0, 2)}
INDICATORS = {"type": {"state": "change", "change": "state"}, "better": {"higher": "lower", "lower": "higher"}}


@dataclass(frozen=True)
class Setting:
    """What the changes of one entry need to know of its pack, so that the mutant is still a valid pack."""

    levels: tuple[str, ...]
    links: tuple[str, ...]
    required: Mapping[str, tuple[str, ...]]

    def force(self, level: str, link: str) -> str:
        """The force that the checks ask of an element of a link at a level."""
        return "must" if link in self.required.get(level, ()) else "encouraged"


def rules(rule: str, setting: Setting) -> Iterator[str]:
    """Yield the rule, changed."""
    if rule == "found":
        yield "not found"
    elif compared := re.fullmatch(r"(\S+) >= (\S+)", rule):
        left, right = compared.groups()
        yield from (f"{left} > {right}", f"{left} <= {right}", f"not {left} >= {right}")
        if right.isdecimal():
            yield from (f"{left} >= {int(right) + 1}", f"{left} >= {int(right) - 1}")
        if left.startswith("scenes_"):
            yield from (f"scenes_{level} >= {right}" for level in setting.levels if left != f"scenes_{level}")
            yield f"maturity_level >= {right}"
    elif covers := re.fullmatch(r"covers\((.+)\)", rule):
        links = covers[1].split(", ")
        for link in links:
            yield f"covers({', '.join(one for one in links if one != link)})"
        yield from (f"covers({rule[7:-1]}, {link})" for link in setting.links if link not in links)
    else:
        raise ValueError(f"there is no change for the rule “{rule}”; add one to scripts/mutants.py")


def changes(body: Body, setting: Setting, whole: bool) -> Iterator[tuple[str, Body]]:
    """Yield changes of what one entry says, in words and as a body; `whole` means that it says all of an element."""

    def changed(**keys: Any) -> tuple[str, Body]:
        words = (f"{key}: {body.get(key)} -> {value}" for key, value in keys.items() if value != body.get(key))
        return ", ".join(words), {key: value for key, value in {**body, **keys}.items() if value is not None}

    if "rule" in body:
        yield from (changed(rule=rule) for rule in rules(body["rule"], setting))
    if force := body.get("force", "must" if whole else None):
        yield from (changed(force=other) for other in ("must", "should", "encouraged") if other != force)
    if (kind := body.get("kind")) in KINDS:
        yield changed(kind=KINDS[kind])
    if (part := body.get("part")) in PARTS:
        yield changed(part=PARTS[part], **({"link": None, "force": "must"} if part == "build" else {}))
    if whole:
        yield from _moves(body, setting, changed)


def _moves(body: Body, setting: Setting, changed: Any) -> Iterator[tuple[str, Body]]:
    """Yield moves to another level or link, with the force that fits there."""
    level, link = body.get("level"), body.get("link")
    for other in setting.levels:
        if other != level and (level is None or body["part"] in ("build", "outcome")):
            yield changed(level=other, **({"force": setting.force(other, link)} if link else {}))
    if level is not None and body["part"] == "outcome":
        yield changed(level=None)
    if link:
        for other in setting.links:
            if other != link:
                yield changed(link=other, force=setting.force(level, other))


def of_pack(pack: str, document: Body) -> Iterator[Mutant]:
    """Yield the mutants of one pack file, entry by entry as they stand in it."""
    setting = _setting(pack)
    for section in ("elements", "changes", "interpretation", "indicators"):
        for place, entry in enumerate(document.get(section, ())):
            about, mutated = _entry(section, entry, setting)
            for change, body in mutated:
                yield Mutant(pack, about, change, section, {place: body})
            yield Mutant(pack, about, "removed", section, {place: None})
    yield from _coverages(pack, document, setting)


def _setting(pack: str) -> Setting:
    levels: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    required: dict[str, tuple[str, ...]] = {}
    for source in sources_of(SHIPPED / f"{pack}.yaml"):
        levels = levels or tuple(level["id"] for level in source.content.get("levels", ()))
        links = links or tuple(link["id"] for link in source.content.get("links", ()))
        for element in source.content.get("elements", ()):
            if element["part"] == "coverage":
                required[element["level"]] = tuple(element["rule"].removeprefix("covers(")[:-1].split(", "))
    return Setting(levels, links, required)


def _entry(section: str, entry: Body, setting: Setting) -> tuple[str, Iterator[tuple[str, Body | None]]]:
    """Name one entry of a section and give its changes."""
    if section == "changes":
        verb = next(verb for verb in ("add", "replace", "remove") if verb in entry)
        name, inside = entry[verb], entry.get("with", {})
        _, mutated = _entry(entry.get("in", "elements"), {"id": name, **inside}, setting)
        bodies = (
            (f"{verb}: {change}", {**entry, "with": {key: body[key] for key in body if key != "id"}})
            for change, body in (mutated if verb != "remove" else ())
            if body is not None
        )
        return name, bodies
    if section == "interpretation":
        others = INTERPRETATIONS.get(entry["id"]) or _others(entry)
        return entry["id"], ((f"value: {entry['value']} -> {one}", {**entry, "value": one}) for one in others)
    if section == "indicators":
        flips = ((key, flip[entry[key]]) for key, flip in INDICATORS.items() if key in entry)
        return entry["id"], ((f"{key}: {entry[key]} -> {one}", {**entry, key: one}) for key, one in flips)
    level = f"@{entry['level']}" if entry.get("part") == "maturity" else ""
    return f"{entry['id']}{level}", changes(entry, setting, whole="part" in entry)


def _others(entry: Body) -> tuple[Any, ...]:
    """Other values of an interpretation: its other words, or one more and one less."""
    value = entry["value"]
    if isinstance(value, str):
        return tuple(one for one in entry.get("choices", ()) if one != value) or (f"{value}0",)
    return value + 1, value - 1


def _coverages(pack: str, document: Body, setting: Setting) -> Iterator[Mutant]:
    """Yield coverage that drops or adds a link together with the force of the link's elements, as the checks ask."""
    elements = document.get("elements", ())
    for place, entry in enumerate(elements):
        if entry["part"] != "coverage":
            continue
        links = setting.required[entry["level"]]
        for link in setting.links:
            kept = tuple(one for one in setting.links if (one in links) != (one == link))
            if not kept:
                continue
            force = "encouraged" if link in links else "must"
            entries = {place: {**entry, "rule": f"covers({', '.join(kept)})"}} | {
                at: {**one, "force": force}
                for at, one in enumerate(elements)
                if (one.get("level"), one.get("link")) == (entry["level"], link)
            }
            verb = "dropped" if link in links else "added"
            yield Mutant(pack, entry["id"], f"{link} {verb}, its elements {force}", "elements", entries)


def documents() -> dict[str, Body]:
    """Read the shipped packs of conditions as they stand in their files."""
    return {pack: yaml.load((SHIPPED / f"{pack}.yaml").read_bytes(), yaml.CSafeLoader) for pack in pack_ids()}


# --- the run ---


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant (None: of the packs as they are): who killed it, and with which words."""

    mutant: Mutant | None
    fate: Fate
    by: str


class NotRun(Exception):
    """The mutants could not be judged, so nothing is known of them."""


class Run:
    """A plug-in of pytest: where tests would run, it forks a child a mutant and lets that run them."""

    def __init__(self, mutants: Sequence[Mutant], folder: Path, console: Console, workers: int) -> None:
        self.mutants = mutants
        self.folder = folder
        self.console = console
        self.workers = workers
        self.documents = documents()
        self.broken = ""
        self.outcomes: list[Outcome] = []
        self.failed = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge the packs as they are, then every mutant."""
        if session.testsfailed or not session.items:
            raise pytest.UsageError("the tests cannot be collected")
        gc.collect()
        gc.freeze()  # what is there now is shared with the children: do not touch it
        (unchanged,) = self._forked(session, [None])
        if unchanged.fate == "survived":
            self.outcomes = list(self._shown(self._forked(session, self.mutants)))
        self.broken = unchanged.by
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember the first test that failed."""
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def _shown(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        columns = (TextColumn("mutants"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        survived = TextColumn("survived: {task.fields[survived]}")
        with Progress(*columns, survived, console=self.console, auto_refresh=False) as progress:  # no thread to fork
            task = progress.add_task("", total=len(self.mutants), survived=0)
            found = 0
            for place, outcome in enumerate(outcomes):
                found += outcome.fate == "survived"
                progress.update(task, advance=1, survived=found, refresh=place % 20 == 0)
                yield outcome
            progress.refresh()

    def _forked(self, session: pytest.Session, mutants: Iterable[Mutant | None]) -> Iterator[Outcome]:
        """Judge each mutant in a child of its own, some at a time; None stands for the packs as they are."""
        running: dict[int, tuple[Mutant | None, Path]] = {}
        waiting = iter(enumerate(mutants))
        while True:
            for place, mutant in waiting:
                folder = self.folder / str(place)
                child = os.fork()
                if child == 0:
                    self._child(session, mutant, folder)
                running[child] = mutant, folder
                if len(running) >= self.workers:
                    break
            if not running:
                return
            child, _ = os.wait()
            mutant, folder = running.pop(child)
            yield self._outcome(mutant, folder)

    def _outcome(self, mutant: Mutant | None, folder: Path) -> Outcome:
        said = folder / "outcome"
        if not said.exists():
            raise NotRun(f"the child of “{mutant}” ended without a word")
        fate, _, by = said.read_text(encoding="utf-8").partition("\n")
        shutil.rmtree(folder)
        return Outcome(mutant, fate, by)  # type: ignore[arg-type]

    def _child(self, session: pytest.Session, mutant: Mutant | None, folder: Path) -> None:
        """Run the tests on a mutant, write down what became of it, and end this process."""
        status = 1
        try:
            changed = {mutant.pack: mutant.content(self.documents[mutant.pack])} if mutant else self.documents
            serve(changed, folder)
            fate, by = self._judged(session, mutant, folder)
            (folder / "outcome").write_text(f"{fate}\n{by}", encoding="utf-8")
            status = 0
        finally:
            os._exit(status)

    def _judged(self, session: pytest.Session, mutant: Mutant | None, folder: Path) -> tuple[Fate, str]:
        use("en")
        try:
            for pack in [mutant.pack] if mutant else self.documents:
                build(sources_of(folder / f"{pack}.yaml"))
        except BadInput as refusal:
            return "checks", str(refusal)
        items = sorted(session.items, key=lambda item: mutant is None or mutant.about not in item.nodeid)
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return "tests", self.failed
        return "survived", ""


def serve(changed: Mapping[str, Body], folder: Path) -> None:
    """Make a shelf in `folder` on which some packs say something else, and let the product read that shelf."""
    shutil.copytree(SHIPPED, folder)
    for pack, content in changed.items():
        text = yaml.dump(content, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
        (folder / f"{pack}.yaml").write_text(text, encoding="utf-8")
    shelf._load_own.cache_clear()
    shelf.PACKS = folder


def run(mutants: Sequence[Mutant], tests: Path, console: Console, workers: int) -> Run:
    """Judge mutants by the tests in `tests` that are not slow.

    Raises
    ------
    NotRun
        The tests cannot be collected, or fail on the packs as they are.
    """
    said = io.StringIO()
    options = ["-q", "-m", "not slow", "-p", "no:cacheprovider", "-p", "no:xdist", "--capture=sys"]
    with tempfile.TemporaryDirectory(prefix="linghang-mutants-") as folder, redirect_stdout(said):
        judging = Run(mutants, Path(folder), console, workers)
        status = pytest.main(["-c", str(ROOT / "pyproject.toml"), *options, str(tests)], plugins=[judging])
    if status != pytest.ExitCode.OK:
        raise NotRun(f"the tests do not run\n{said.getvalue()}")
    if judging.broken:
        raise NotRun(f"the tests fail on the packs as they are: {judging.broken}")
    return judging


def show(outcomes: Sequence[Outcome], console: Console) -> None:
    """Print who killed how many mutants of each pack, and which survived."""
    table = Table("pack", "mutants", "killed by tests", "killed by checks", "survived")
    for column in table.columns[1:]:
        column.justify = "right"
    counts = Counter(chain.from_iterable(((one.mutant.pack, one.fate), ("all", one.fate)) for one in outcomes))
    for pack in (*dict.fromkeys(one.mutant.pack for one in outcomes), "all"):
        numbers = [counts[pack, fate] for fate in ("tests", "checks", "survived")]
        table.add_row(pack, *map(str, (sum(numbers), *numbers)))
    console.print(table)
    for one in outcomes:
        if one.fate == "survived":
            console.print(f"survived: {one.mutant}", style="red", highlight=False, markup=False, soft_wrap=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutants that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pack", choices=pack_ids(), help="only the mutants of one pack")
    parser.add_argument("--only", default="", metavar="TEXT", help="only mutants whose description holds this text")
    parser.add_argument("--tests", type=Path, default=ROOT / "tests" / "packs", help="the tests (tests/packs)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="children at a time")
    parser.add_argument("--verbose", action="store_true", help="say of every mutant who killed it")
    chosen = parser.parse_args(arguments)
    console = Console(file=os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8"))
    mutants = [
        mutant
        for pack, document in documents().items()
        if chosen.pack in (None, pack)
        for mutant in of_pack(pack, document)
        if chosen.only in str(mutant)
    ]
    began = time.monotonic()
    try:
        judging = run(mutants, chosen.tests, console, chosen.workers)
    except NotRun as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    for one in judging.outcomes if chosen.verbose else ():
        console.print(f"{one.fate}: {one.mutant}: {one.by}", highlight=False, markup=False, soft_wrap=True)
    show(judging.outcomes, console)
    console.print(f"{len(mutants)} mutants in {time.monotonic() - began:.0f} s")
    return int(any(one.fate == "survived" for one in judging.outcomes))


if __name__ == "__main__":
    sys.exit(main())
