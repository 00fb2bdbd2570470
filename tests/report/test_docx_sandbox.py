"""Templates of a user: what they may do, and how what they may not do is refused."""

import re
import time
import zipfile
from pathlib import Path

import pytest
from docx import Document
from dossier_sample import NAME, sample

from linghang.errors import BadInput
from linghang.report.docx import docx
from linghang.report.template_values import template_names
from linghang.words import Text


def template(folder: Path, *paragraphs: str, header: str = "") -> Path:
    document = Document()
    for one in paragraphs:
        document.add_paragraph(one)
    if header:
        document.sections[0].header.paragraphs[0].text = header
    path = folder / "own.docx"
    document.save(str(path))
    return path


def filled(path: Path) -> list[str]:
    made = path.with_name("made.docx")
    made.write_bytes(docx(sample(), "zh", path))
    return [paragraph.text for paragraph in Document(str(made)).paragraphs]


def test_names_loops_and_figures_of_a_user_s_template(tmp_path: Path) -> None:
    path = template(
        tmp_path,
        "单位：{{ unit.name }}，{{ unit.contact }}",
        "{%p for scene in scenes %}",
        "{{ loop.index }} {{ scene.name }}{% if loop.last %} 完{% endif %}",
        "{%p endfor %}",
        "{{ figures.system_map.image }}",
        "{%p if figures.maturity %}",
        "没有",
        "{%p endif %}",
        header="{{ factory_name }}",
    )
    lines = filled(path)
    assert lines[0] == f"单位：{NAME}，【待补：联系人姓名与电话】"
    assert lines[1] == "1 场景名称1"
    assert lines[12] == "12 场景名称12 完"
    assert "没有" not in lines
    made = Document(str(tmp_path / "made.docx"))
    assert len(made.inline_shapes) == 1
    assert made.sections[0].header.paragraphs[0].text == "青山轮毂一厂"


def test_the_names_are_listed() -> None:
    names = template_names(sample())
    assert {"unit.name", "factory_name", "scenes[].name", "scenes[].rows[].text", "clauses[].beside"} <= set(names)
    assert "figures.system_map.image" in names
    assert names == sorted(names)


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("{{ unit.nmae }}", "nmae"),
        ("{{ nothing_here }}", "nothing_here"),
        ("{% for x in scenes %}{{ x.name }}", "for x in scenes"),
        ("{{ unit.name | nofilter }}", "nofilter"),
        ("{{ unit.name ", "unit.name"),
        ("{% endfor %}", "endfor"),
        ("{{ 7 * 7 }}", "7 \\* 7"),
        ("{{ 10 ** 10 ** 10 }}", "10"),
        ("{{ unit.name.upper() }}", "upper"),
        ("{{ ''.__class__.__mro__ }}", "mro"),
        ("{% set x = 1 %}", "set x"),
        ("{% macro m() %}{% endmacro %}", "macro"),
        ("{% include 'x' %}", "include"),
        ("{% import '/etc/passwd' as x %}", "import"),
        ("{{ range(10) }}", "range"),
        ("{{ cycler }}", "cycler"),
        ("{% for x in scenes recursive %}{% endfor %}", "recursive"),
    ],
)
def test_a_tag_that_is_broken_or_not_allowed_is_named(tmp_path: Path, tag: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        docx(sample(), "zh", template(tmp_path, "前文", f"这里 {tag}"))
    assert "own.docx" in str(refused.value)


def test_loops_in_loops_end(tmp_path: Path) -> None:
    deep = (
        "{% for a in clauses %}{% for b in clauses %}{% for c in clauses %}{% for d in clauses %}{% endfor %}"
        + "{% endfor %}" * 3
    )
    begin = time.monotonic()
    with pytest.raises(BadInput, match="rounds"):
        docx(sample(clauses=100), "zh", template(tmp_path, deep))
    assert time.monotonic() - begin < 20


def test_a_template_with_macros_or_links_to_elsewhere_is_refused(tmp_path: Path) -> None:
    path = template(tmp_path, "{{ title }}")
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("word/vbaProject.bin", b"x")
    with pytest.raises(BadInput, match=r"macros|宏"):
        docx(sample(), "zh", path)


def test_a_file_that_is_no_word_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.docx"
    path.write_bytes(b"no")
    with pytest.raises(BadInput):
        docx(sample(), "zh", path)
    with pytest.raises(BadInput):
        docx(sample(), "zh", tmp_path / "not there.docx")


def test_every_name_of_the_how_to_is_there() -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "edit-the-template.md"
    table = page.read_text(encoding="utf-8").split("| of | names |")[1].split("## PDF")[0]
    known = set(template_names(sample("gap", gap=None)))
    for line in (one for one in table.splitlines() if "`" in one and not one.startswith("| figures")):
        before = ""
        for name in re.findall(r"`([^`]+)`", line):
            whole = before + name if name.startswith(".") else name
            before = whole[: whole.index("[]") + 2] if "[]" in whole else before
            first = whole.split(".")[0].split("[")[0]
            assert first in {one.split(".")[0].split("[")[0] for one in known}, whole
            if first in (
                "clauses",
                "scenes",
                "indicators",
                "plan",
                "evidence",
                "remarks",
                "effects",
                "systems",
                "pack",
                "cover",
            ):
                assert whole in known or f"{whole}.image" in known, whole


def test_tags_that_tear_a_table_apart_are_refused(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("{% for one in scenes %}前")
    document.add_table(1, 1).rows[0].cells[0].text = "{{ one.name }}{% endfor %}"
    document.save(str(tmp_path / "own.docx"))
    with pytest.raises(BadInput, match="apart"):
        docx(sample(), "zh", tmp_path / "own.docx")


def test_properties_carry_text_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "made.docx"
    path.write_bytes(docx(sample(clauses=1, title=Text("甲 & 乙 <丙>", "A & B")), "zh"))
    assert Document(str(path)).core_properties.title == "甲 & 乙 <丙>"
