"""The room's tables: suppliers and what they offer; orders; notices; receipts; what goes back."""

from stillage.purchasing.models.notices import AdvanceNotice, NoticeLine, NoticeStatus, NoticeUnit
from stillage.purchasing.models.orders import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from stillage.purchasing.models.receipts import (
    Discrepancy,
    DiscrepancyKind,
    DiscrepancyOutcome,
    Receipt,
    ReceiptLine,
    ReceiptStatus,
    ReceiptUndo,
)
from stillage.purchasing.models.returns import SupplierReturn, SupplierReturnLine, SupplierReturnStatus
from stillage.purchasing.models.suppliers import Supplier, SupplierProduct

__all__ = [
    "AdvanceNotice",
    "Discrepancy",
    "DiscrepancyKind",
    "DiscrepancyOutcome",
    "NoticeLine",
    "NoticeStatus",
    "NoticeUnit",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseOrderStatus",
    "Receipt",
    "ReceiptLine",
    "ReceiptStatus",
    "ReceiptUndo",
    "Supplier",
    "SupplierProduct",
    "SupplierReturn",
    "SupplierReturnLine",
    "SupplierReturnStatus",
]
