"""Customers and suppliers, orders, deliveries and receipts, service after the sale."""

from linghang.plant.columns import choice, day, flag, id_, money, number, ref, table, text, when
from linghang.plant.tables.product import material, product
from linghang.words import Text

SALES = Text("销售与服务", "Sales and service")
SUPPLY = Text("采购与供应", "Purchasing and supply")

customer = table(
    "customer",
    ("客户", "Customer"),
    ("一家客户", "One customer"),
    SALES,
    id_("customer_id", "客户编号", "Customer id", "C-0012"),
    text("name", "客户名称", "Name of the customer", "长春某整车有限公司"),
    text("credit_code", "客户统一社会信用代码", "Credit code of the customer", "91220101MA0Y5K9R83", optional=True),
    text("country", "客户国家：ISO 3166 两位代码", "Country of the customer: ISO 3166", "CN", optional=True),
)

sales_order = table(
    "sales_order",
    ("销售订单", "Sales order"),
    ("客户的一张订单", "One order of a customer"),
    SALES,
    id_("order_id", "销售订单编号", "Sales order id", "SO-25-0317"),
    ref(customer.c.customer_id),
    day("ordered_on", "下单日期", "Ordered on", "2025-02-20"),
    text("channel", "销售渠道", "Sales channel", "整车配套", optional=True),
)

sales_order_line = table(
    "sales_order_line",
    ("销售订单行", "Sales order line"),
    ("销售订单的一行", "One line of a sales order"),
    SALES,
    id_("line_id", "销售订单行编号", "Sales line id", "SO-25-0317-10"),
    ref(sales_order.c.order_id),
    ref(product.c.product_id),
    number("quantity", "订购数量", "Quantity ordered", "@product.unit", 2400),
    day("due_on", "交期：首次承诺", "Due on: as first promised", "2025-03-25", future=True),
    day("revised_due_on", "变更后交期", "Revised due date", "2025-03-28", optional=True, future=True),
    money("price_cny", "单价：不含税", "Unit price: without tax", "412.50", optional=True),
    flag("cancelled", "已取消", "Cancelled", False),
)

delivery = table(
    "delivery",
    ("交付", "Delivery"),
    ("销售订单行的一次交付", "One delivery of a sales order line"),
    SALES,
    id_("delivery_id", "交付编号", "Delivery id", "DN-25-0412"),
    ref(sales_order_line.c.line_id),
    day("delivered_on", "交付日期：客户签收", "Delivered on: received by the customer", "2025-03-24"),
    day("shipped_on", "发运日期", "Shipped on", "2025-03-22", optional=True),
    number("quantity", "交付数量", "Quantity delivered", "@product.unit", 2400),
)

service_request = table(
    "service_request",
    ("售后请求", "Service request"),
    ("客户的一次投诉、报修或退货", "One complaint, repair request or return of a customer"),
    SALES,
    id_("request_id", "售后请求编号", "Service request id", "SR-25-0021"),
    ref(customer.c.customer_id),
    ref(product.c.product_id, optional=True),
    choice(
        "kind",
        "售后类型",
        "Kind of request",
        {"complaint": "投诉", "repair": "报修", "return": "退货", "enquiry": "咨询", "other": "其他"},
        "complaint",
    ),
    when("opened_at", "受理时间", "Opened at", "2025-04-02T09:30:00+08:00"),
    when("responded_at", "响应时间", "Responded at", "2025-04-02T11:00:00+08:00", optional=True),
    when("closed_at", "关闭时间", "Closed at", "2025-04-09T16:00:00+08:00", optional=True),
    number("quantity", "涉及数量", "Quantity concerned", "@product.unit", 6, optional=True),
    text("text", "问题描述", "What the customer says", "轮辋漆面颗粒", optional=True),
)

supplier = table(
    "supplier",
    ("供应商", "Supplier"),
    ("一家供应商", "One supplier"),
    SUPPLY,
    id_("supplier_id", "供应商编号", "Supplier id", "V-0031"),
    text("name", "供应商名称", "Name of the supplier", "霍煤鸿骏铝电有限责任公司"),
    text("credit_code", "供应商统一社会信用代码", "Credit code of the supplier", "91150500MA0N7T5G8C", optional=True),
    text("country", "供应商国家：ISO 3166 两位代码", "Country of the supplier: ISO 3166", "CN", optional=True),
    number("distance_km", "运输距离", "Transport distance", "km", 12, optional=True),
)

purchase_order = table(
    "purchase_order",
    ("采购订单", "Purchase order"),
    ("向供应商下的一张订单", "One order placed with a supplier"),
    SUPPLY,
    id_("purchase_order_id", "采购订单编号", "Purchase order id", "PO-25-0208"),
    ref(supplier.c.supplier_id),
    day("ordered_on", "采购下单日期", "Ordered on", "2025-02-26"),
)

purchase_order_line = table(
    "purchase_order_line",
    ("采购订单行", "Purchase order line"),
    ("采购订单的一行", "One line of a purchase order"),
    SUPPLY,
    id_("line_id", "采购订单行编号", "Purchase line id", "PO-25-0208-10"),
    ref(purchase_order.c.purchase_order_id),
    ref(material.c.material_id, example="A356.2"),
    number("quantity", "采购数量", "Quantity ordered", "@material.unit", 60000),
    day("promised_on", "承诺到货日：首次承诺", "Promised on: as first promised", "2025-03-10", future=True),
    day("revised_promise_on", "变更后到货日", "Revised promise", "2025-03-12", optional=True, future=True),
    money("price_cny", "采购单价：不含税", "Unit price: without tax", "20.85", optional=True),
    flag("cancelled", "采购行已取消", "Cancelled", False, optional=True),
)

receipt = table(
    "receipt",
    ("到货", "Receipt"),
    ("采购订单行的一次到货", "One receipt of a purchase order line"),
    SUPPLY,
    id_("receipt_id", "到货编号", "Receipt id", "GR-25-0377"),
    ref(purchase_order_line.c.line_id),
    day("received_on", "到货日期", "Received on", "2025-03-09"),
    number("quantity", "到货数量", "Quantity received", "@material.unit", 60000),
    number("accepted_quantity", "合格数量", "Quantity accepted", "@material.unit", 59800, optional=True),
)
