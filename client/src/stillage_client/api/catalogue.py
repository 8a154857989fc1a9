"""Products, their packs, categories and brands."""

from typing import Any

from stillage_client.api.records import Brand, Category, Pack, Page, Product, read_page
from stillage_client.api.transport import Api, part


async def products(api: Api, **filters: Any) -> Page[Product]:
    """Filters: brand, category, status, search; limit, cursor, ordering, count."""
    return read_page(Product.read, await api.get("products", **filters))


async def product(api: Api, sku_or_id: str | int) -> Product:
    return Product.read(await api.get(f"products/{part(sku_or_id)}"))


async def create_product(api: Api, *, key: str | None = None, **values: Any) -> Product:
    return Product.read(await api.post("products", values, key=key))


async def change_product(api: Api, product: Product, *, key: str | None = None, **changes: Any) -> Product:
    """Refused with 412 when somebody changed it after `product` was read."""
    answer = await api.patch(f"products/{product.id}", changes, version=product.version, key=key)
    return Product.read(answer)


async def delete_product(api: Api, product: Product, *, key: str | None = None) -> None:
    await api.delete(f"products/{product.id}", version=product.version, key=key)


async def packs(api: Api, **filters: Any) -> Page[Pack]:
    return read_page(Pack.read, await api.get("packs", **filters))


async def create_pack(api: Api, *, key: str | None = None, **values: Any) -> Pack:
    return Pack.read(await api.post("packs", values, key=key))


async def change_pack(api: Api, pack: Pack, *, key: str | None = None, **changes: Any) -> Pack:
    return Pack.read(await api.patch(f"packs/{pack.id}", changes, version=pack.version, key=key))


async def delete_pack(api: Api, pack: Pack, *, key: str | None = None) -> None:
    await api.delete(f"packs/{pack.id}", version=pack.version, key=key)


async def categories(api: Api, **filters: Any) -> Page[Category]:
    return read_page(Category.read, await api.get("categories", **filters))


async def brands(api: Api, **filters: Any) -> Page[Brand]:
    return read_page(Brand.read, await api.get("brands", **filters))
