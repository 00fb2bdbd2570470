"""Find packs by id or path, follow their bases and build them."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from linghang.conditions.build import build
from linghang.conditions.document import read_file
from linghang.conditions.model import Pack
from linghang.conditions.overlay import FORMAT, Source
from linghang.errors import BadInput, Place, nearest

PACKS = Path(__file__).parent / "packs"
MAX_BASES = 8


def shelf_files() -> Iterator[Path]:
    """Yield the files of all documents that come with the product: packs, scenes, maturity models."""
    yield from sorted(PACKS.glob("*.yaml"))


def pack_ids() -> tuple[str, ...]:
    """Return the ids of the packs of conditions that come with the product."""
    return tuple(path.stem for path in shelf_files() if format_of(path) == FORMAT)


def format_of(path: Path) -> str:
    """Return what a document of the shelf is, which it says at its beginning."""
    with path.open("rb") as file:
        head = file.read(400)
    for line in head.splitlines():
        if line.startswith(b"format:"):
            return line.removeprefix(b"format:").strip().decode()
    return ""


def load_pack(name: str) -> Pack:
    """Load a pack by its id, or from a YAML file of one's own.

    Parameters
    ----------
    name
        An id such as `national-2024`, or a path that ends in .yaml or .yml.

    Raises
    ------
    BadInput
        There is no such pack, or it is not whole.
    """
    path = _path(name, PACKS)
    return _load_own(path) if path.parent == PACKS else build(sources_of(path))


def sources_of(path: Path) -> list[Source]:
    """Read a pack and the packs that it changes, base first."""
    chain: list[Source] = []
    while True:
        source = _source(path)
        if any(source.id == one.id for one in chain):
            circle = " → ".join([*(one.id for one in chain), source.id])
            raise BadInput("the bases go round in a circle: {circle}", Place(str(path)), circle=circle)
        if len(chain) == MAX_BASES:
            raise BadInput("rests on more than {limit} bases", Place(chain[0].file), limit=MAX_BASES)
        chain.append(source)
        if source.base is None:
            return chain[::-1]
        try:
            path = _path(source.base, path.parent)
        except BadInput as error:
            raise error.at(Place(str(path), source.content.lines.get("base"))) from None


@lru_cache(maxsize=16)
def _load_own(path: Path) -> Pack:
    """Packs of the product are immutable, so they are built once; a user's own file may change between calls."""
    return build(sources_of(path))


def _source(path: Path) -> Source:
    content = read_file(path)
    if content.get("format") != FORMAT:
        raise BadInput(
            "is not a pack of conditions: its “format” should be {format}",
            Place(str(path), content.lines.get("format")),
            format=FORMAT,
        )
    return Source(shown_path(path), content, hashlib.sha256(path.read_bytes()).hexdigest())


def shown_path(path: Path) -> str:
    """Name a file of the product by its name alone, any other by its path."""
    return path.name if path.parent == PACKS else str(path)


def _path(name: str, beside: Path) -> Path:
    if name.endswith((".yaml", ".yml")):
        path = Path(name) if Path(name).is_absolute() or beside == PACKS else beside / name
        if not _is_file(path):
            raise BadInput("there is no file {file}", file=str(path))
        return path
    for folder in (beside, PACKS):
        if _is_file(path := folder / f"{name}.yaml"):
            return path
    raise BadInput("there is no pack {name}; {near}", name=name, near=nearest(name, pack_ids()))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have, or a folder that may not be read
        return False
