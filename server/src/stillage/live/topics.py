"""Who hears of what: from an entry of the trail to its topic, and the right that the topic asks. The one table.

What is not on this page is told to nobody.
"""

from dataclasses import dataclass

from stillage.accounts import roles


@dataclass(frozen=True, slots=True)
class Topic:
    """What somebody must be allowed to see, to hear of it."""

    right: str
    # Only for those who work in all warehouses: it belongs to none, and names what belongs to others.
    everywhere: bool = False
    # One's own are told; other people's only with this right too.
    others: str = ""


TOPICS: dict[str, Topic] = {
    "stock": Topic(roles.STOCK_VIEW),
    "orders": Topic(roles.SALES_VIEW),
    "picking": Topic(roles.SALES_VIEW),
    "shipments": Topic(roles.SALES_VIEW),
    "returns": Topic(roles.SALES_VIEW),
    "purchases": Topic(roles.BUYING_VIEW),
    "receiving": Topic(roles.BUYING_VIEW),
    "transfers": Topic(roles.TRANSFERS_VIEW),
    "counts": Topic(roles.COUNTS_VIEW),
    "recalls": Topic(roles.RECALLS_VIEW, everywhere=True),
    "planning": Topic(roles.PLANNING_VIEW),
    "catalogue": Topic(roles.CATALOGUE_VIEW),
    "parties": Topic(roles.PARTIES_VIEW),
    "places": Topic(roles.PLACES_VIEW),
    "imports": Topic(roles.CATALOGUE_VIEW, others=roles.AUDIT_VIEW),
    "people": Topic(roles.USERS_VIEW, everywhere=True),
    "sign-ins": Topic(roles.AUDIT_VIEW, everywhere=True),
    "system": Topic(roles.AUDIT_VIEW, everywhere=True),
}

# The object type of an entry -> its topic. The listed actions' beginnings go before.
OF_OBJECT: dict[str, str] = {
    "operation": "stock",
    "lot": "stock",
    "allocation": "stock",
    "ledger": "stock",
    "sales_order": "orders",
    "pick_list": "picking",
    "shipment": "shipments",
    "handling_unit": "shipments",
    "return": "returns",
    "credit_note": "returns",
    "purchase_order": "purchases",
    "supplier_return": "purchases",
    "receipt": "receiving",
    "advance_notice": "receiving",
    "discrepancy": "receiving",
    "transfer": "transfers",
    "count": "counts",
    "recall": "recalls",
    "category": "catalogue",
    "brand": "catalogue",
    "product": "catalogue",
    "pack": "catalogue",
    "supplier": "parties",
    "supplier_product": "parties",
    "customer": "parties",
    "customer_product": "parties",
    "warehouse": "places",
    "location": "places",
    "import": "imports",
    "user": "people",
    "database": "system",
    "ledger_check": "system",
    "policy": "planning",
    "supplier_plan": "planning",
    "warehouse_plan": "planning",
    "demand_event": "planning",
    "forecast_run": "planning",
    "proposal": "planning",
}
OF_ACTION: dict[str, str] = {
    "auth.": "sign-ins",
    "proposal.": "planning",
}


def topic_of(action: str, object_type: str) -> str | None:
    """The topic of an entry; None when nobody is told of it."""
    for beginning, topic in OF_ACTION.items():
        if action.startswith(beginning):
            return topic
    return OF_OBJECT.get(object_type)
