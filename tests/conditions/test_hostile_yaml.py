"""YAML that nobody vouches for: what is refused, with which words and line, and at what price."""

import subprocess
import sys
import textwrap
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.conditions.document import CASE_LIMITS, PACK_LIMITS, Limits, Mapping, read, read_file
from linghang.errors import BadInput

SECONDS = 10.0  # of this thread; unfolded, the smallest of them would take minutes
"""How long a refusal may take; what is measured is some hundred times less, except where all is read."""

LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))

HOSTILE = {
    "anchor": (b"a: &x 1\nb: 2", "f.yaml:1: uses a YAML anchor (&x); remove it"),
    "anchor on a mapping": (b"a:\n  b: &x {c: 1}", "f.yaml:2: uses a YAML anchor (&x)"),
    "anchor on a key": (b"&x a: 1", "f.yaml:1: has a key that is not a plain word"),
    "alias": (b"b: 1\na: *x", "f.yaml:2: uses a YAML alias (*x); write the value out"),
    "alias as a key": (b"*x : 1", "f.yaml:1: has a key that is not a plain word"),
    "billion laughs": (LAUGHS.encode(), "f.yaml:1: uses a YAML anchor (&a0)"),
    "merge key": (b"a: 1\n<<: {b: 2}", "f.yaml:2: uses a YAML merge key (<<); write the keys out"),
    "tag that runs code": (b"a: !!python/object/apply:os.system [ls]", "f.yaml:1: uses a YAML tag"),
    "tag of a type": (b"a:\n  - !!binary aGk=", "f.yaml:2: uses a YAML tag (tag:yaml.org,2002:binary); remove it"),
    "tag of one's own": (b"a: !secret x", "f.yaml:1: uses a YAML tag (!secret); remove it"),
    "tag on a key": (b"!!str a: 1", "f.yaml:1: has a key that is not a plain word"),
    "tag by a directive": (b"%TAG ! tag:x,2000:\n---\na: !y 1", "f.yaml:3: uses a YAML tag (tag:x,2000:y); remove it"),
    "key twice": (b"a: 1\nb: 2\na: 3", "f.yaml:3: has the key “a” twice"),
    "key twice, once quoted": (b"b:\n  a: 1\n  'a': 3", "f.yaml:3: has the key “a” twice"),
    "list as a key": (b"? [a]\n: 1", "f.yaml:1: has a key that is not a plain word"),
    "mapping as a key": (b"{{a: 1}: 2}", "f.yaml:1: has a key that is not a plain word"),
    "two documents": (b"a: 1\n---\nb: 1", "f.yaml: holds more than one YAML document; keep one"),
    "empty": (b"", "f.yaml: is empty"),
    "only a comment": (b"# nothing\n", "f.yaml: is empty"),
    "empty document": (b"---\n", "f.yaml:1: must hold keys and values (a YAML mapping)"),
    "list": (b"- a\n- b", "f.yaml:1: must hold keys and values (a YAML mapping)"),
    "one word": (b"abc", "f.yaml:1: must hold keys and values (a YAML mapping)"),
    "GB18030": ("id: x\ntitle: 智能工厂".encode("gb18030"), "f.yaml:2: is not UTF-8 text; save it as UTF-8"),
    "UTF-16": ("a: 1".encode("utf-16"), "f.yaml:1: is not UTF-8 text; save it as UTF-8"),
    "broken UTF-8": (b"a: 1\nb: 2\nc: \xff", "f.yaml:3: is not UTF-8 text; save it as UTF-8"),
    "NUL": (b"a: b\0c", "f.yaml: is not YAML: unacceptable character #x0000"),
    "bell": (b"a: b\x07c", "f.yaml: is not YAML: unacceptable character #x0007"),
    "escape sequence": (b"a: \x1b[31mred", "f.yaml: is not YAML: unacceptable character #x001b"),
    "NUL by an escape": (b'a: "b\\0c"', "f.yaml:1: holds the control character U+0000; remove it"),
    "escape sequence by an escape": (b'b: 1\na: "\\e[2J"', "f.yaml:2: holds the control character U+001B; remove it"),
    "control sequence by an escape": (b'a: ["\\x9b2J"]', "f.yaml:1: holds the control character U+009B; remove it"),
    "carriage return in a key": (b'"a\\rb": 1', "f.yaml:1: holds the control character U+000D; remove it"),
    "half a surrogate pair": (b'a: "\\ud800"', "f.yaml:1: is not YAML: found invalid Unicode character escape code"),
    "single quote that does not end": (b"a: 'b\nc: 1", "f.yaml:2: is not YAML: found unexpected end of stream"),
    "double quote that does not end": (b'a: 1\nb: "c\n', "f.yaml:3: is not YAML: found unexpected end of stream"),
    "list that does not end": (b"a: [1, 2", "is not YAML: did not find expected"),
    "tab": (b"a:\n\t- 1", "f.yaml:2: has a tab where YAML needs spaces"),
    "another YAML": (b"%YAML 9.9\n---\na: 1", "f.yaml:1: is not YAML: found incompatible YAML document"),
    "date that does not exist": (b"a: 1\nb: 2026-02-30", "f.yaml:2: “2026-02-30” is not a date of the calendar"),
    "month that does not exist": (b"a: [2026-13-01]", "f.yaml:1: “2026-13-01” is not a date of the calendar"),
}


