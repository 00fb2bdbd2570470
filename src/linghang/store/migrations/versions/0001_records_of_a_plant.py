"""records of a plant."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this step."""
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("credit_code", sa.String(), autoincrement=False, nullable=True),
        sa.Column("country", sa.String(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer")),
    )
    op.create_table(
        "enterprise",
        sa.Column("enterprise_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("credit_code", sa.String(), autoincrement=False, nullable=False),
        sa.Column("industry_code", sa.String(), autoincrement=False, nullable=False),
        sa.Column("region_code", sa.String(), autoincrement=False, nullable=False),
        sa.Column("size_class", sa.String(), autoincrement=False, nullable=True),
        sa.Column("above_scale", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("legal_person", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("established_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("on_dishonest_list", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("credit_clean", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("finance_sound", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("operating_normally", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("law_abiding", sa.Boolean(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("enterprise_id", name=op.f("pk_enterprise")),
    )
    op.create_table(
        "material",
        sa.Column("material_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("unit_mass_kg", sa.Double(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("material_id", name=op.f("pk_material")),
    )
    op.create_table(
        "supplier",
        sa.Column("supplier_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("credit_code", sa.String(), autoincrement=False, nullable=True),
        sa.Column("country", sa.String(), autoincrement=False, nullable=True),
        sa.Column("distance_km", sa.Double(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_supplier")),
    )
    op.create_table(
        "bill_of_material",
        sa.Column("parent_material_id", sa.String(), nullable=False),
        sa.Column("component_material_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("loss_percent", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["component_material_id"], ["material.material_id"], name=op.f("fk_bill_of_material_component_material_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_material_id"], ["material.material_id"], name=op.f("fk_bill_of_material_parent_material_id")
        ),
        sa.PrimaryKeyConstraint("parent_material_id", "component_material_id", name=op.f("pk_bill_of_material")),
    )
    op.create_table(
        "factory",
        sa.Column("factory_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("enterprise_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("region_code", sa.String(), autoincrement=False, nullable=False),
        sa.Column("time_zone", sa.String(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(), autoincrement=False, nullable=True),
        sa.Column("commissioned_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("process_type", sa.String(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["enterprise.enterprise_id"], name=op.f("fk_factory_enterprise_id")),
        sa.PrimaryKeyConstraint("factory_id", name=op.f("pk_factory")),
    )
    op.create_table(
        "lot",
        sa.Column("lot_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("material_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("made_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("supplier_id", sa.String(), nullable=True),
        sa.Column("heat", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["material_id"], ["material.material_id"], name=op.f("fk_lot_material_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.supplier_id"], name=op.f("fk_lot_supplier_id")),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lot")),
    )
    op.create_table(
        "product",
        sa.Column("product_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("material_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("family", sa.String(), autoincrement=False, nullable=True),
        sa.Column("unit", sa.String(), autoincrement=False, nullable=False),
        sa.Column("standard_hours", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("ideal_mass_kg", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("launched_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("discontinued_on", sa.Date(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["material_id"], ["material.material_id"], name=op.f("fk_product_material_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product")),
    )
    op.create_table(
        "purchase_order",
        sa.Column("purchase_order_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("supplier_id", sa.String(), nullable=False),
        sa.Column("ordered_on", sa.Date(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.supplier_id"], name=op.f("fk_purchase_order_supplier_id")),
        sa.PrimaryKeyConstraint("purchase_order_id", name=op.f("pk_purchase_order")),
    )
    op.create_table(
        "sales_order",
        sa.Column("order_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("ordered_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name=op.f("fk_sales_order_customer_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_sales_order")),
    )
    op.create_table(
        "decision_model",
        sa.Column("model_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("purpose", sa.String(), autoincrement=False, nullable=False),
        sa.Column("scene_number", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("version", sa.String(), autoincrement=False, nullable=True),
        sa.Column("first_used_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("retired_on", sa.Date(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_decision_model_factory_id")),
        sa.PrimaryKeyConstraint("model_id", name=op.f("pk_decision_model")),
    )
    op.create_table(
        "emission",
        sa.Column("emission_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("gas", sa.String(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=True),
        sa.Column("source", sa.String(), autoincrement=False, nullable=False),
        sa.Column("quantity_t", sa.Double(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_emission_factory_id")),
        sa.PrimaryKeyConstraint("emission_id", name=op.f("pk_emission")),
    )
    op.create_table(
        "finance_month",
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("revenue_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("cost_of_goods_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("operating_cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("value_added_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("material_cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("labour_cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("energy_cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("maintenance_cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("logistics_cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("quality_cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("depreciation_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("rnd_cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("audited", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_finance_month_factory_id")),
        sa.PrimaryKeyConstraint("factory_id", "month", name=op.f("pk_finance_month")),
    )
    op.create_table(
        "headcount_month",
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("employees", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("dispatched", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_headcount_month_factory_id")),
        sa.PrimaryKeyConstraint("factory_id", "month", name=op.f("pk_headcount_month")),
    )
    op.create_table(
        "incident",
        sa.Column("incident_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("domain", sa.String(), autoincrement=False, nullable=False),
        sa.Column("severity", sa.String(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), autoincrement=False, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_incident_factory_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident")),
    )
    op.create_table(
        "outlet",
        sa.Column("outlet_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("permit_number", sa.String(), autoincrement=False, nullable=True),
        sa.Column("monitored_online", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_outlet_factory_id")),
        sa.PrimaryKeyConstraint("outlet_id", name=op.f("pk_outlet")),
    )
    op.create_table(
        "output_month",
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("mass_t", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("audited", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_output_month_factory_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.product_id"], name=op.f("fk_output_month_product_id")),
        sa.PrimaryKeyConstraint("factory_id", "product_id", "month", name=op.f("pk_output_month")),
    )
    op.create_table(
        "person",
        sa.Column("person_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(), autoincrement=False, nullable=False),
        sa.Column("department", sa.String(), autoincrement=False, nullable=False),
        sa.Column("qualification", sa.String(), autoincrement=False, nullable=True),
        sa.Column("smart_manufacturing", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("joined_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("left_on", sa.Date(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_person_factory_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
    )
    op.create_table(
        "purchase_order_line",
        sa.Column("line_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("purchase_order_id", sa.String(), nullable=False),
        sa.Column("material_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("promised_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("revised_promise_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("price_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("cancelled", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["material_id"], ["material.material_id"], name=op.f("fk_purchase_order_line_material_id")
        ),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_order.purchase_order_id"],
            name=op.f("fk_purchase_order_line_purchase_order_id"),
        ),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_purchase_order_line")),
    )
    op.create_table(
        "replication",
        sa.Column("replication_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("solution", sa.String(), autoincrement=False, nullable=True),
        sa.Column("receiver_name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("receiver_credit_code", sa.String(), autoincrement=False, nullable=True),
        sa.Column("adopted_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("own_group", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("proof", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_replication_factory_id")),
        sa.PrimaryKeyConstraint("replication_id", name=op.f("pk_replication")),
    )
    op.create_table(
        "rnd_project",
        sa.Column("project_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("product_family", sa.String(), autoincrement=False, nullable=True),
        sa.Column("approved_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("released_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("cancelled", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("budget_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_rnd_project_factory_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.product_id"], name=op.f("fk_rnd_project_product_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_rnd_project")),
    )
    op.create_table(
        "routing",
        sa.Column("routing_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), autoincrement=False, nullable=True),
        sa.Column("preferred", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("valid_from", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("valid_to", sa.Date(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.product_id"], name=op.f("fk_routing_product_id")),
        sa.PrimaryKeyConstraint("routing_id", name=op.f("pk_routing")),
    )
    op.create_table(
        "sales_order_line",
        sa.Column("line_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("revised_due_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("price_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("cancelled", sa.Boolean(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.order_id"], name=op.f("fk_sales_order_line_order_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.product_id"], name=op.f("fk_sales_order_line_product_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_sales_order_line")),
    )
    op.create_table(
        "service_request",
        sa.Column("request_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("responded_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("text", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.customer_id"], name=op.f("fk_service_request_customer_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.product_id"], name=op.f("fk_service_request_product_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_service_request")),
    )
    op.create_table(
        "site",
        sa.Column("site_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(), autoincrement=False, nullable=True),
        sa.Column("area_m2", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_site_factory_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site")),
    )
    op.create_table(
        "software",
        sa.Column("software_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("vendor", sa.String(), autoincrement=False, nullable=True),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(), autoincrement=False, nullable=True),
        sa.Column("go_live_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("retired_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("controllable", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_software_factory_id")),
        sa.PrimaryKeyConstraint("software_id", name=op.f("pk_software")),
    )
    op.create_table(
        "stock_snapshot",
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("material_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("value_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_stock_snapshot_factory_id")),
        sa.ForeignKeyConstraint(["material_id"], ["material.material_id"], name=op.f("fk_stock_snapshot_material_id")),
        sa.PrimaryKeyConstraint("factory_id", "material_id", "day", name=op.f("pk_stock_snapshot")),
    )
    op.create_table(
        "waste_month",
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("generated_t", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("utilised_t", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("utilised_from_stock_t", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("disposed_t", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("stored_t", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_waste_month_factory_id")),
        sa.PrimaryKeyConstraint("factory_id", "month", "kind", name=op.f("pk_waste_month")),
    )
    op.create_table(
        "area",
        sa.Column("area_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("area_m2", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.site_id"], name=op.f("fk_area_site_id")),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_area")),
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("delivered_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("shipped_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["sales_order_line.line_id"], name=op.f("fk_delivery_line_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
    )
    op.create_table(
        "model_call",
        sa.Column("model_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("decision", sa.String(), autoincrement=False, nullable=False),
        sa.Column("adopted", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["model_id"], ["decision_model.model_id"], name=op.f("fk_model_call_model_id")),
        sa.PrimaryKeyConstraint("model_id", "at", name=op.f("pk_model_call")),
    )
    op.create_table(
        "outlet_reading",
        sa.Column("outlet_id", sa.String(), nullable=False),
        sa.Column("substance", sa.String(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(), autoincrement=False, nullable=False),
        sa.Column("limit_value", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.outlet_id"], name=op.f("fk_outlet_reading_outlet_id")),
        sa.PrimaryKeyConstraint("outlet_id", "substance", "at", name=op.f("pk_outlet_reading")),
    )
    op.create_table(
        "production_order",
        sa.Column("production_order_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("planned_start", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("planned_end", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("due_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("sales_line_id", sa.String(), nullable=True),
        sa.Column("released_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("priority", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_production_order_factory_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.product_id"], name=op.f("fk_production_order_product_id")),
        sa.ForeignKeyConstraint(
            ["sales_line_id"], ["sales_order_line.line_id"], name=op.f("fk_production_order_sales_line_id")
        ),
        sa.PrimaryKeyConstraint("production_order_id", name=op.f("pk_production_order")),
    )
    op.create_table(
        "receipt",
        sa.Column("receipt_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("accepted_quantity", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["purchase_order_line.line_id"], name=op.f("fk_receipt_line_id")),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_receipt")),
    )
    op.create_table(
        "rnd_milestone",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("milestone", sa.String(), autoincrement=False, nullable=False),
        sa.Column("planned_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("reached_on", sa.Date(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["rnd_project.project_id"], name=op.f("fk_rnd_milestone_project_id")),
        sa.PrimaryKeyConstraint("project_id", "milestone", name=op.f("pk_rnd_milestone")),
    )
    op.create_table(
        "scene_built",
        sa.Column("scene_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("guide_edition", sa.String(), autoincrement=False, nullable=False),
        sa.Column("scene_number", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("link_name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("scene_name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("instance_name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("level_list", sa.String(), autoincrement=False, nullable=True),
        sa.Column("uses_ai", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("model_id", sa.String(), nullable=True),
        sa.Column("go_live_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("retired_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("software_ids", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_scene_built_factory_id")),
        sa.ForeignKeyConstraint(["model_id"], ["decision_model.model_id"], name=op.f("fk_scene_built_model_id")),
        sa.PrimaryKeyConstraint("scene_id", name=op.f("pk_scene_built")),
    )
    op.create_table(
        "software_function",
        sa.Column("software_id", sa.String(), nullable=False),
        sa.Column("function", sa.String(), autoincrement=False, nullable=False),
        sa.Column("used_since", sa.Date(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["software_id"], ["software.software_id"], name=op.f("fk_software_function_software_id")
        ),
        sa.PrimaryKeyConstraint("software_id", "function", name=op.f("pk_software_function")),
    )
    op.create_table(
        "system_link",
        sa.Column("link_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("from_software_id", sa.String(), nullable=False),
        sa.Column("to_software_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("content", sa.String(), autoincrement=False, nullable=True),
        sa.Column("go_live_on", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("retired_on", sa.Date(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["from_software_id"], ["software.software_id"], name=op.f("fk_system_link_from_software_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_software_id"], ["software.software_id"], name=op.f("fk_system_link_to_software_id")
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_system_link")),
    )
    op.create_table(
        "permit",
        sa.Column("permit_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("area_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("text", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.area_id"], name=op.f("fk_permit_area_id")),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_permit_factory_id")),
        sa.PrimaryKeyConstraint("permit_id", name=op.f("pk_permit")),
    )
    op.create_table(
        "storage_location",
        sa.Column("location_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("area_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), autoincrement=False, nullable=True),
        sa.Column("capacity", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("distance_m", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("automated", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.area_id"], name=op.f("fk_storage_location_area_id")),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_storage_location_factory_id")),
        sa.PrimaryKeyConstraint("location_id", name=op.f("pk_storage_location")),
    )
    op.create_table(
        "work_center",
        sa.Column("work_center_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("area_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=True),
        sa.Column("x_m", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("y_m", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("length_m", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("width_m", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.area_id"], name=op.f("fk_work_center_area_id")),
        sa.PrimaryKeyConstraint("work_center_id", name=op.f("pk_work_center")),
    )
    op.create_table(
        "process_segment",
        sa.Column("segment_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("routing_id", sa.String(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("work_center_id", sa.String(), nullable=True),
        sa.Column("standard_s", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("setup_s", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("crew", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("key", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("automated", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("digitally_controlled", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["product_id"], ["product.product_id"], name=op.f("fk_process_segment_product_id")),
        sa.ForeignKeyConstraint(["routing_id"], ["routing.routing_id"], name=op.f("fk_process_segment_routing_id")),
        sa.ForeignKeyConstraint(
            ["work_center_id"], ["work_center.work_center_id"], name=op.f("fk_process_segment_work_center_id")
        ),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_process_segment")),
    )
    op.create_table(
        "setup_matrix",
        sa.Column("work_center_id", sa.String(), nullable=False),
        sa.Column("from_family", sa.String(), autoincrement=False, nullable=False),
        sa.Column("to_family", sa.String(), autoincrement=False, nullable=False),
        sa.Column("setup_s", sa.Double(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["work_center_id"], ["work_center.work_center_id"], name=op.f("fk_setup_matrix_work_center_id")
        ),
        sa.PrimaryKeyConstraint("work_center_id", "from_family", "to_family", name=op.f("pk_setup_matrix")),
    )
    op.create_table(
        "shift",
        sa.Column("shift_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("work_center_id", sa.String(), nullable=True),
        sa.Column("start", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("planned_stop_s", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("crew_name", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_shift_factory_id")),
        sa.ForeignKeyConstraint(
            ["work_center_id"], ["work_center.work_center_id"], name=op.f("fk_shift_work_center_id")
        ),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_shift")),
    )
    op.create_table(
        "stock_movement",
        sa.Column("movement_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("material_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("from_location_id", sa.String(), nullable=True),
        sa.Column("to_location_id", sa.String(), nullable=True),
        sa.Column("lot", sa.String(), autoincrement=False, nullable=True),
        sa.Column("carrier", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_stock_movement_factory_id")),
        sa.ForeignKeyConstraint(
            ["from_location_id"], ["storage_location.location_id"], name=op.f("fk_stock_movement_from_location_id")
        ),
        sa.ForeignKeyConstraint(["material_id"], ["material.material_id"], name=op.f("fk_stock_movement_material_id")),
        sa.ForeignKeyConstraint(
            ["to_location_id"], ["storage_location.location_id"], name=op.f("fk_stock_movement_to_location_id")
        ),
        sa.PrimaryKeyConstraint("movement_id", name=op.f("pk_stock_movement")),
    )
    op.create_table(
        "work_hours",
        sa.Column("work_hours_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("department", sa.String(), autoincrement=False, nullable=True),
        sa.Column("work_center_id", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("hours", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("overtime_h", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("attendance_h", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_work_hours_factory_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_work_hours_person_id")),
        sa.ForeignKeyConstraint(
            ["work_center_id"], ["work_center.work_center_id"], name=op.f("fk_work_hours_work_center_id")
        ),
        sa.PrimaryKeyConstraint("work_hours_id", name=op.f("pk_work_hours")),
    )
    op.create_table(
        "work_unit",
        sa.Column("work_unit_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("work_center_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["work_center_id"], ["work_center.work_center_id"], name=op.f("fk_work_unit_work_center_id")
        ),
        sa.PrimaryKeyConstraint("work_unit_id", name=op.f("pk_work_unit")),
    )
    op.create_table(
        "equipment",
        sa.Column("equipment_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("work_center_id", sa.String(), nullable=False),
        sa.Column("work_unit_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("model", sa.String(), autoincrement=False, nullable=True),
        sa.Column("maker", sa.String(), autoincrement=False, nullable=True),
        sa.Column("origin_country", sa.String(), autoincrement=False, nullable=True),
        sa.Column("serial_number", sa.String(), autoincrement=False, nullable=True),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=True),
        sa.Column("key", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("numerically_controlled", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("networked", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("controllable", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("status", sa.String(), autoincrement=False, nullable=False),
        sa.Column("commissioned_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("retired_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("ideal_cycle_s", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("rated_power_kw", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["work_center_id"], ["work_center.work_center_id"], name=op.f("fk_equipment_work_center_id")
        ),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_unit.work_unit_id"], name=op.f("fk_equipment_work_unit_id")),
        sa.PrimaryKeyConstraint("equipment_id", name=op.f("pk_equipment")),
    )
    op.create_table(
        "quality_characteristic",
        sa.Column("characteristic_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("segment_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(), autoincrement=False, nullable=True),
        sa.Column("target", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("lower_limit", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("upper_limit", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("key", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("digital", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.product_id"], name=op.f("fk_quality_characteristic_product_id")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["process_segment.segment_id"], name=op.f("fk_quality_characteristic_segment_id")
        ),
        sa.PrimaryKeyConstraint("characteristic_id", name=op.f("pk_quality_characteristic")),
    )
    op.create_table(
        "alarm",
        sa.Column("alarm_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("equipment_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("priority", sa.String(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(), autoincrement=False, nullable=True),
        sa.Column("text", sa.String(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_alarm_equipment_id")),
        sa.PrimaryKeyConstraint("alarm_id", name=op.f("pk_alarm")),
    )
    op.create_table(
        "control_loop",
        sa.Column("loop_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("equipment_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("apc_applicable", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_control_loop_equipment_id")
        ),
        sa.PrimaryKeyConstraint("loop_id", name=op.f("pk_control_loop")),
    )
    op.create_table(
        "equipment_state",
        sa.Column("equipment_id", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("state", sa.String(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_equipment_state_equipment_id")
        ),
        sa.PrimaryKeyConstraint("equipment_id", "start", name=op.f("pk_equipment_state")),
    )
    op.create_table(
        "failure",
        sa.Column("failure_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("equipment_id", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("cause", sa.String(), autoincrement=False, nullable=True),
        sa.Column("component", sa.String(), autoincrement=False, nullable=True),
        sa.Column("stopped", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_failure_equipment_id")),
        sa.PrimaryKeyConstraint("failure_id", name=op.f("pk_failure")),
    )
    op.create_table(
        "hazard",
        sa.Column("hazard_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("area_id", sa.String(), nullable=True),
        sa.Column("equipment_id", sa.String(), nullable=True),
        sa.Column("level", sa.String(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), autoincrement=False, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["area.area_id"], name=op.f("fk_hazard_area_id")),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_hazard_equipment_id")),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_hazard_factory_id")),
        sa.PrimaryKeyConstraint("hazard_id", name=op.f("pk_hazard")),
    )
    op.create_table(
        "job_order",
        sa.Column("job_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("production_order_id", sa.String(), nullable=False),
        sa.Column("segment_id", sa.String(), nullable=False),
        sa.Column("equipment_id", sa.String(), nullable=True),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("planned_start", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("planned_end", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("planned_scrap_quantity", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_job_order_equipment_id")),
        sa.ForeignKeyConstraint(
            ["production_order_id"],
            ["production_order.production_order_id"],
            name=op.f("fk_job_order_production_order_id"),
        ),
        sa.ForeignKeyConstraint(["segment_id"], ["process_segment.segment_id"], name=op.f("fk_job_order_segment_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_order")),
    )
    op.create_table(
        "meter",
        sa.Column("meter_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("work_center_id", sa.String(), nullable=True),
        sa.Column("equipment_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), autoincrement=False, nullable=True),
        sa.Column("carrier", sa.String(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(), autoincrement=False, nullable=False),
        sa.Column("boundary", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("bought", sa.Boolean(), autoincrement=False, nullable=False),
        sa.Column("direction", sa.String(), autoincrement=False, nullable=False),
        sa.Column("renewable", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("feedstock", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_meter_equipment_id")),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_meter_factory_id")),
        sa.ForeignKeyConstraint(
            ["work_center_id"], ["work_center.work_center_id"], name=op.f("fk_meter_work_center_id")
        ),
        sa.PrimaryKeyConstraint("meter_id", name=op.f("pk_meter")),
    )
    op.create_table(
        "apc_period",
        sa.Column("loop_id", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("in_service", sa.Boolean(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["loop_id"], ["control_loop.loop_id"], name=op.f("fk_apc_period_loop_id")),
        sa.PrimaryKeyConstraint("loop_id", "start", name=op.f("pk_apc_period")),
    )
    op.create_table(
        "inspection",
        sa.Column("inspection_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("characteristic_id", sa.String(), nullable=True),
        sa.Column("lot_id", sa.String(), nullable=True),
        sa.Column("job_id", sa.String(), nullable=True),
        sa.Column("equipment_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(), autoincrement=False, nullable=True),
        sa.Column("inspected_quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("defective_quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("digital", sa.Boolean(), autoincrement=False, nullable=True),
        sa.Column("judged", sa.String(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["characteristic_id"],
            ["quality_characteristic.characteristic_id"],
            name=op.f("fk_inspection_characteristic_id"),
        ),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_inspection_equipment_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job_order.job_id"], name=op.f("fk_inspection_job_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.lot_id"], name=op.f("fk_inspection_lot_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.product_id"], name=op.f("fk_inspection_product_id")),
        sa.PrimaryKeyConstraint("inspection_id", name=op.f("pk_inspection")),
    )
    op.create_table(
        "job_response",
        sa.Column("response_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.String(), nullable=False),
        sa.Column("equipment_id", sa.String(), nullable=True),
        sa.Column("start", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("produced_quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("good_quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("scrap_quantity", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("rework_quantity", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("setup_s", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("labour_s", sa.Double(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_job_response_equipment_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job_order.job_id"], name=op.f("fk_job_response_job_id")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_job_response")),
    )
    op.create_table(
        "lot_genealogy",
        sa.Column("parent_lot_id", sa.String(), nullable=False),
        sa.Column("child_lot_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["child_lot_id"], ["lot.lot_id"], name=op.f("fk_lot_genealogy_child_lot_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job_order.job_id"], name=op.f("fk_lot_genealogy_job_id")),
        sa.ForeignKeyConstraint(["parent_lot_id"], ["lot.lot_id"], name=op.f("fk_lot_genealogy_parent_lot_id")),
        sa.PrimaryKeyConstraint("parent_lot_id", "child_lot_id", name=op.f("pk_lot_genealogy")),
    )
    op.create_table(
        "maintenance_order",
        sa.Column("maintenance_order_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("equipment_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("failure_id", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), autoincrement=False, nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("labour_h", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.Column("work", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_maintenance_order_equipment_id")
        ),
        sa.ForeignKeyConstraint(["failure_id"], ["failure.failure_id"], name=op.f("fk_maintenance_order_failure_id")),
        sa.PrimaryKeyConstraint("maintenance_order_id", name=op.f("pk_maintenance_order")),
    )
    op.create_table(
        "meter_reading",
        sa.Column("meter_id", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("estimated", sa.Boolean(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["meter_id"], ["meter.meter_id"], name=op.f("fk_meter_reading_meter_id")),
        sa.PrimaryKeyConstraint("meter_id", "start", name=op.f("pk_meter_reading")),
    )
    op.create_table(
        "tag",
        sa.Column("tag_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("factory_id", sa.String(), nullable=False),
        sa.Column("equipment_id", sa.String(), nullable=True),
        sa.Column("loop_id", sa.String(), nullable=True),
        sa.Column("name", sa.String(), autoincrement=False, nullable=False),
        sa.Column("unit", sa.String(), autoincrement=False, nullable=True),
        sa.Column("role", sa.String(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String(), autoincrement=False, nullable=True),
        sa.Column("sampling_s", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("low_limit", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("high_limit", sa.Double(), autoincrement=False, nullable=True),
        sa.Column("writable", sa.Boolean(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["equipment_id"], ["equipment.equipment_id"], name=op.f("fk_tag_equipment_id")),
        sa.ForeignKeyConstraint(["factory_id"], ["factory.factory_id"], name=op.f("fk_tag_factory_id")),
        sa.ForeignKeyConstraint(["loop_id"], ["control_loop.loop_id"], name=op.f("fk_tag_loop_id")),
        sa.PrimaryKeyConstraint("tag_id", name=op.f("pk_tag")),
    )
    op.create_table(
        "defect",
        sa.Column("defect_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("inspection_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("position", sa.String(), autoincrement=False, nullable=True),
        sa.Column("cause", sa.String(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspection.inspection_id"], name=op.f("fk_defect_inspection_id")),
        sa.PrimaryKeyConstraint("defect_id", name=op.f("pk_defect")),
    )
    op.create_table(
        "material_actual",
        sa.Column("actual_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("response_id", sa.String(), nullable=False),
        sa.Column("material_id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("lot_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.lot_id"], name=op.f("fk_material_actual_lot_id")),
        sa.ForeignKeyConstraint(["material_id"], ["material.material_id"], name=op.f("fk_material_actual_material_id")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["job_response.response_id"], name=op.f("fk_material_actual_response_id")
        ),
        sa.PrimaryKeyConstraint("actual_id", name=op.f("pk_material_actual")),
    )
    op.create_table(
        "spare_part_use",
        sa.Column("maintenance_order_id", sa.String(), nullable=False),
        sa.Column("material_id", sa.String(), nullable=False),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["maintenance_order_id"],
            ["maintenance_order.maintenance_order_id"],
            name=op.f("fk_spare_part_use_maintenance_order_id"),
        ),
        sa.ForeignKeyConstraint(["material_id"], ["material.material_id"], name=op.f("fk_spare_part_use_material_id")),
        sa.PrimaryKeyConstraint("maintenance_order_id", "material_id", name=op.f("pk_spare_part_use")),
    )
    op.create_table(
        "nonconformance",
        sa.Column("nonconformance_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("product_id", sa.String(), nullable=False),
        sa.Column("lot_id", sa.String(), nullable=True),
        sa.Column("defect_id", sa.String(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), autoincrement=False, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), autoincrement=False, nullable=True),
        sa.Column("quantity", sa.Double(), autoincrement=False, nullable=False),
        sa.Column("disposal", sa.String(), autoincrement=False, nullable=False),
        sa.Column("corrective_action", sa.String(), autoincrement=False, nullable=True),
        sa.Column("cost_cny", sa.Numeric(15, 4), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["defect_id"], ["defect.defect_id"], name=op.f("fk_nonconformance_defect_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.lot_id"], name=op.f("fk_nonconformance_lot_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.product_id"], name=op.f("fk_nonconformance_product_id")),
        sa.PrimaryKeyConstraint("nonconformance_id", name=op.f("pk_nonconformance")),
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("nonconformance")
    op.drop_table("spare_part_use")
    op.drop_table("material_actual")
    op.drop_table("defect")
    op.drop_table("tag")
    op.drop_table("meter_reading")
    op.drop_table("maintenance_order")
    op.drop_table("lot_genealogy")
    op.drop_table("job_response")
    op.drop_table("inspection")
    op.drop_table("apc_period")
    op.drop_table("meter")
    op.drop_table("job_order")
    op.drop_table("hazard")
    op.drop_table("failure")
    op.drop_table("equipment_state")
    op.drop_table("control_loop")
    op.drop_table("alarm")
    op.drop_table("quality_characteristic")
    op.drop_table("equipment")
    op.drop_table("work_unit")
    op.drop_table("work_hours")
    op.drop_table("stock_movement")
    op.drop_table("shift")
    op.drop_table("setup_matrix")
    op.drop_table("process_segment")
    op.drop_table("work_center")
    op.drop_table("storage_location")
    op.drop_table("permit")
    op.drop_table("system_link")
    op.drop_table("software_function")
    op.drop_table("scene_built")
    op.drop_table("rnd_milestone")
    op.drop_table("receipt")
    op.drop_table("production_order")
    op.drop_table("outlet_reading")
    op.drop_table("model_call")
    op.drop_table("delivery")
    op.drop_table("area")
    op.drop_table("waste_month")
    op.drop_table("stock_snapshot")
    op.drop_table("software")
    op.drop_table("site")
    op.drop_table("service_request")
    op.drop_table("sales_order_line")
    op.drop_table("routing")
    op.drop_table("rnd_project")
    op.drop_table("replication")
    op.drop_table("purchase_order_line")
    op.drop_table("person")
    op.drop_table("output_month")
    op.drop_table("outlet")
    op.drop_table("incident")
    op.drop_table("headcount_month")
    op.drop_table("finance_month")
    op.drop_table("emission")
    op.drop_table("decision_model")
    op.drop_table("sales_order")
    op.drop_table("purchase_order")
    op.drop_table("product")
    op.drop_table("lot")
    op.drop_table("factory")
    op.drop_table("bill_of_material")
    op.drop_table("supplier")
    op.drop_table("material")
    op.drop_table("enterprise")
    op.drop_table("customer")
