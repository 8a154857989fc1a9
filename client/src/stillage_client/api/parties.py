"""Suppliers, what they deliver, and customers."""

from typing import Any

from stillage_client.api.records import Customer, Page, Supplier, SupplierProduct, read_page
from stillage_client.api.transport import Api


async def suppliers(api: Api, **filters: Any) -> Page[Supplier]:
    return read_page(Supplier.read, await api.get("suppliers", **filters))


async def save_supplier(
    api: Api, supplier: Supplier | None, *, key: str | None = None, **changes: Any
) -> Supplier:
    """Change a supplier, or make one when `supplier` is None."""
    if supplier is None:
        return Supplier.read(await api.post("suppliers", changes, key=key))
    answer = await api.patch(f"suppliers/{supplier.id}", changes, version=supplier.version, key=key)
    return Supplier.read(answer)


async def supplier_products(api: Api, **filters: Any) -> Page[SupplierProduct]:
    return read_page(SupplierProduct.read, await api.get("supplier-products", **filters))


async def customers(api: Api, **filters: Any) -> Page[Customer]:
    return read_page(Customer.read, await api.get("customers", **filters))


async def save_customer(
    api: Api, customer: Customer | None, *, key: str | None = None, **changes: Any
) -> Customer:
    """Change a customer, or make one when `customer` is None."""
    if customer is None:
        return Customer.read(await api.post("customers", changes, key=key))
    answer = await api.patch(f"customers/{customer.id}", changes, version=customer.version, key=key)
    return Customer.read(answer)
