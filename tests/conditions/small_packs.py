"""Two small packs that are whole, and ways to break them: what the tests of checks and overlays start from."""

from pathlib import Path

from linghang.conditions.model import Pack
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, ManyProblems

SMALL = """\
format: linghang-pack/1
id: small
short: S24
title: {zh: 小条件, en: small conditions}
document: {number: 小〔2024〕1号}
valid: {from: 2024-01-01, to: 2030-01-01}
status: complete
note: {zh: 只供检查, en: for checks only}
levels:
  - {id: low, title: {zh: 低级, en: low}, aim: {zh: 起步, en: begin}}
  - {id: high, title: {zh: 高级, en: high}, aim: {zh: 前行, en: go on}}
links:
  - id: making
    title: {zh: 生产, en: making}
    clause: 注 1
    sub_links:
      - {id: cutting, title: {zh: 切削, en: cutting}}
  - id: selling
    title: {zh: 销售, en: selling}
    clause: 注 2
    also_called: [营销]
    sub_links:
      - {id: shops, title: {zh: 门店, en: shops}}
interpretation:
  - {id: link_covered, value: all, choices: [all, majority, any], source: platform,
     text: {zh: 已覆盖, en: covered}}
  - {id: enough, value: 0.6, source: platform, text: {zh: 足够, en: enough}}
  - {id: strict, value: true, source: platform, text: {zh: 从严, en: strict}}
fields:
  - {id: region, type: code, codes: [north, south], text: {zh: 地区, en: region}}
  - {id: industry, type: code, codes: [C36, C37], text: {zh: 行业, en: industry}}
  - {id: energy, type: number, text: {zh: 能耗, en: energy}}
  - {id: audited_on, type: date, text: {zh: 审计日, en: day of the audit}}
  - {id: certified, type: yes_no, text: {zh: 已认证, en: certified}}
tables:
  - id: energy_limit
    keys: [region, industry]
    text: {zh: 限额, en: limit}
    values:
      north: {C36: 60.1, C37: 58}
      south: {C36: 70, C37: 62.5}
elements:
  - {id: sound, clause: 一.1, part: eligibility, kind: fact,
      text: {zh: 稳健, en: sound}, rule: found}
  - id: audited
    clause: 一.2
    part: eligibility
    kind: fact
    text: {zh: 已审计, en: audited}
    rules:
      - {rule: "audited_on >= months_before(as_of, 12)", from: 2024-01-01, to: 2026-07-01}
      - {rule: "audited_on >= months_before(as_of, 6)", from: 2026-07-01}
  - {id: floor, level: low, clause: 二, part: maturity, kind: maturity,
      text: {zh: 二级, en: two}, rule: maturity_level >= 2}
  - {id: floor, level: high, clause: 三, part: maturity, kind: maturity,
      text: {zh: 三级, en: three}, rule: maturity_level >= 3}
  - {id: low.coverage, level: low, clause: 二, part: coverage, kind: coverage,
      text: {zh: 生产, en: making}, rule: covers(making)}
  - {id: high.coverage, level: high, clause: 三, part: coverage, kind: coverage, force: should,
      text: {zh: 全部, en: both}, rule: "covers(making, selling)"}
  - {id: low.making.watch, level: low, clause: 二.1, part: build, link: making, kind: capability,
      text: {zh: 监控, en: watch}, rule: found}
  - {id: low.selling.list, level: low, clause: 二.2, part: build, link: selling, kind: capability, force: encouraged,
      text: {zh: 清单, en: list}, rule: found}
  - {id: high.making.warn, level: high, clause: 三.1, part: build, link: making, kind: capability,
      text: {zh: 预警, en: warn}, rule: found and low.making.watch}
  - {id: high.selling.sense, level: high, clause: 三.2, part: build, link: selling, kind: capability,
      text: {zh: 感知, en: sense}, rule: found}
  - {id: high.scenes, level: high, clause: 三, part: scenario_count, kind: count,
      text: {zh: 场景, en: scenes}, rule: scenes_high >= 5}
  - {id: high.outcome, level: high, clause: 三.(二), part: outcome, kind: benchmark,
      text: {zh: 成效, en: outcome}, rule: "energy <= lookup(energy_limit, region, industry)"}
indicators:
  - {id: defect_rate, number: 1, group: {zh: 效率, en: efficiency}, title: {zh: 不良率, en: defects},
     unit: "%", type: change, better: lower}
"""
"""One pack with two levels, two links and one of everything."""

CITY = """\
format: linghang-pack/1
id: city
base: small
short: C25
title: {zh: 市级, en: city}
valid: {from: 2025-01-01, to: null}
status: partial
changes:
  - replace: low.making.watch
    basis: {zh: 市文件 一, en: city paper 1}
    with: {text: {zh: 全面监控, en: watch everything}}
"""
"""An overlay on it that says one thing."""


def changed(text: str, *changes: tuple[str, str]) -> str:
    """Replace each part, which must stand in the text exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def without_line(text: str, word: str) -> str:
    """Leave out the one line that holds `word`."""
    lines = text.splitlines(keepends=True)
    kept = [line for line in lines if word not in line]
    assert len(kept) == len(lines) - 1, f"{word!r} stands in {len(lines) - len(kept)} lines"
    return "".join(kept)


def write(folder: Path, **packs: str) -> None:
    """Write packs beside each other, each under the name that it is based on by."""
    for name, text in packs.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def load(folder: Path, *texts: str) -> Pack:
    """Write packs under their own ids and load the last one."""
    name = ""
    for text in texts:
        name = next(line.removeprefix("id: ") for line in text.splitlines() if line.startswith("id: "))
        write(folder, **{name: text})
    return load_pack(str(folder / f"{name}.yaml"))


def refusals(error: BadInput) -> list[str]:
    """Return every refusal as it is said."""
    return [str(problem) for problem in (error.problems if isinstance(error, ManyProblems) else (error,))]
