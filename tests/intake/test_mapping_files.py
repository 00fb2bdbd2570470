"""Foreign layouts: what a mapping file can say, and how it is refused."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from intake_plant import Plant

from linghang.errors import BadInput, ManyProblems
from linghang.usecases.importing import ImportReport

Said = Callable[[ImportReport], str]

STATES = """
[[source]]
file = "log*.csv"
{source}
[[source.table]]
to = "equipment_state"
{table}
[source.table.columns]
equipment_id = {{ value = "LPC-104" }}
start = {start}
end = {end}
state = {{ from = "code", words = {{ "2" = "running", "0" = "idle" }} }}
"""


def states(plant: Plant, text: str, **parts: str) -> ImportReport:
    """Import a log of states."""
    given = {"source": "", "table": "", "start": '"from"', "end": '"to"', **parts}
    return plant.text("log1.csv", text, mapping=plant.mapping(STATES.format(**given)))


def stretches(plant: Plant) -> list[tuple[str, str | None, str]]:
    """Give what was imported, in UTC."""
    rows = [row for row in plant.rows("equipment_state") if row["equipment_id"] == "LPC-104"]
    form = "%H:%M"
    return [(r["start"].strftime(form), r["end"] and r["end"].strftime(form), r["state"]) for r in rows]


def test_columns_constants_and_words(plant: Plant) -> None:
    assert not states(plant, "from,to,code\n2025-03-14 08:00,2025-03-14 09:00,2\n").problems
    assert stretches(plant) == [("00:00", "01:00", "running")]


def test_a_word_that_nobody_mapped_is_refused_in_its_cell(plant: Plant, said: Said) -> None:
    report = states(plant, "from,to,code\n2025-03-14 08:00,2025-03-14 09:00,7\n")
    assert "log1.csv, row 2, column code: State does not know the word 7" in said(report)


def test_a_zone_and_a_format(plant: Plant) -> None:
    start = '{ from = "from", zone = "Asia/Jerusalem", format = "%d.%m.%Y %H:%M" }'
    states(plant, "from,to,code\n14.03.2025 08:00,,2\n", start=start)
    assert stretches(plant) == [("06:00", None, "running")]


def test_the_zone_of_a_whole_source(plant: Plant) -> None:
    states(plant, "from,to,code\n2025-03-14 08:00,,2\n", source='time_zone = "UTC"')
    assert stretches(plant) == [("08:00", None, "running")]


def test_a_state_lasts_until_the_next_row(plant: Plant) -> None:
    text = "from,to,code\n2025-03-14 08:00,,2\n2025-03-14 08:20,,2\n2025-03-14 08:03,,0\n"
    states(plant, text, end='{ next = "from", limit = { value = 5, unit = "min" } }')
    assert [one[:2] for one in stretches(plant)] == [("00:00", "00:03"), ("00:03", "00:08"), ("00:20", "00:25")]


def test_a_length_is_added(plant: Plant) -> None:
    states(plant, "from,to,code\n2025-03-14 08:00,90,2\n", end='{ from = "from", plus = { from = "to", unit = "s" } }')
    assert stretches(plant)[0][1] == "00:01"


def test_a_moment_at_least_so_long_after_another(plant: Plant) -> None:
    end = '{ from = "to", at_least_after = { from = "from", value = 1, unit = "min" } }'
    states(plant, "from,to,code\n2025-03-14 08:00,2025-03-14 08:00,2\n", end=end)
    assert stretches(plant)[0][:2] == ("00:00", "00:01")


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ('{ code = "2" }', ["00:00", "02:00"]),
        ('{ code = ["2", "0"] }', ["00:00", "01:00", "02:00"]),
        ('{ code = { not = "2" } }', ["01:00"]),
        ('{ note = "" }', ["00:00", "01:00"]),
        ('{ note = "", code = "2" }', ["00:00"]),
    ],
)
def test_rows_are_filtered(plant: Plant, where: str, kept: list[str]) -> None:
    text = "from,to,code,note\n2025-03-14 08:00,2025-03-14 08:30,2,\n2025-03-14 09:00,2025-03-14 09:30,0,\n"
    text += "2025-03-14 10:00,2025-03-14 10:30,2,x\n"
    states(plant, text, table=f"where = {where}")
    assert [one[0] for one in stretches(plant)] == kept


def test_master_data_come_out_of_events_once(new_plant: Plant) -> None:
    mapping = '[[source]]\n[[source.table]]\nto = "customer"\ndistinct = true\n'
    mapping += 'columns = { customer_id = { join = ["a", "b"], with = "-" }, name = "b" }\n'
    report = new_plant.text("x.csv", "a,b\n1,x\n1,x\n2,x\n", mapping=new_plant.mapping(mapping))
    assert [row["customer_id"] for row in new_plant.rows("customer")] == ["1-x", "2-x"]
    assert report.tables[0].rows == 2


def test_rows_of_one_key_are_made_one(plant: Plant) -> None:
    mapping = """
