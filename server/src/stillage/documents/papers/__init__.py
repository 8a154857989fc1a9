"""The papers of the house, each one function from its content to a PDF."""

from stillage.documents.labels.marks import LabelError
from stillage.documents.papers.count_sheet import count_sheet
from stillage.documents.papers.credit_note import credit_note
from stillage.documents.papers.delivery_note import delivery_note
from stillage.documents.papers.discrepancy_note import discrepancy_note
from stillage.documents.papers.goods_received import goods_received
from stillage.documents.papers.label_sheet import label_sheet
from stillage.documents.papers.order_confirmation import order_confirmation
from stillage.documents.papers.packing_list import packing_list
from stillage.documents.papers.pick_list import pick_list
from stillage.documents.papers.purchase_order import purchase_order
from stillage.documents.papers.recall_letter import recall_letters
from stillage.documents.papers.recall_report import recall_report
from stillage.documents.papers.supplier_return import supplier_return
from stillage.documents.papers.transfer_note import transfer_note

__all__ = [
    "LabelError",
    "count_sheet",
    "credit_note",
    "delivery_note",
    "discrepancy_note",
    "goods_received",
    "label_sheet",
    "order_confirmation",
    "packing_list",
    "pick_list",
    "purchase_order",
    "recall_letters",
    "recall_report",
    "supplier_return",
    "transfer_note",
]
