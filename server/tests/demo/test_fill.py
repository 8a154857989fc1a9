"""Filling: the same content for the same instant, nothing where there is data, nothing half done."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.management import call_command

from stillage.accounts.models import User
from stillage.catalogue.models import Pack, Product
from stillage.core.clock import now
from stillage.demo import fill, fill_if_empty
from stillage.purchasing.models import PurchaseOrderLine, Receipt
from stillage.stock.models import Lot, Movement
from tests.builders import make_product

AT = now()


def digest() -> str:
    """Of products, lots and movements, by the names people know them by."""
    products = Product.objects.order_by("id").values_list(
        "sku",
        "name",
        "category__name",
        "brand__name",
        "abv_percent",
        "shelf_life_days",
        "status",
        "created_at",
    )
    packs = Pack.objects.order_by("id").values_list("product__sku", "name", "units_per_pack", "gtin")
    lots = Lot.objects.order_by("id").values_list(
        "product__sku",
        "number",
        "expiry_date",
        "best_before_date",
        "production_date",
        "last_sale_date",
        "created_at",
    )
    movements = Movement.objects.order_by("id").values_list(
        "kind", "product__sku", "lot__number", "from_location__full_code", "to_location__full_code", "quantity",
        "reason", "reference", "unit_cost", "username", "moved_at",
    )  # fmt: skip
    purchases = PurchaseOrderLine.objects.order_by("order__number", "position").values_list(
        "order__number", "order__supplier__code", "order__status", "order__expected_date", "product__sku",
        "quantity", "received", "cancelled", "pack_cost",
    )  # fmt: skip
    receipts = Receipt.objects.order_by("number").values_list("number", "order__number", "delivery_note")
    rows: list[Any] = [*products, *packs, *sorted(lots, key=repr), *movements, *purchases, *receipts]
    return hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_filled_twice_at_the_same_instant_it_is_the_same_to_the_byte() -> None:
    assert fill_if_empty(scale="small", at=AT)
    first = digest()
    call_command("flush", verbosity=0, interactive=False)
    assert fill_if_empty(scale="small", at=AT)
    assert digest() == first


@pytest.mark.django_db
def test_a_database_with_data_is_left_alone() -> None:
    make_product()
    before = Product.objects.count()
    assert fill_if_empty(scale="small") is False
    assert Product.objects.count() == before
    assert not Movement.objects.exists()


@pytest.mark.django_db
def test_a_database_that_is_filled_is_not_filled_again() -> None:
    assert fill_if_empty(scale="small", at=AT)
    before = digest()
    assert fill_if_empty(scale="small") is False
    assert digest() == before


@pytest.mark.django_db(transaction=True)
def test_a_filling_that_breaks_off_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(fill.LastHours, "happen", broken)
        with pytest.raises(KeyboardInterrupt):
            fill_if_empty(scale="small", at=AT)
    assert not User.objects.exists()
    assert not Movement.objects.exists()
    assert fill_if_empty(scale="small", at=AT)