[[source]]
[[source.table]]
to = "production_order"
by = ["order"]
[source.table.columns]
production_order_id = "order"
factory_id = { value = "HLGL-F1" }
product_id = { value = "W1875" }
quantity = { from = "n", take = "sum" }
planned_start = { from = "at", take = "min" }
planned_end = { from = "at", take = "max" }
priority = { from = "n", take = "count" }
"""
    text = "order,n,at\nB,1,2025-03-02\nA,2,2025-03-05\nA,2,2025-03-06\nB,3,2025-03-04\nB,,2025-03-01\n"
    assert not plant.text("x.csv", text, mapping=plant.mapping(mapping)).problems
    row = plant.row("production_order", "B")
    assert (row["quantity"], row["priority"]) == (4.0, 2)
    assert row["planned_start"] == datetime(2025, 2, 28, 16, tzinfo=UTC)
    assert row["planned_end"] == datetime(2025, 3, 3, 16, tzinfo=UTC)


def test_columns_are_added_and_empty_ones_get_a_default(plant: Plant) -> None:
    mapping = """
[[source]]
empty = ["NA"]
[[source.table]]
to = "job_response"
[source.table.columns]
response_id = { join = ["job", { row = true }], with = "/" }
job_id = "job"
start = "s"
end = "e"
produced_quantity = { add = ["good", "bad"] }
good_quantity = { from = "good", default = 0 }
scrap_quantity = { from = "bad", default = 0 }
rework_quantity = { value = 0 }
labour_s = { from = "e", since = "s" }
"""
    text = "job,s,e,good,bad\nMO-25-0688-020,2025-03-20 8:00,2025-03-20 9:00,5,NA\n"
    assert not plant.text("x.csv", text, mapping=plant.mapping(mapping)).problems
    row = plant.row("job_response", "MO-25-0688-020/2")
    assert (row["produced_quantity"], row["scrap_quantity"], row["labour_s"]) == (5.0, 0.0, 3600.0)


def test_a_unit_converts(plant: Plant) -> None:
    mapping = '[[source]]\n[[source.table]]\nto = "equipment"\n[source.table.columns]\nequipment_id = "id"\n'
    mapping += 'work_center_id = { value = "WC-LPC1" }\nname = "id"\nkey = { value = true }\n'
    mapping += 'status = { value = "in_use" }\nrated_power_kw = { from = "P", unit = "MW" }\n'
    assert not plant.text("x.csv", "id,P\nEAF-1,40\n", mapping=plant.mapping(mapping)).problems
    assert plant.row("equipment", "EAF-1")["rated_power_kw"] == 40_000.0


def test_a_column_that_the_source_does_not_have_is_refused(plant: Plant, said: Said) -> None:
    report = states(plant, "form,to,code\n1,2,3\n")
    assert "reads the column from, which is not there; did you mean form" in said(report)


GOOD = '[[source]]\n[[source.table]]\nto = "customer"\n[source.table.columns]\ncustomer_id = "a"\nname = {name}\n{more}'


@pytest.mark.parametrize(
    ("name", "more", "why"),
    [
        ('{ form = "b" }', "", "columns.name.form: there is no key form; did you mean"),
        ("{}", "", "says exactly one of from, value, join, add, row, next"),
        ('{ from = "b", value = "c" }', "", "says exactly one of"),
        ("5", "", "is the name of a column"),
        ('{ from = "b", unit = "kW" }', "", "has no unit"),
        ('{ from = "b", zone = "Asia/Beijin" }', "", "is not a time zone"),
        ('{ from = "b", format = "%Q" }', "", "%Q is not read in a format"),
        ('{ from = "b", format = "%H:%M" }', "", "says no year, month and day"),
        ('{ from = "b", take = "sum" }', "", "where the table has by"),
        ('{ from = "b", times = "x" }', "", "is a number, or a fraction"),
        ('{ from = "b", times = "1/0" }', "", "is a number, or a fraction"),
        ('{ from = "b", plus = { value = 1, unit = "kg" } }', "", "kg is no unit of time"),
        ('{ from = "b", limit = { value = 1, unit = "s" } }', "", "stands only beside next"),
        ('{ from = "b", floor = "year" }', "", "is day or month"),
        ('{ join = "b" }', "", "is a list of columns"),
        ("{ join = [5] }", "", "is the name of a column, { value"),
        ('"b"', 'contry = "c"\n', "has no column contry; did you mean country"),
        (
            '"b"',
            "[[source.table]]\nto = 'custommer'\ncolumns = { a = 'b' }",
            "no table custommer; did you mean customer",
        ),
        ('"b"', "[[source.tabel]]\n", "there is no key tabel; did you mean table"),
        ('"b"', "[[source]]\nheader = 0\n[[source.table]]\nto = 'customer'\ncolumns = {name = 'b'}", "1 or more"),
        ('"b"', "[[source]]\n", "a source has one [[source.table]] or more"),
        ('"b"', "[[source.table]]\nto = 'customer'\n", "names no column"),
        ('"b"', "[[source.table]]\nto = 'customer'\nwhere = 5\ncolumns = {name = 'b'}", "is written as { column"),
    ],
)
def test_every_wrong_key_is_refused_with_its_place(new_plant: Plant, name: str, more: str, why: str) -> None:
    mapping = new_plant.mapping(GOOD.format(name=name, more=more))
    with pytest.raises(ManyProblems) as refused:
        new_plant.text("x.csv", "a,b\n1,2\n", mapping=mapping)
    assert why in str(refused.value)
    assert "mapping.toml" in str(refused.value)


def test_what_is_no_toml_is_refused(new_plant: Plant) -> None:
    with pytest.raises(BadInput, match="is not TOML"):
        new_plant.text("x.csv", "a\n1\n", mapping=new_plant.mapping("a = = b"))
    with pytest.raises(ManyProblems, match=r"one \[\[source\]\] or more"):
        new_plant.text("x.csv", "a\n1\n", mapping=new_plant.mapping(""))
    with pytest.raises(BadInput, match="there is no file"):
        new_plant.text("x.csv", "a\n1\n", mapping=new_plant.folder / "none.toml")


def test_words_and_lengths_that_do_not_fit_their_column_are_refused(plant: Plant, said: Said) -> None:
    with pytest.raises(ManyProblems, match="did you mean running"):
        plant.text(
            "log.csv",
            "a\n1\n",
            mapping=plant.mapping(
                STATES.replace('"running"', '"runing"').format(source="", table="", start='"a"', end='"a"')
            ),
        )
    mapping = GOOD.format(name='{ from = "b", since = "a" }', more="")
    assert "since gives a length of time" in said(plant.text("x.csv", "a,b\n1,2\n", mapping=plant.mapping(mapping)))
