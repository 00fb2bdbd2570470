"""Ways of writing that once led to wrong or missing remarks: tables by year, links in tables, brackets, redirects."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.report.claims import claims_of, draft_of, read_draft
from linghang.report.claims.model import Claim
from linghang.report.review.reviewing import review
from linghang.usecases.drafting import Endpoint, ask

DAY = date(2026, 11, 22)


def codes(text: str) -> list[str]:
    found = review(draft_of(text), load_pack("national-2024"), DAY)
    return [one.check.code for one in found.remarks if one.check.code[1] != "1"]


def figures(text: str) -> list[Claim]:
    return [one for one in claims_of(draft_of(text)) if one.kind == "figure"]


@pytest.mark.parametrize(
    ("before", "after"), [("2021", "2025"), ("2021年（前）", "2025年（后）"), ("改造前（2021年）", "改造后（2025年）")]
)
def test_columns_of_two_years_are_before_and_after(before: str, after: str) -> None:
    table = f"| 指标 | {before} | {after} | 变化 |\n|---|---|---|---|\n| 设备综合效率 | 61% | 74% | {{}} |\n"
    assert codes(table.format("提高13个百分点")) == []
    assert codes(table.format("提高23个百分点")) == ["R205"]


def test_a_form_of_two_columns_has_no_head() -> None:
    (one,) = figures("| 单位名称 | 四川某食品有限公司 |\n|---|---|\n| 2025年末从业人员（人） | 236 |\n")
    assert (one.subject, one.unit) == ("staff", "人")


def test_a_part_has_the_unit_of_its_whole() -> None:
    found = figures("| 建设单位 | 某厂 |\n|---|---|\n| 总投资（万元） | 2,480 |\n| 其中：设备投资 | 1,650 |\n")
    assert [one.value for one in found] == [24_800_000, 16_500_000]


def test_the_column_of_sources_gives_no_change() -> None:
    table = (
        "| 指标 | 实施前 | 实施后 | 来源与对标 |\n|---|---|---|---|\n"
        "| 设备综合效率 | 60.66% | 67.69% | 优于本省同行业平均水平52%；优于全国同行业领先水平60% |\n"
    )
    assert codes(table) == []


def test_improved_says_neither_up_nor_down() -> None:
    assert codes("| 指标 | 实施前 | 实施后 | 变化 |\n|---|---|---|---|\n| 研制周期 | 200天 | 150天 | 改善25% |\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "一体化产销系统于2020年10月投运，MES系统于2021年6月投运。",
        "ERP（2020年7月上线）、MES（2021年6月上线）。",
        "MES（2021年6月上线）与ERP相连。2024年引入相机24台，检测结果进入MES。",
        "MES于2021年6月上线。2020年与2025年对比，数据来自MES。",
    ],
)
def test_a_date_belongs_to_its_own_system(text: str) -> None:
    live = {one.period.text for one in claims_of(draft_of(text)) if one.subject == "MES" and one.period is not None}
    assert live == {"2021年6月"}


def test_dates_of_links_are_not_those_of_the_systems() -> None:
    table = "| 发出系统 | 接收系统 | 上线日期 |\n|---|---|---|\n| ERP | APS | 2025-11-01 |\n| ERP | HR | 2018-11-01 |\n"
    assert codes(table) == []


def test_years_may_stand_between_a_verb_and_its_figure() -> None:
    text = "一次合格率由2021年的93%提升至2025年的97.5%，提升{}。"
    assert codes(text.format("4.5个百分点")) == []
    assert codes(text.format("4.5%")) == ["R205"]


def test_before_and_after_need_no_preposition() -> None:
    assert codes("一次合格率94.6%提高到88.5%。") == ["R204"]


def test_part_whole_and_share_of_a_sentence_are_held_together() -> None:
    text = "全厂共有生产设备620台，联网设备{}台，设备联网率90%。"
    assert codes(text.format(558)) == []
    assert codes(text.format(598)) == ["R215"]


def test_a_name_that_the_guide_has_not_is_still_a_scene_of_the_list() -> None:
    table = (
        "| 环节 | 场景 | 实例 |\n|---|---|---|\n| 生产作业 | 在线智能检测 | 一 |\n| 生产作业 | 人机共融焊接 | 二 |\n"
    )
    found = [one for one in claims_of(draft_of(table)) if one.kind == "scene"]
    assert [one.subject for one in found] == ["24", ""]


def test_a_plan_told_as_done_is_found() -> None:
    assert codes("公司将于2027年建成的数字孪生工厂目前已全面投入使用。") == ["R209"]


def test_first_in_first_out_is_no_praise() -> None:
    assert codes("立体库按先进先出原则出库。") == []


def test_a_number_behind_the_word_scene_is_a_count() -> None:
    (one,) = figures("公司建成典型场景25个。")
    assert (one.subject, one.value) == ("scenes", 25)


@contextmanager
def served(status: int, where: str | None) -> Iterator[tuple[str, list[str | None]]]:
    seen: list[str | None] = []

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._say()

        def do_GET(self) -> None:
            self._say()

        def _say(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.send_response(status)
            if where:
                self.send_header("Location", where)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with served(200, None) as (other, taken), served(status, f"{other}/chat/completions") as (url, seen):
        with pytest.raises(BadInput, match="not followed"):
            ask(Endpoint(url, "m", "geheim"), ("员工：3人",))
        assert (seen, taken) == (["Bearer geheim"], [])


@pytest.mark.parametrize("key", ["geheim\nX: y", "geheim "])
def test_a_key_that_no_header_can_hold_is_not_told(key: str) -> None:
    with pytest.raises(BadInput) as told:
        Endpoint("http://127.0.0.1:1/v1", "m", key)
    assert "geheim" not in str(told.value)


def test_a_key_is_not_shown() -> None:
    assert "geheim" not in repr(Endpoint("http://127.0.0.1:1/v1", "m", "geheim"))


@pytest.mark.parametrize("url", ["http://a:b@127.0.0.1/v1", "http:///v1", "http://127.0.0.1/v 1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        Endpoint(url, "m")


def test_the_end_of_a_year_narrows_no_head_count() -> None:
    assert codes("2025年末员工总数1,320人。公司现有员工1,230人。") == ["R201"]


def test_scenes_that_use_ai_are_counted() -> None:
    found = {one.subject: one.value for one in figures("全厂共9个场景，其中2个应用了人工智能技术。")}
    assert found == {"scenes": 9, "ai_scenes": 2}


def test_parts_may_stand_in_the_sentence_behind_the_total() -> None:
    text = "项目总投资1.86亿元。资金构成：设备购置{}亿元，软件0.48亿元，其余0.26亿元用于网络。"
    assert codes(text.format("1.12")) == []
    assert codes(text.format("1.22")) == ["R206"]


def test_random_bytes_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "draft.txt"
    path.write_bytes(random.Random(1).randbytes(5000))
    with pytest.raises(BadInput):
        read_draft(path)
