"""What only several rows say together (keys, references, overlaps, circles), and what becomes of what is there."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from intake_plant import Plant

from linghang.errors import BadInput
from linghang.plant.columns import Instant, Money
from linghang.plant.tables import TABLES
from linghang.usecases.importing import ImportReport

Said = Callable[[ImportReport], str]

RESPONSES = "response_id,job_id,start,end,produced_quantity,good_quantity,scrap_quantity,rework_quantity\n"
STATES = "equipment_id,start,end,state\n"


def test_a_key_twice_is_refused_with_both_rows(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", "customer_id,name\nC-1,a\nC-2,b\nC-1,c\n")
    assert "customer.csv, row 4, column customer_id: C-1 stands here a second time" in said(report)
    assert "customer.csv, row 2" in said(report)
    assert not new_plant.rows("customer")


def test_a_key_twice_in_two_files_is_refused(new_plant: Plant, said: Said) -> None:
    one = new_plant.file("customer.csv", "customer_id,name\nC-1,a\n")
    two = new_plant.file("客户.csv", "customer_id,name\nC-1,a\n")
    report = new_plant.load(one, two)
    assert f"{two}, row 2" in said(report)
    assert f"first: {one}, row 2" in said(report)


def test_an_empty_key_and_an_empty_required_cell_are_named(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", "customer_id,name\n,a\nC-2,\n")
    assert "row 2, column customer_id: Customer id is empty" in said(report)
    assert "row 3, column name: Name of the customer is empty" in said(report)


def test_a_reference_may_be_in_the_same_set_in_any_order(new_plant: Plant) -> None:
    orders = new_plant.file("sales_order.csv", "order_id,customer_id,ordered_on\nS-1,C-1,2025-03-01\n")
    customers = new_plant.file("customer.csv", "customer_id,name\nC-1,a\n")
    report = new_plant.load(orders, customers)
    assert [one.table for one in report.tables] == ["customer", "sales_order"]


def test_a_reference_may_be_in_the_records(plant: Plant) -> None:
    assert not plant.text("sales_order.csv", "order_id,customer_id,ordered_on\nS-1,C-0012,2025-03-01\n").problems


def test_a_reference_to_nothing_is_refused(plant: Plant, said: Said) -> None:
    report = plant.text("sales_order.csv", "order_id,customer_id,ordered_on\nS-1,C-9,2025-03-01\n")
    assert "row 2, column customer_id: Customer does not know C-9" in said(report)
    assert not plant.load(plant.file("customer.csv", "customer_id,name\nC-9,a\n")).problems


def test_an_end_before_its_start_is_refused(plant: Plant, said: Said) -> None:
    row = "R-1,MO-25-0688-020,2025-03-14 09:00,2025-03-14 08:00,3,3,0,0\n"
    assert "does not lie after" in said(plant.text("job_response.csv", RESPONSES + row))


def test_a_negative_quantity_is_refused(plant: Plant, said: Said) -> None:
    row = "R-1,MO-25-0688-020,2025-03-14 08:00,2025-03-14 09:00,3,-3,0,0\n"
    assert "at least 0; -3" in said(plant.text("job_response.csv", RESPONSES + row))


def test_more_good_and_bad_than_produced_is_refused(plant: Plant, said: Said) -> None:
    row = "R-1,MO-25-0688-020,2025-03-14 08:00,2025-03-14 09:00,3,3,1,0\n"
    assert "add up to more" in said(plant.text("job_response.csv", RESPONSES + row))


def test_overlapping_states_are_refused(plant: Plant, said: Said) -> None:
    rows = "LPC-104,2025-03-14 08:00,2025-03-14 10:00,运行\nLPC-104,2025-03-14 09:00,2025-03-14 11:00,待机\n"
    report = plant.text("equipment_state.csv", STATES + rows)
    assert "row 3, column start: LPC-104: begins at" in said(report)


def test_a_state_that_overlaps_one_of_the_records_is_refused(plant: Plant, said: Said) -> None:
    later = plant.text("equipment_state.csv", STATES + "LPC-103,2025-03-14 11:00,2025-03-14 12:00,idle\n")
    assert "row 2, column start" in said(later)
    earlier = plant.text("equipment_state.csv", STATES + "LPC-103,2025-03-14 07:00,2025-03-14 09:00,idle\n")
    assert "a record that is there already" in said(earlier)


def test_a_state_may_be_replaced_by_its_key(plant: Plant) -> None:
    report = plant.text("equipment_state.csv", STATES + "LPC-103,2025-03-14 08:00,2025-03-14 11:00,idle\n")
    assert (report.tables[0].changed, report.tables[0].added) == (1, 0)


def test_an_order_without_routing_is_refused(plant: Plant, said: Said) -> None:
    product = plant.file("product.csv", "product_id,material_id,name,unit\nNEW,W1875-FG,n,pcs\n")
    order = plant.file(
        "production_order.csv", "production_order_id,factory_id,product_id,quantity\nO-1,HLGL-F1,NEW,5\n"
    )
    assert "nothing says how it is made" in said(plant.load(product, order))
    step = plant.file("process_segment.csv", "segment_id,product_id,sequence,name,key\nS,NEW,10,cast,是\n")
    assert not plant.load(product, order, step).problems


def test_a_bill_of_material_in_a_circle_is_refused(plant: Plant, said: Said) -> None:
    text = "parent_material_id,component_material_id,quantity\nA356.2,SP-RISER-01,1\nSP-RISER-01,A356.2,1\n"
    assert "goes round in a circle" in said(plant.text("bill_of_material.csv", text))


def test_a_circle_through_the_records_is_refused(plant: Plant, said: Said) -> None:
    text = "parent_material_id,component_material_id,quantity\nA356.2,W1875-FG,1\n"
    assert "circle" in said(plant.text("bill_of_material.csv", text))


def test_a_wrong_credit_code_is_refused_with_the_right_character(new_plant: Plant, said: Said) -> None:
    report = new_plant.text("customer.csv", "customer_id,name,credit_code\nC-1,a,91150581MA13N4K21D\n")
    assert "its last character would be C" in said(report)


def test_what_lies_in_the_future_is_refused(plant: Plant, said: Said) -> None:
    report = plant.text("equipment_state.csv", STATES + "LPC-104,2031-03-14 08:00,,idle\n")
    assert "lies in the future" in said(report)


def test_the_same_file_again_changes_nothing(plant: Plant) -> None:
    text = "customer_id,name,country\nC-1,a,CN\nC-2,b,\n"
    first, again = plant.text("customer.csv", text), plant.text("customer.csv", text)
    assert (first.tables[0].added, first.tables[0].unchanged) == (2, 0)
    assert (again.tables[0].added, again.tables[0].changed, again.tables[0].unchanged) == (0, 0, 2)


def test_new_changed_and_equal_rows_are_counted(plant: Plant) -> None:
    plant.text("customer.csv", "customer_id,name,country\nC-1,a,CN\nC-2,b,\n")
    report = plant.text("customer.csv", "customer_id,name,country\nC-1,a,CN\nC-2,b,DE\nC-3,c,\n")
    one = report.tables[0]
    assert (one.rows, one.added, one.changed, one.unchanged) == (3, 1, 1, 1)
    assert plant.row("customer", "C-2")["country"] == "DE"


def test_a_column_that_is_not_in_the_file_keeps_its_values(plant: Plant) -> None:
    plant.text("customer.csv", "customer_id,name\nC-0012,new name\n")
    row = plant.row("customer", "C-0012")
    assert (row["name"], row["country"]) == ("new name", "CN")


def test_an_empty_cell_empties_the_value(plant: Plant) -> None:
    plant.text("customer.csv", "customer_id,name,country\nC-0012,new name,\n")
    assert plant.row("customer", "C-0012")["country"] is None


def test_a_table_of_keys_alone_can_be_imported_twice(plant: Plant) -> None:
    text = "software_id,function\nMES-01,质量\nMES-01,quality\n"
    assert plant.text("software_function.csv", text).refused
    text = "software_id,function\nMES-01,产品质量\nMES-01,库存\n"
    assert plant.text("software_function.csv", text).tables[0].added == 2
    assert plant.text("software_function.csv", text).tables[0].unchanged == 2


def test_a_dry_run_keeps_nothing_and_counts_everything(plant: Plant) -> None:
    before = plant.rows("customer")
    report = plant.text("customer.csv", "customer_id,name\nC-1,a\n", dry_run=True)
    assert report.tables[0].added == 1
    assert plant.rows("customer") == before


def test_one_wrong_cell_keeps_the_whole_set_out(plant: Plant, said: Said) -> None:
    good = plant.file("customer.csv", "customer_id,name\nC-1,a\n")
    bad = plant.file("supplier.csv", "supplier_id,name,distance_km\nV-1,a,far\n")
    assert plant.load(good, bad).problem_count == 1
    assert [row["customer_id"] for row in plant.rows("customer")] == ["C-0012"]


def test_all_problems_are_named_at_once_and_counted_beyond_a_thousand(new_plant: Plant) -> None:
    rows = "".join(f"C-{at},,China\n" for at in range(900))
    report = new_plant.text("customer.csv", "customer_id,name,country\n" + rows)
    assert (len(report.problems), report.problem_count) == (1000, 1800)
    assert [one.row for one in report.problems[:4]] == [2, 2, 3, 3]


def test_two_writers_are_kept_apart(plant: Plant) -> None:
    with plant.workspace.writing(), pytest.raises(BadInput, match="another process is writing"):
        plant.text("customer.csv", "customer_id,name\nC-1,a\n")


def test_what_is_written_is_what_sqlalchemy_would_have_written(plant: Plant) -> None:
    plant.text(
        "nonconformance.csv",
        "nonconformance_id,product_id,opened_at,quantity,disposal,cost_cny\n"
        "N-1,W1875,2025-03-14 17:00:00.5,2,scrap,640.1234\n",
    )
    moment, cost = datetime(2025, 3, 14, 9, 0, 0, 500_000, UTC), Decimal("640.1234")
    with plant.workspace.engine().connect() as connection:
        table = TABLES["nonconformance"]
        given = {"nonconformance_id": "N-2", "product_id": "W1875", "quantity": 2.0, "disposal": "scrap"}
        connection.execute(table.insert(), {**given, "opened_at": moment, "cost_cny": cost})
        raw = sa.text(
            "SELECT opened_at, cost_cny, typeof(opened_at), typeof(cost_cny), typeof(quantity) "
            "FROM nonconformance WHERE nonconformance_id IN ('N-1', 'N-2')"
        )
        one, other = connection.execute(raw).all()
    assert one == other
    assert isinstance(table.c.opened_at.type, Instant)
    assert isinstance(table.c.cost_cny.type, Money)
    row = plant.row("nonconformance", "N-1")
    assert (row["opened_at"], row["cost_cny"]) == (moment, cost)
