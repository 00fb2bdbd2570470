"""Which table a file is, and which column a header means."""

from collections.abc import Callable

import pytest
from intake_plant import Plant

from linghang.errors import BadInput
from linghang.usecases.importing import ImportReport

Said = Callable[[ImportReport], str]


@pytest.mark.parametrize(
    "header",
    [
        "customer_id,name,country",
        "客户编号,客户名称,客户国家",
        "Customer id,Name of the customer,Country of the customer",
        "CUSTOMER ID,ＮＡＭＥ,country *",
        "  客户编号 ,name,Customer_Country",
    ],
)
def test_headers_are_known_by_name_and_title(new_plant: Plant, said: Said, header: str) -> None:
    report = new_plant.text("customer.csv", f"{header}\nC-1,a,CN\n")
    if "Customer_Country" in header:
        assert "has no column Customer_Country" in said(report)
        assert "Country of the customer" in said(report)
    else:
        assert not report.problems


@pytest.mark.parametrize("name", ["customer.csv", "客户.csv", "Customer.csv"])
def test_the_name_of_a_file_is_its_table(new_plant: Plant, name: str) -> None:
    assert new_plant.text(name, "customer_id,name\nC-1,a\n").tables[0].table == "customer"


def test_the_header_says_the_table_where_the_name_does_not(new_plant: Plant) -> None:
    report = new_plant.text("export-7.csv", "客户编号,客户名称,客户统一社会信用代码\nC-1,a,\n")
    assert report.tables[0].table == "customer"


def test_the_person_says_the_table(new_plant: Plant) -> None:
    assert new_plant.text("x.csv", "客户编号,name\nC-1,a\n", table="客户").tables[0].added == 1


def test_an_unknown_table_is_refused_with_the_nearest(new_plant: Plant, said: Said) -> None:
    assert "did you mean" in said(new_plant.text("custommer.csv", "a,b\n1,2\n"))
    with pytest.raises(BadInput, match="did you mean customer"):
        new_plant.text("x.csv", "a,b\n1,2\n", table="custommer")


def test_an_unknown_header_is_refused_with_the_nearest(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", "customer_id,name,contry\nC-1,a,CN\n")
    assert "customer.csv, row 1, column contry: Customer has no column contry; did you mean country" in said(report)


def test_a_missing_required_column_is_named(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", "customer_id\nC-1\n")
    assert "the column Name of the customer (name) is missing" in said(report)


def test_one_column_twice_is_refused(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", "customer_id,name,客户名称\nC-1,a,b\n")
    assert "stands in two columns (name and 客户名称)" in said(report)


def test_values_without_a_header_are_refused(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", "customer_id,name,\nC-1,a,b\n")
    assert "column C has values but no header" in said(report)


def test_an_empty_column_without_a_header_is_left_out(new_plant: Plant) -> None:
    assert not new_plant.text("customer.csv", "customer_id,name,\nC-1,a,\n").problems


def test_a_header_in_two_lines_is_refused_with_its_rows(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", "客户资料,,\ncustomer_id,name,country\nC-1,a,CN\n")
    assert "the names are in row 2, but 客户资料 is above them" in said(report)


@pytest.mark.parametrize(
    ("header", "value"),
    [("额定功率(MW)", 110.0), ("额定功率（kW）", 0.11), ("rated_power_kw [W]", 0.00011), ("额定功率", 0.11)],
)
def test_a_unit_in_the_header_converts(plant: Plant, header: str, value: float) -> None:
    text = f"equipment_id,work_center_id,name,key,status,{header}\nX,WC-LPC1,a,是,在用,0.11\n"
    assert not plant.text("equipment.csv", text).problems
    assert plant.row("equipment", "X")["rated_power_kw"] == pytest.approx(value)


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("额定功率(kWh)", "is kept in kW; kWh does not convert"),
        ("额定功率(horses)", "no unit horses"),
        ("name(kg)", "has no unit; leave (kg) away"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused(plant: Plant, said: Said, header: str, why: str) -> None:
    extra = "" if header.startswith("name") else "name,"
    text = f"equipment_id,work_center_id,{extra}key,status,{header}\nX,WC-LPC1,{'a,' if extra else ''}是,在用,1\n"
    assert why in said(plant.text("equipment.csv", text))


def test_a_unit_where_every_row_has_its_own_is_refused(plant: Plant, said: Said) -> None:
    report = plant.text("meter_reading.csv", "meter_id,start,end,用量(MWh)\nEM-LPC1,2025-01-01,2025-01-02,1\n")
    assert "that of its row (meter.unit)" in said(report)
