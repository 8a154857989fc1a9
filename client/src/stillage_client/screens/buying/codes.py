"""Printed numbers of documents, as a scanner reads them off paper: PO-000012 opens the order. Pure."""

import re

DOCUMENTS = {
    "PO": "/purchases/",
    "GR": "/receive/",
    "SR": "/supplier-returns/",
    "SO": "/orders/",
    "SH": "/shipments/",
    "PL": "/pick/",
    "RT": "/returns/",
    "TR": "/transfers/",
    "CT": "/counts/",
    "RC": "/recalls/",
}
_NUMBER = re.compile(r"([A-Z]{2})-(\d{6,})")


def document_path(code: str) -> str:
    """Where the document of this number is shown; empty when the code is none."""
    match = _NUMBER.fullmatch(code.strip().upper())
    root = DOCUMENTS.get(match[1]) if match else None
    return f"{root}{match[0]}" if root and match else ""
