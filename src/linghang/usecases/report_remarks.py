"""What the consistency checks say of a report, kept until something that they look at changes."""

from collections.abc import Mapping
from typing import Any

from linghang.report.remarks import Check, Remark, Spot
from linghang.store.documents import FILE
from linghang.store.state import files_state
from linghang.usecases.consistency_waivers import WAIVERS
from linghang.usecases.kept import kept
from linghang.usecases.report_sources import Sources
from linghang.usecases.report_statements import APPLICATION
from linghang.words import Text

LOOKED_AT = (APPLICATION, FILE, f"{FILE}-wal", WAIVERS)
"""Files that the checks read beside what an assessment rests on."""


def remarks_of(sources: Sources) -> tuple[Remark, ...]:
    """Make the checks, or take what they said before."""
    folder = sources.workspace.folder
    question = [
        sources.pack.digest,
        str(sources.day),
        sources.level,
        files_state(folder / name for name in LOOKED_AT),
    ]

    def made() -> list[dict[str, Any]]:
        from linghang.usecases.consistency import check_consistency

        found = check_consistency(
            folder, pack=sources.request.pack, now=sources.now, level=sources.level, as_of=sources.day
        )
        return [one.to_dict() for one in found.remarks]

    return tuple(_remark(one) for one in kept(sources.workspace, "report-remarks", question, made))


def _remark(given: Mapping[str, Any]) -> Remark:
    check = Check(given["code"], given["severity"], _text(given["title"]), _text(given["mend"]), given["source"])
    return Remark(
        check,
        Spot(**given["spot"]),
        _text(given["message"]),
        tuple(Spot(**one) for one in given["others"]),
        _text(given["mend"]),
    )


def _text(given: Mapping[str, str]) -> Text:
    return Text(given["zh"], given["en"])
