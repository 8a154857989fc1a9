"""Which screen a document's number opens: a number printed on a paper is scanned like everything else. Pure."""

import re

ROUTES = {
    "SO": "/orders/",
    "PL": "/pick/",
    "SH": "/shipments/",
    "RT": "/returns/",
    "TR": "/transfers/",
    "CT": "/count/",
    "RC": "/recalls/",
    "PO": "/purchases/",
    "GR": "/receive/",
    "SR": "/supplier-returns/",
}
_NUMBER = re.compile(r"([A-Z]{2})-\d{4,12}")


def route_of(code: str) -> str:
    """The address of the document with this number; empty when it is no such number."""
    number = code.strip().upper()
    match = _NUMBER.fullmatch(number)
    return ROUTES[match[1]] + number if match and match[1] in ROUTES else ""
