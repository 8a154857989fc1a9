"""Customers as a file."""

from collections.abc import Iterator
from typing import Any

from stillage.catalogue.exporting import Export, by_id
from stillage.core.actor import Actor
from stillage.sales.importing import COLUMNS
from stillage.sales.models import Customer


def _customers(actor: Actor) -> Iterator[list[Any]]:
    for customer in by_id(Customer.objects.all()):
        yield [customer.code, *(getattr(customer, name) for name in COLUMNS)]


CUSTOMERS = Export(
    name="customers", permission="parties.view", columns=lambda actor: ["code", *COLUMNS], rows=_customers
)
