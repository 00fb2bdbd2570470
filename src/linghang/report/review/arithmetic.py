"""Does the draft add up? Shares, before and after, changes, parts and totals, columns of tables."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from linghang.report.claims.model import Claim, Paragraph
from linghang.report.claims.numbers import numbers_in, plain
from linghang.report.claims.quantities import BY_ID, dimension
from linghang.report.remarks import Remark
from linghang.report.review.reading import Reading, remark
from linghang.words import Text

_SHARE_BEFORE = re.compile(
    r"(?<!周转)(?<!增长)(?<!提升)(?<!增加)(?<!提高)(?:[利用合格联网数控化准时覆盖达成完成追溯自动化]率|占比|比例)(?:为|达|达到|约|：|:|超过|至|到|\s){0,3}$"
)
_NOT_A_SHARE = re.compile(r"增长|提升|提高|增加|达成|完成|产值|周转|投资|同比|翻")
_OPEN_LIST = re.compile(r"等|主要|包括但")
_TOTAL = re.compile(r"^\s*(?:合\s*计|总\s*计|共\s*计|小\s*计)")
_PARTS = re.compile(r"其中|包括|分别为|花在|含(?!量|税)|[：:](?=[^，。；]{1,12}?\d)")
_COMPOSED = re.compile(r"\s*(?:资金|投资)(?:构成|组成)")
_SHARE_WORD = re.compile(r"占|率|比例|比重")
HUNDRED = Decimal(100)


def adds_up(reading: Reading) -> Iterator[Remark]:
    """Checks R203 to R207, R215 and R216."""
    yield from _shares(reading)
    yield from _changes(reading)
    yield from _parts(reading)
    yield from _columns(reading)
    yield from _within(reading)
    yield from _quotients(reading)


def _shares(reading: Reading) -> Iterator[Remark]:
    texts = {one.index: plain(one.text) for one in reading.draft.paragraphs}
    for one in reading.of("figure"):
        value = Decimal(one.value or 0)
        if one.unit != "%" or value <= HUNDRED:
            continue
        head = texts[one.spot.paragraph or 0][max(0, (one.spot.start or 0) - 12) : one.spot.start or 0]
        known = one.subject and BY_ID[one.subject].bounded and one.role in ("value", "before", "after")
        unknown = not one.subject and _SHARE_BEFORE.search(head) and not _NOT_A_SHARE.search(head)
        lost = one.role == "relative" and one.detail.get("direction") == "down"
        if known or unknown:
            yield remark(
                "R203",
                one.spot,
                Text(f"比率{one.detail['written']}超过100%", f"a share of {one.detail['written']} is above 100 %"),
            )
        elif lost:
            yield remark(
                "R203",
                one.spot,
                Text(f"下降幅度{one.detail['written']}超过100%", f"a fall of {one.detail['written']} is more than all"),
            )


def _changes(reading: Reading) -> Iterator[Remark]:
    groups: dict[int, list[Claim]] = defaultdict(list)
    for one in reading.of("figure"):
        if one.group >= 0:
            groups[one.group].append(one)
    for told_as in groups.values():
        claims = _by_year(told_as)
        before: Claim | None = None
        after: Claim | None = None
        told = False
        for one in claims:
            if one.role == "before":
                before, after, told = one, None, False
            elif one.role == "after" and before is not None and one.unit == before.unit:
                after = one
                if (found := _wrong_way(before, after, claims)) is not None:
                    yield found
                    told = True
            elif one.role in ("relative", "points") and before is not None and after is not None and not told:
                found = _not_following(before, after, one)
                yield from (found,) if found is not None else ()
        yield from _told_first(claims)


def _by_year(claims: list[Claim]) -> list[Claim]:
    """Two columns of years and one of the change: the earlier year is before, the later after."""
    if [one.role for one in claims[:2]] != ["value", "value"] or len(claims) != 3:
        return claims
    first, second = claims[0].period, claims[1].period
    if first is None or second is None or first.end > second.start or claims[2].role not in ("relative", "points"):
        return claims
    return [replace(claims[0], role="before"), replace(claims[1], role="after"), claims[2]]


def _told_first(claims: Sequence[Claim]) -> Iterator[Remark]:
    """提升15%，由80%提升至92%: the change stands before its two values."""
    for place in range(len(claims) - 2):
        change, before, after = claims[place : place + 3]
        roles = (change.role, before.role, after.role)
        alone = place == 0 or claims[place - 1].role != "after"
        if (
            roles[0] in ("relative", "points")
            and roles[1:] == ("before", "after")
            and alone
            and before.unit == after.unit
        ):
            followed = place + 3 < len(claims) and claims[place + 3].role in ("relative", "points")
            if not followed and (found := _not_following(before, after, change)) is not None:
                yield found


def _wrong_way(before: Claim, after: Claim, claims: Sequence[Claim]) -> Remark | None:
    old, new = Decimal(before.value or 0), Decimal(after.value or 0)
    better = BY_ID[after.subject].better if after.subject else ""
    said = after.detail.get("direction") or next(
        (one.detail["direction"] for one in claims if "direction" in one.detail), ""
    )
    way = said or {"higher": "up", "lower": "down"}.get(better, "")
    if (way == "up" and new < old) or (way == "down" and new > old):
        zh, en = ("提升", "rises") if way == "up" else ("下降", "falls")
        expected = (
            Text(f"称{zh}", f"said that it {en}") if said else Text(f"应当{zh}才是改善", f"better means that it {en}")
        )
        message = Text(
            f"{expected.zh}，但从{before.detail['written']}变为{after.detail['written']}",
            f"{expected.en}, but it goes from {before.detail['written']} to {after.detail['written']}",
        )
        return remark("R204", after.spot, message, [before.spot])
    return None


def _not_following(before: Claim, after: Claim, change: Claim) -> Remark | None:
    """A change that cannot come from the two values, given how all three are rounded."""
    old, new, told = (Decimal(one.value or 0) for one in (before, after, change))
    if not old or any(one.low is not None or one.high is not None for one in (before, after)):
        return None
    told = abs(told)
    moved = abs(new - old)
    slack = _step(change) / 2 + (told * Decimal("0.05") if change.approximate or change.low is not None else 0)
    if change.role == "relative":
        relative = moved / abs(old) * HUNDRED
        wobble = (_step(before) * new / old + _step(after)) / 2 / abs(old) * HUNDRED if old else Decimal(0)
        slack += min(abs(wobble), relative * Decimal("0.05") + Decimal("0.05")) + Decimal("0.06")
        mixed_up = (
            before.unit in ("%", "‰") and moved == told and abs(relative - told) > _step(change) / 2 + Decimal("0.06")
        )
        if abs(relative - told) <= slack and not mixed_up:
            return None
        if change.low is not None and relative >= told:
            return None
        if before.unit in ("%", "‰") and abs(moved - told) <= slack:
            message = Text(
                f"从{before.detail['written']}到{after.detail['written']}是{_short(moved)}个百分点（相对变化{_short(relative)}%），不是{_short(told)}%",
                f"from {before.detail['written']} to {after.detail['written']} is {_short(moved)} percentage points "
                f"({_short(relative)} % relative), not {_short(told)} %",
            )
        else:
            message = _calculated(before, after, f"{_short(relative)}%", change)
        return remark("R205", change.spot, message, [before.spot, after.spot])
    if change.unit == "个百分点" and before.unit != "%":
        return None
    if change.unit not in ("个百分点", before.unit) or abs(moved - told) <= slack + (_step(before) + _step(after)) / 2:
        return None
    return remark(
        "R205",
        change.spot,
        _calculated(before, after, f"{_short(moved)}{change.unit}", change),
        [before.spot, after.spot],
    )


def _calculated(before: Claim, after: Claim, right: str, change: Claim) -> Text:
    return Text(
        f"从{before.detail['written']}到{after.detail['written']}应为{right}，文中写{change.detail['written']}",
        f"from {before.detail['written']} to {after.detail['written']} is {right}; written is "
        f"{change.detail['written']}",
    )


def _step(one: Claim) -> Decimal:
    return Decimal(one.detail.get("step", "0"))


def _short(value: Decimal) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text or "0"


def _parts(reading: Reading) -> Iterator[Remark]:
    by_sentence: dict[tuple[int | None, str], list[Claim]] = defaultdict(list)
    for one in reading.of("figure"):
        by_sentence[one.spot.paragraph, one.text].append(one)
    before: Claim | None = None
    for (paragraph, text), claims in by_sentence.items():
        if _COMPOSED.match(text) and before is not None and before.spot.paragraph == paragraph:
            yield from _total(before, claims, text)
        before = next((one for one in claims if one.subject == "investment_total" and not one.planned), None)
        whole = plain(reading.draft.paragraphs[paragraph or 0].text)
        begin = whole.find(text)
        first = max(0, (claims[0].spot.end or 0) - begin)
        if len(claims) < 2 or begin < 0 or not (split := _PARTS.search(text, first)):
            continue
        at = begin + split.start()
        ahead = [one for one in claims if (one.spot.start or 0) < at]
        behind = [one for one in claims if (one.spot.start or 0) >= at and _plainly(whole, at, one)]
        if ahead and behind and ahead[-1].role == "value":
            yield from _total(ahead[-1], behind, text[split.start() :])
            yield from _share_of(ahead[-1], behind, whole)


def _plainly(text: str, at: int, one: Claim) -> bool:
    """Whether a figure stands outside of brackets behind `at`."""
    between = text[at : one.spot.start]
    return between.count("（") + between.count("(") <= between.count("）") + between.count(")")


def _total(total: Claim, behind: Sequence[Claim], said: str) -> Iterator[Remark]:
    parts = [one for one in behind if one.unit == total.unit and one.role == "value"]
    if not parts or dimension(total.unit) not in ("money", "people", "count") or total.low is not None:
        return
    whole, added = Decimal(total.value or 0), sum((Decimal(one.value or 0) for one in parts), Decimal(0))
    slack = _rounding([*parts, total]) if dimension(total.unit) == "money" else Decimal(0)
    biggest = max(parts, key=lambda one: Decimal(one.value or 0))
    if Decimal(biggest.value or 0) > whole + slack:
        message = Text(
            f"部分（{biggest.detail['written']}）大于整体（{total.detail['written']}）",
            f"the part ({biggest.detail['written']}) is larger than the whole ({total.detail['written']})",
        )
        yield remark("R216", biggest.spot, message, [total.spot])
        return
    if dimension(total.unit) != "money" or len(parts) < 2 or abs(added - whole) <= slack:
        return
    if added < whole and (_OPEN_LIST.search(said) or whole > 2 * added):
        return
    message = Text(
        f"各分项之和为{_money(added)}，与总额{total.detail['written']}不符",
        f"the parts add up to {_money(added)}, the total is {total.detail['written']}",
    )
    yield remark("R206", total.spot, message, [one.spot for one in parts])


def _rounding(claims: Sequence[Claim]) -> Decimal:
    """What rounding adds up to as a rule: half a step of the last place, times the root of how many there are."""
    return max(_step(one) for one in claims) / 2 * Decimal(len(claims)).sqrt()


def _money(value: Decimal) -> str:
    return f"{_short(value / 10_000)}万元"


def _share_of(total: Claim, behind: Sequence[Claim], text: str) -> Iterator[Remark]:
    """共320台，其中数控286台，占比89.4%: the share has to be the quotient."""
    if len(behind) < 2 or dimension(total.unit) not in ("count", "people"):
        return
    part, share = behind[0], behind[1]
    lead = text[part.spot.end or 0 : share.spot.start or 0]
    if "关键" in lead and total.subject != "key_equipment":
        return
    if part.unit != total.unit or share.unit != "%" or share.role != "value" or not _SHARE_WORD.search(lead):
        return
    if (
        len(lead) > 20
        or (re.search("联网", lead) and "联网" not in part.text[: part.text.find(lead)])
        or share.low is not None
    ):
        return
    whole, told = Decimal(total.value or 0), Decimal(share.value or 0)
    if not whole or part.low is not None or total.low is not None:
        return
    right = Decimal(part.value or 0) / whole * HUNDRED
    if abs(right - told) > _step(share) / 2 + Decimal("0.06"):
        message = Text(
            f"{part.detail['written']}占{total.detail['written']}的{_short(right)}%，文中写{share.detail['written']}",
            f"{part.detail['written']} of {total.detail['written']} is {_short(right)} %; written is "
            f"{share.detail['written']}",
        )
        yield remark("R215", share.spot, message, [part.spot, total.spot])


def _columns(reading: Reading) -> Iterator[Remark]:
    tables: dict[int, list[Paragraph]] = defaultdict(list)
    for one in reading.draft.paragraphs:
        if one.table is not None:
            tables[one.table].append(one)
    for cells in tables.values():
        totals = {one.row for one in cells if _TOTAL.match(one.text)}
        if totals:
            yield from _table_totals(cells, sorted(row for row in totals if row is not None))


def _table_totals(cells: Sequence[Paragraph], totals: Sequence[int]) -> Iterator[Remark]:
    values: dict[tuple[int, int], tuple[Decimal, Decimal, Paragraph]] = {}
    for one in cells:
        text = plain(one.text).strip()
        found = numbers_in(text)
        if (
            len(found) == 1
            and found[0].start == 0
            and found[0].end == len(text)
            and one.row is not None
            and one.column is not None
        ) and (
            found[0].unit not in ("%", "个百分点")
            and one.unit_head not in ("%", "％")
            and "序号" not in one.column_head
        ):
            values[one.row, one.column] = (found[0].value, found[0].step, one)
    start = 0
    for row in totals:
        for (at, column), (told, step, cell) in list(values.items()):
            if at != row:
                continue
            above = [
                value
                for (other, of), value in values.items()
                if of == column and start <= other < row and other not in totals
            ]
            if len(above) < 2:
                continue
            added = sum((one[0] for one in above), Decimal(0))
            slack = sum((one[1] for one in above), step) / 2 if any(one[1] < 1 for one in above) else Decimal(0)
            if abs(added - told) > slack:
                message = Text(
                    f"本列相加为{_short(added)}，表内合计写{cell.text.strip()}",
                    f"the column adds up to {_short(added)}; the total says {cell.text.strip()}",
                )
                yield remark("R207", cell.spot(), message, [one[2].spot() for one in above][:6])
        if not any(of.row == row and re.match(r"^\s*小", of.text) for of in cells):
            start = row + 1


_WITHIN = (
    ("rnd_staff", "staff"), ("smart_staff", "staff"), ("technical_staff", "staff"), ("nc_equipment", "equipment_total"),
    ("networked_equipment", "equipment_total"), ("key_equipment", "equipment_total"), ("ai_scenes", "scenes"),
    ("patents_invention", "patents"), ("investment_cumulative", "investment_total"),
)  # fmt: skip


def _within(reading: Reading) -> Iterator[Remark]:
    now: dict[str, Claim] = {}
    for one in reading.figures:
        if one.role == "value" and not one.planned and not one.scope:
            now.setdefault(one.subject, one)
    for part, whole in _WITHIN:
        if part in now and whole in now and now[part].unit == now[whole].unit:
            one, other = now[part], now[whole]
            if Decimal(one.value or 0) > Decimal(other.value or 0) and other.low is None and one.text != other.text:
                message = Text(
                    f"{BY_ID[part].title.zh}（{one.detail['written']}）大于{BY_ID[whole].title.zh}（{other.detail['written']}）",
                    f"{BY_ID[part].title.en} ({one.detail['written']}) exceeds {BY_ID[whole].title.en} "
                    f"({other.detail['written']})",
                )
                yield remark("R216", one.spot, message, [other.spot])


_QUOTIENTS = (
    ("networked_equipment", ("equipment_total", "main_equipment", "equipment"), ("networked_rate",)),
    ("nc_equipment", ("equipment_total", "main_equipment", "equipment"), ("indicator:key_equipment_nc_rate",)),
)  # fmt: skip


def _quotients(reading: Reading) -> Iterator[Remark]:
    """Whole, part and share of one sentence, in this order: 设备620台，已联网558台，联网率90%."""
    sentences: dict[tuple[int | None, str], list[Claim]] = defaultdict(list)
    for one in reading.figures:
        if one.role == "value" and not one.planned and one.low is None and one.high is None:
            sentences[one.spot.paragraph, one.text].append(one)
    for claims in sentences.values():
        for whole, part, share in zip(claims, claims[1:], claims[2:], strict=False):
            if any(
                (part.subject, whole.subject in wholes, share.subject in shares) == (counted, True, True)
                for counted, wholes, shares in _QUOTIENTS
            ):
                yield from _share_of(whole, [part, share], _between(reading, part, share))


def _between(reading: Reading, part: Claim, share: Claim) -> str:
    return plain(reading.draft.paragraphs[part.spot.paragraph or 0].text)[: share.spot.start]
