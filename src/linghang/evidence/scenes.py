"""Derivations from the register of scenes: how many were built for each level's list."""

from decimal import Decimal

from linghang.evidence.derive import Derivation, Found, Look, Needs
from linghang.evidence.looking import in_use, where, whether_in_use
from linghang.words import Text


def _count(level: str):  # type: ignore[no-untyped-def]
    def run(look: Look) -> Found | Needs:
        """Count different scenes; instances of the same scene count once."""
        listed = where(look.tables["scene_built"], level_list=level)
        if whether_in_use(listed, look.as_of, "go_live_on", "retired_on").null_count:
            return Needs(("scene_built.go_live_on",))
        built = in_use(listed, look.as_of)
        if built.num_rows == 0:
            return Needs((f"scene_built.level_list = {level}",))
        names = sorted(set(built["scene_name"].to_pylist()))
        return Found(Decimal(len(names)), {"scenes": names})

    return run


SCENES = tuple(
    Derivation(
        f"scenes.{level}",
        (f"scenes_{level}",),
        ("scene_built",),
        "declared",
        Text("已建场景清单", "register of scenes built"),
        _count(level),
    )
    for level in ("basic", "advanced", "excellence", "pioneer")
)
