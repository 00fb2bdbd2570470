"""What a bundle and its verification look like: what was checked, what does not fit, and one last line."""

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from linghang.cli.names import FLOORS, headed, terminal
from linghang.usecases.naming import HELD, LEFT_OUT
from linghang.words import Listed, later, tr

if TYPE_CHECKING:
    from linghang.usecases.bundling import Bundled
    from linghang.usecases.inside_tables import Rerun
    from linghang.usecases.signing_keys import Keys, PublicKey
    from linghang.usecases.verifying import Verified

MAX_SHOWN = 12
OUTCOMES = {
    "same": ("✓", "green", later("computed again, the same")),
    "differs": ("✗", "red", later("computed again, differs")),
    "not_rerun": ("·", "dim", later("not computed again")),
}


def show_bundled(found: "Bundled", as_json: bool) -> None:
    """Say what was written, what was left out and who signed."""
    if as_json:
        from linghang.usecases.bundle_told import told_bundle

        _print_json(told_bundle(found))
        return
    console = terminal()
    _left_out(console, found.manifest.left_out)
    if found.recorded:
        console.print(tr("{count} new observations in the ledger", count=found.recorded), style="dim")
    console.print(
        tr(
            "bundle written: {file} ({size} bytes, {records} records of the ledger, judged as of {day})",
            file=found.file,
            size=f"{found.size:,}",
            records=found.manifest.records,
            day=found.manifest.as_of,
        ),
        style="green",
        markup=False,
    )
    console.print(f"sha256  {found.sha256}", style="dim")
    console.print(tr("signed by the key {key}", key=found.fingerprint), style="dim")
    console.print(
        tr("to verify: linghang verify {file} --key {key}", file=found.file, key=found.fingerprint), markup=False
    )


def _left_out(console: Console, left_out: Any) -> None:
    """Name what is not inside, by kind and reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in left_out:
        groups.setdefault((one["what"], one["reason"]), []).append(one.get("id", ""))
    for (what, reason), names in groups.items():
        shown = Listed([*names[:MAX_SHOWN], "…"] if len(names) > MAX_SHOWN else names)
        console.print(
            tr(
                "not inside: {what} {names} ({reason})",
                what=tr(HELD.get(what, what)),
                names=shown,
                reason=tr(LEFT_OUT.get(reason, reason)),
            ),
            style="yellow",
            markup=False,
        )


def show_verified(found: "Verified", asked: bool, as_json: bool) -> None:
    """Say what verifying found, the first thing that does not fit before all others."""
    if as_json:
        from linghang.usecases.bundle_told import told

        _print_json(told(found))
        return
    console = terminal()
    manifest = found.opened.manifest
    console.print(
        tr(
            "{name}: {pack} as of {day}; {entries} entries, {records} records of the ledger",
            name=manifest.workspace,
            pack=manifest.pack,
            day=manifest.as_of,
            entries=len(manifest.entries),
            records=found.records,
        ),
        style="bold",
        markup=False,
    )
    console.print(_signer(found, asked), markup=False)
    _left_out(console, manifest.left_out)
    for name in found.trusted_packs:
        console.print(tr("pack {pack}: not of this program", pack=name), style="yellow", markup=False)
    if found.reruns:
        console.print(_reruns(found.reruns))
    if found.verdict is not None:
        console.print(_floors(found))
    _problems(console, found)
    _last_line(console, found, asked)


def _signer(found: "Verified", asked: bool) -> str:
    if found.signer is None:
        return tr("no valid signature")
    if found.known_as is not None:
        return tr("signed by {name}, key {key}", name=found.known_as, key=found.signer)
    if asked:
        return tr("signed by a key that you do not know: {key}", key=found.signer)
    return tr(
        "signed by the key {key}; without --key this says only that nothing was changed after signing, not who signed",
        key=found.signer,
    )


def _reruns(reruns: "tuple[Rerun, ...]") -> Table:
    """How many of each outcome, and why."""
    table = headed(tr("What was derived or measured"))
    for column in ("", tr("computed again?"), tr("why"), tr("derivation or engine")):
        table.add_column(column, overflow="fold")
    table.add_column(tr("count"), justify="right")
    counted = Counter((one.outcome, str(one.why or "")) for one in reruns)
    for (outcome, why), count in sorted(counted.items(), key=lambda one: list(OUTCOMES).index(one[0][0])):
        mark, colour, said = OUTCOMES[outcome]
        of = [one.source for one in reruns if (one.outcome, str(one.why or "")) == (outcome, why)]
        named = list(dict.fromkeys(of)) if outcome != "same" else []
        shown = Listed([*named[:4], "…"] if len(named) > 4 else named)
        table.add_row(f"[{colour}]{mark}[/]", tr(said), escape(why), escape(str(shown)), str(count))
    return table


def _floors(found: "Verified") -> Table:
    assert found.verdict is not None
    titles = {level.id: str(level.title) for level in found.verdict.program.pack.levels}
    table = headed(tr("Judged anew from the ledger"))
    for column in (tr("floor of proof"), tr("confirmed"), tr("possible")):
        table.add_column(column)
    for floor, one in found.verdict.floors.items():
        confirmed, possible = (titles.get(name or "", "–") for name in (one.confirmed, one.possible))
        table.add_row(tr(FLOORS[floor]), confirmed, possible)
    return table


def _problems(console: Console, found: "Verified") -> None:
    for place, one in enumerate(found.problems[:MAX_SHOWN]):
        console.print(f"✗ {one}", style="bold red" if place == 0 else "red", markup=False)
    if len(found.problems) > MAX_SHOWN:
        console.print(tr("and {count} more", count=len(found.problems) - MAX_SHOWN), style="red")


def _last_line(console: Console, found: "Verified", asked: bool) -> None:
    if found.problems:
        first = found.problems[0]
        console.print(
            tr(
                "DOES NOT FIT: {count} problems, the first in {place}",
                count=len(found.problems),
                place=first.place or "–",
            ),
            style="bold red",
            markup=False,
        )
    elif asked:
        console.print(
            tr("FITS: every byte as signed by a key that you know, and judged anew the same"), style="bold green"
        )
    else:
        console.print(tr("FITS: nothing changed after signing, and judged anew the same"), style="bold green")


def show_keys(found: "Keys", as_json: bool) -> None:
    """Show the keys of a workspace."""
    if as_json:
        _print_json({"own": found.own, "file": str(found.file), "trusted": found.trusted})
        return
    console = terminal()
    own = found.own or tr("none yet; the first bundle makes it")
    console.print(tr("own key: {key}", key=own), markup=False)
    console.print(str(found.file), style="dim", markup=False)
    for name, fingerprint in found.trusted.items():
        console.print(tr("trusted: {name}  {key}", name=name, key=fingerprint), markup=False)


def show_key(said: str, key: "PublicKey", **values: object) -> None:
    """Say what was done with a key, and its fingerprint."""
    console = terminal()
    console.print(tr(said, **values), style="green", markup=False)
    console.print(key.fingerprint)


def _print_json(document: Any) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))
