"""The room's tables: customers, orders, picking, shipping, returns."""

from stillage.sales.models.customers import Customer, CustomerProduct
from stillage.sales.models.orders import OrderStatus, SalesOrder, SalesOrderLine
from stillage.sales.models.picking import PickList, PickListStatus, PickTask
from stillage.sales.models.returns import (
    CreditNote,
    CreditNoteLine,
    Disposition,
    Outcome,
    Return,
    ReturnLine,
    ReturnStatus,
)
from stillage.sales.models.shipping import (
    HandlingUnit,
    HandlingUnitKind,
    PackedLine,
    Shipment,
    ShipmentLine,
)

__all__ = [
    "CreditNote",
    "CreditNoteLine",
    "Customer",
    "CustomerProduct",
    "Disposition",
    "HandlingUnit",
    "HandlingUnitKind",
    "OrderStatus",
    "Outcome",
    "PackedLine",
    "PickList",
    "PickListStatus",
    "PickTask",
    "Return",
    "ReturnLine",
    "ReturnStatus",
    "SalesOrder",
    "SalesOrderLine",
    "Shipment",
    "ShipmentLine",
]
