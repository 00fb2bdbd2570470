"""What the commands of the application print as JSON, for the page of JSON documents: real documents, key by key."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from linghang.plant.tables import TABLES
from linghang.usecases import bundle_told
from linghang.usecases.bundling import Request, bundle
from linghang.usecases.consistency import check_consistency
from linghang.usecases.evidence_matrix import document_of, evidence_matrix
from linghang.usecases.maturity import answer, progress
from linghang.usecases.reviewing import Question, review_draft
from linghang.usecases.verifying import verify
from linghang.usecases.workspaces import make_workspace

Keys = Callable[[Mapping[str, str], Mapping[str, Any]], str]
DAY = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 1, tzinfo=UTC)
DRAFT = "智能工厂申报书\n\n一、申报单位基本信息\n单位名称：北疆铝轮毂有限公司。\n本工厂技术先进，联网率达到120%。\n"

MATRIX = {
    "pack": "id of the pack",
    "as_of": "day of judgement",
    "level": "only what this level asks; null for all",
    "summary": "how many elements of each level and link are in which state",
    "rows": "every element with its evidence",
}
ROW = {
    "id": "id of the element",
    "level": "its level, or all",
    "clause": "its clause",
    "text": "what it asks, in our words",
    "part": "eligibility, build, outcome …",
    "kind": "kind of the element",
    "force": "must, should or encouraged",
    "link": "id of the link; null without one",
    "finding": "what counts at the weakest floor",
    "proof": "how well that is proved",
    "reason": "why it is unknown although something speaks of it",
    "counts": "floor → what counts there",
    "gap": "proved, weak, stale, expired, contradicted or none",
    "speakers": "the observations that speak of it",
    "documents": "the registered documents that are to prove it",
    "wanted": "what would count, and where it would come from",
}
CHECK = {
    "as_of": "day of judgement",
    "pack": "id of the pack",
    "level": "level that is applied for",
    "counts": "checks passed, failed and not checkable; remarks by severity",
    "remarks": "what does not fit",
    "accepted": "remarks that stand accepted with a reason",
    "not_checkable": "checks that could not be made, and what each needs",
    "passed": "codes of the checks that passed",
}
REMARK = {
    "code": "number of the check; it stays",
    "severity": "error, warning or hint",
    "title": "what is checked",
    "message": "what was found, with the figures",
    "spot": "the place: of what, where, what stands there, and paragraph and characters in a draft",
    "others": "the other places that it does not fit",
    "mend": "what to do",
    "source": "who asks for it: a clause, a notice, or platform",
}
MATURITY = {
    "model": "id of the model",
    "weights": "discrete or process",
    "left_out": "domain → why the enterprise has no such business",
    "level": "the level confirmed, and the one possible if all that is unanswered were met",
    "total": "total score, from low to high",
    "gate": "score from which a level is satisfied",
    "levels": "level → its score, from low to high",
    "sub_domains": "the same of every sub-domain",
    "answers": "item → answer, evidence, reason, by whom and when",
    "unanswered": "items without an answer",
    "adopted": "the level taken over into the judgement, by whom and when; or null",
    "confidence": "how sure the model is",
    "acts": "how many acts the journal holds",
}
REVIEW = {
    "draft": "name of the draft",
    "pack": "id of the pack",
    "pack_digest": "sha256 of the pack",
    "day": "day that it was looked at from",
    "level": "level that it was held against; null where it names none",
    "paragraphs": "how many paragraphs it has",
    "pages": "how many pages; null where it has none",
    "claims": "how many claims were found in it",
    "counts": "remarks by severity",
    "remarks": "the remarks, as above",
}
VERIFY = {
    "fits": "whether everything fits",
    "first": "the first thing that does not; null if all fits",
    "problems": "everything that does not fit: entry, line, key, byte, and what is wrong",
    "signer": "fingerprint of the key, and the name that you know it by",
    "workspace": "name of the workspace",
    "pack": "id of the pack",
    "as_of": "day of judgement",
    "product": "version that wrote it",
    "records": "how many records of the ledger are inside",
    "left_out": "what is not inside, and why",
    "trusted_packs": "packs inside that were judged by though this program does not have them",
    "floors": "floor → confirmed and possible level, judged anew",
    "reruns": "observation by observation: computed again the same, different, or not computed again and why",
}


def application_json(keys: Keys) -> Iterator[str]:
    """The documents of matrix, check, maturity, review and verify, of the example rows of the data dictionary."""
    with TemporaryDirectory() as parent:
        folder = _plant(Path(parent))
        matrix = document_of(evidence_matrix(folder, pack="national-2024", level=None, now=NOW, as_of=DAY))
        checked = check_consistency(folder, pack="national-2024", level="advanced", now=NOW, as_of=DAY).to_dict()
        answer(folder, "OS.1.a", "1", by="…", now=NOW)
        maturity = progress(folder).to_dict()
        draft = Path(parent) / "draft.txt"
        draft.write_text(DRAFT, encoding="utf-8")
        reviewed = review_draft(draft, Question(), now=NOW).to_dict()
        bundle(folder, Path(parent) / "plant.zip", Request(pack="national-2024", as_of=DAY), now=NOW)
        verified = bundle_told.told(verify(Path(parent) / "plant.zip"))
    yield "## linghang evidence matrix --json\n"
    yield keys(MATRIX, matrix)
    yield "A row:\n"
    yield keys(ROW, matrix["rows"][0])
    yield "## linghang check --json\n"
    yield keys(CHECK, checked)
    yield "A remark, of `check` as of `review`:\n"
    yield keys(REMARK, checked["remarks"][0])
    yield "## linghang maturity show --json\n"
    yield keys(MATURITY, maturity)
    yield "## linghang review --json\n"
    yield keys(REVIEW, reviewed)
    yield "## linghang verify --json\n"
    yield keys(VERIFY, verified)


def _plant(parent: Path) -> Path:
    folder = parent / "plant"
    engine = make_workspace(folder, "plant", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for one in TABLES.values():
            connection.execute(one.insert(), list(one.info["examples"]))
    engine.dispose()
    return folder
