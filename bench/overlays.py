"""Resolving an overlay from parsed documents, beside OSCAL profile resolution in compliance-trestle."""

from pathlib import Path
from typing import TYPE_CHECKING

from bench import overlay_trestle
from linghang.conditions.build import build
from linghang.conditions.shelf import PACKS, load_pack, sources_of

if TYPE_CHECKING:
    from bench.__main__ import Bench


def run(bench: "Bench", folder: Path) -> None:
    """Resolve, build and check neimenggu-2025 on national-2024."""
    sources = sources_of(PACKS / "neimenggu-2025.yaml")
    peer = overlay_trestle.prepare(load_pack("national-2024"), load_pack("neimenggu-2025"), folder / "oscal")
    if peer() != len(build(sources).elements):
        raise SystemExit("overlay: the peer resolves to another number of elements")
    mine, theirs = bench.race(lambda: build(sources), peer)
    bench.row("overlay neimenggu-2025: resolve, build, check; peer: trestle profile resolution", mine, theirs, 5)
