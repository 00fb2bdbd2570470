"""The reference page of the numbered checks: consistency (C) and the review of a draft (R)."""

from collections.abc import Iterator

from linghang.report.consistency.catalogue import CATALOGUE
from linghang.report.consistency.catalogue import GROUPS as CONSISTENCY
from linghang.report.remarks import Check
from linghang.report.review.catalogue import CHECKS as REVIEW
from linghang.report.review.catalogue import GROUPS as QUESTIONS
from linghang.words import Text
from pages import MADE, code, table

HEAD = ("code", "severity", "what is right 应当如何", "mend 怎么改", "asked by 依据")


def checks_page() -> str:
    """Every check with severity, mend and source, in both languages."""
    counts = {one: sum(1 for row in CATALOGUE if row.check.severity == one) for one in ("error", "warning", "hint")}
    parts = [
        MADE.format(source="src/linghang/report/consistency and src/linghang/report/review"),
        "# Checks\n",
        "Codes stay for ever. **error**: a reviewer would return the file; **warning**: it must be explained;",
        "**hint**: it would be better otherwise. `platform` marks what is ours. The ideas:",
        "[consistency](../concepts/consistency.md) and [review a draft](../how-to/review-a-draft.md).\n",
        f"## Consistency: C ({len(CATALOGUE)})\n",
        f"`linghang check` makes them: {counts['error']} errors, {counts['warning']} warnings, {counts['hint']} hints.",
        "The last column says what a check needs; without it the check says so and does not pass.\n",
    ]
    for group, title in CONSISTENCY.items():
        rows = [row for row in CATALOGUE if row.check.code.startswith(group)]
        parts += [f"### {group}: {title.en} {title.zh}\n"]
        needs = {row.check.code: ", ".join(code(need) for need in row.needs) for row in rows}
        parts.append(table((*HEAD, "needs"), ((*_cells(row.check), needs[row.check.code]) for row in rows)))
    parts += [f"## Review of a draft: R ({len(REVIEW)})\n", "`linghang review` makes them.\n"]
    parts += _review()
    return "\n".join(parts)


def _review() -> Iterator[str]:
    for group, title in QUESTIONS.items():
        yield f"### R{group}: {title.en} {title.zh}\n"
        yield table(HEAD, (_cells(one) for one in REVIEW if one.code.startswith(f"R{group}")))


def _cells(one: Check) -> tuple[str, ...]:
    return (code(one.code), one.severity, _both(one.title), _both(one.mend), one.source)


def _both(said: Text) -> str:
    return f"{said.en}\n{said.zh}"