@pytest.mark.parametrize(("data", "said"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_yaml_is_refused_with_file_line_and_reason(data: bytes, said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read(data, "f.yaml")
    assert said in str(refusal.value)


BOMBS = {
    "brackets": (b"[" * 100_000, "is nested deeper than 16"),
    "braces": (b"{" * 100_000, "has a key that is not a plain word"),
    "braces under keys": (b"{a: " * 100_000, "is nested deeper than 16"),
    "block sequences": (b"- " * 100_000, "is nested deeper than 16"),
    "block mappings": (b"? " * 100_000, "has a key that is not a plain word"),
    "brackets and braces": (b"[{" * 100_000, "has a key that is not a plain word"),
    "brackets to the limit of the size": (b"[" * PACK_LIMITS.bytes, "is nested deeper than 16"),
    "block sequences to the limit of the size": (b"- " * (PACK_LIMITS.bytes // 2), "is nested deeper than 16"),
    "lists side by side": (b"a: [" + b"[]," * 1_300_000 + b"]", "holds more than 200000 values"),
    "keys side by side": (b"".join(b"k%d:\n" % n for n in range(150_000)), "holds more than 200000 values"),
    "empty keys": (b"?\n" * 1_900_000, "has the key “” twice"),
    "empty lines": (b"\n" * PACK_LIMITS.bytes, "is empty"),
    "comments": (b"#\n" * (PACK_LIMITS.bytes // 2), "is empty"),
    "spaces": (b" " * PACK_LIMITS.bytes, "is empty"),
    "colons": (b":" * PACK_LIMITS.bytes, "is not YAML"),
    "long key": (b"x" * 3_900_000 + b": 1", "is not YAML"),
    "long scalar that does not end": (b"a: '" + b"x" * 3_900_000, "is not YAML: found unexpected end of stream"),
    "billion laughs": (LAUGHS.encode(), "uses a YAML anchor"),
}


@pytest.mark.parametrize(("data", "said"), BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_at_once(data: bytes, said: str) -> None:
    started = thread_time()
    with pytest.raises(BadInput, match=said):
        read(data, "f.yaml")
    assert thread_time() - started < SECONDS


def test_bombs_are_refused_in_a_small_piece_of_memory(tmp_path: Path) -> None:
    """The process may take 200 MB more than it has after the imports; the document alone would need gigabytes."""
    for number, (data, _) in enumerate(BOMBS.values()):
        (tmp_path / f"{number}.yaml").write_bytes(data)
    script = """
        import re, resource, sys
        from pathlib import Path
        from linghang.conditions.document import read_file
        from linghang.errors import BadInput
        now = int(re.search(r"VmSize:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
        resource.setrlimit(resource.RLIMIT_AS, (now + 200_000_000, now + 200_000_000))
        refused = 0
        for path in Path(sys.argv[1]).iterdir():
            try:
                read_file(path)
            except BadInput:
                refused += 1
        print(refused)
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not say how much memory a process has")
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert (run.stdout.strip(), run.stderr) == (str(len(BOMBS)), "")


@pytest.mark.parametrize("limits", [PACK_LIMITS, CASE_LIMITS], ids=["pack", "case"])
def test_size_is_allowed_up_to_the_limit_and_not_a_byte_more(limits: Limits, tmp_path: Path) -> None:
    just = b"a: 1 #" + b"x" * (limits.bytes - 6)
    assert read(just, "f.yaml", limits) == {"a": 1}
    with pytest.raises(BadInput, match=f"is larger than the {limits.bytes} bytes allowed here"):
        read(just + b"x", "f.yaml", limits)
    path = tmp_path / "large.yaml"
    path.write_bytes(just + b"x")
    with pytest.raises(BadInput, match=f"large.yaml: is larger than the {limits.bytes} bytes"):
        read_file(path, limits)


@pytest.mark.parametrize("limits", [PACK_LIMITS, CASE_LIMITS], ids=["pack", "case"])
@pytest.mark.parametrize(("before", "after"), [(b"[", b"]"), (b"{a: ", b"}")], ids=["lists", "mappings"])
def test_depth_is_allowed_up_to_the_limit_and_not_one_more(limits: Limits, before: bytes, after: bytes) -> None:
    depth = limits.depth - 1  # the outer mapping and the scalar stand at the ends
    assert read(b"a: " + before * depth + b"1" + after * depth, "f.yaml", limits)
    with pytest.raises(BadInput, match=f"f.yaml:1: is nested deeper than {limits.depth}"):
        read(b"a: " + before * (depth + 1) + b"1" + after * (depth + 1), "f.yaml", limits)


def test_count_is_allowed_up_to_the_limit_and_not_one_more() -> None:
    limits = Limits(nodes=100)
    assert len(read(b"a: [" + b"1, " * 98 + b"]", "f.yaml", limits)["a"]) == 98
    with pytest.raises(BadInput, match="holds more than 100 values"):
        read(b"a: [" + b"1, " * 99 + b"]", "f.yaml", limits)


@pytest.mark.parametrize(
    "data",
    ["a: &{name} 1", "a: !{name} 1", "a: *{name}", "? {name}\n: 1\n? {name}\n: 1"],
    ids=["anchor", "tag", "alias", "key twice"],
)
def test_a_refusal_is_short_however_long_the_name(data: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read(data.format(name="x" * 500_000).encode(), "f.yaml")
    assert len(str(refusal.value)) < 200


def test_a_folder_or_nothing_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="this is a folder; a YAML file is needed"):
        read_file(tmp_path)
    with pytest.raises(BadInput, match=r"there is no file .*none\.yaml"):
        read_file(tmp_path / "none.yaml")
    with pytest.raises(BadInput, match="cannot be read: File name too long"):
        read_file(tmp_path / ("x" * 300))


VALUES = [
    ("60.1", Decimal("60.1")),
    ("-0.50", Decimal("-0.50")),
    ("+3.0", Decimal("3.0")),
    ("0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
    ("0.100000000000000005551115123125", Decimal("0.100000000000000005551115123125")),
    ("7", 7),
    ("-7", -7),
    ("007", 7),
    ("999999999999999999", 999_999_999_999_999_999),
    ("1000000000000000000000", "1000000000000000000000"),
    ("1e3", Decimal("1e3")),
    ("1.5E-2", Decimal("0.015")),
    ("1e400", "1e400"),
    (".5", ".5"),
    ("5.", "5."),
    ("0x10", "0x10"),
    ("0o7", "0o7"),
    ("1_000", "1_000"),
    ("12:30:00", "12:30:00"),
    (".inf", ".inf"),
    (".nan", ".nan"),
    ("2026-02-28", date(2026, 2, 28)),
    ("2026-2-8", "2026-2-8"),
    ("2026-02-28 10:00:00", "2026-02-28 10:00:00"),
    ("true", True),
    ("false", False),
    ("True", "True"),
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("off", "off"),
    ("y", "y"),
    ("null", None),
    ("~", None),
    ("", None),
    ("Null", "Null"),
    ("二级", "二级"),
]


@pytest.mark.parametrize(("written", "value"), VALUES, ids=[written or "nothing" for written, _ in VALUES])
def test_an_unquoted_value_is_what_it_says_and_no_float(written: str, value: object) -> None:
    found = read(f"a: {written}\n".encode(), "f.yaml")["a"]
    assert found == value
    assert type(found) is type(value)


def test_trailing_zeros_of_a_decimal_are_kept() -> None:
    assert str(read(b"a: 60.10", "f.yaml")["a"]) == "60.10"


@pytest.mark.parametrize("written", ["'7'", '"60.1"', "'2026-02-30'", "'true'", "'null'", "'~'"])
def test_a_quoted_value_stays_text(written: str) -> None:
    assert read(f"a: {written}".encode(), "f.yaml")["a"] == written[1:-1]


@pytest.mark.parametrize(("mark", "value"), [("|", "7\n"), ("|-", "7"), (">-", "7")])
def test_a_block_scalar_stays_text(mark: str, value: str) -> None:
    assert read(f"a: {mark}\n  7\n".encode(), "f.yaml")["a"] == value


def test_keys_stay_words_whatever_they_look_like() -> None:
    assert list(read(b"1: a\n1.0: b\ntrue: c\n2026-02-30: d\n'<<': e", "f.yaml")) == [
        "1",
        "1.0",
        "true",
        "2026-02-30",
        "<<",
    ]


def test_a_byte_order_mark_and_windows_lines_are_read() -> None:
    found = read("\ufefftitle: 智能工厂\r\nlevel: 2\r\n".encode(), "f.yaml")
    assert found == {"title": "智能工厂", "level": 2}
    assert found.lines == {"title": 1, "level": 2}


def test_mappings_and_lists_know_their_lines() -> None:
    found = read(b"\na:\n  b: 1\n\n  c: 2\nd:\n  - 1\n\n  - 2\n", "f.yaml")
    assert (found.line, found.lines) == (2, {"a": 2, "d": 6})
    assert (found["a"].line, found["a"].lines) == (3, {"b": 3, "c": 5})
    assert (found["d"].line, found["d"].lines) == (7, [7, 9])


def test_a_long_scalar_is_read_whole() -> None:
    found = read(b"a: " + b"9" * 1_000_000 + b"\nb: " + b"x" * 1_000_000, "f.yaml")
    assert (len(found["a"]), len(found["b"])) == (1_000_000, 1_000_000)


@settings(max_examples=400, deadline=SECONDS * 1000)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read_or_refuse(data)


SIGNS = st.sampled_from("abc01:-?,[]{}&*!|>%@'\"#\\. \n\t~<=\r\0\x85\u2028\ufeff智")
TOKENS = st.sampled_from([": ", "- ", "? ", "\n  ", "---", "...", "<<", "|2-", ">+\n", "\\e", "\\x9b", "\\u2028"])
WORDS = st.sampled_from(["2026-02-30", "60.1", "1e9", "null", "!!str ", "%YAML 1.1", "%TAG ! x", "&x ", "*x "])
YAMLISH = st.lists(SIGNS | TOKENS | WORDS, max_size=40).map("".join)


@settings(max_examples=800, deadline=SECONDS * 1000)
@given(st.text(max_size=200) | YAMLISH)
def test_any_text_is_read_or_refused(text: str) -> None:
    _read_or_refuse(text.encode("utf-8", "surrogatepass"))


def _read_or_refuse(data: bytes) -> None:
    with suppress(BadInput):
        found = read(data, "f.yaml", Limits(nodes=50, depth=4))
        assert isinstance(found, Mapping)
        assert found.keys() == found.lines.keys()
