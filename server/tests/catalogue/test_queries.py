"""Looking products up by id, SKU and GTIN in one statement."""

from __future__ import annotations

from typing import Any

import pytest

from stillage.catalogue.models import Pack, Product
from stillage.catalogue.queries import pack_by_gtin, products_by_reference

pytestmark = pytest.mark.django_db
BOTTLE = "04006381333931"


@pytest.fixture
def ale(db: None) -> Product:
    product = Product.objects.create(sku="ALE-330", name="Ale", shelf_life_days=300)
    Pack.objects.create(product=product, name="bottle", units_per_pack=1, gtin=BOTTLE)
    Pack.objects.create(product=product, name="case", units_per_pack=24, gtin="14006381333938")
    return product


def test_ids_skus_and_gtins_are_found_together_in_one_statement(
    ale: Product, django_assert_num_queries: Any
) -> None:
    other = Product.objects.create(sku="258", name="Other")
    refs: list[int | str] = [
        ale.pk,
        "ALE-330",
        BOTTLE,
        "4006381333931",
        "14006381333938",
        "258",
        "nothing",
        10**12,
        "ale-330",
    ]
    with django_assert_num_queries(1):
        found = products_by_reference(refs)
    assert {ref: product.sku for ref, product in found.items()} == {
        ale.pk: "ALE-330",
        "ALE-330": "ALE-330",
        BOTTLE: "ALE-330",
        "4006381333931": "ALE-330",
        "14006381333938": "ALE-330",
        "258": "258",
    }
    assert found["258"].id == other.pk
    assert found[BOTTLE].shelf_life_days == 300


def test_a_sku_of_digits_wins_over_a_gtin(ale: Product) -> None:
    digits = Product.objects.create(sku="4006381333931", name="Digits")
    found = products_by_reference(["4006381333931", BOTTLE])
    assert (found["4006381333931"].id, found[BOTTLE].id) == (digits.pk, ale.pk)


def test_an_integer_is_an_id_and_a_string_never_is(ale: Product) -> None:
    assert products_by_reference([str(ale.pk)]) == {}
    assert list(products_by_reference([ale.pk, -1, 0, 2**70])) == [ale.pk]


def test_nothing_asked_costs_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert products_by_reference([]) == {}


def test_five_thousand_references_are_one_statement(ale: Product, django_assert_num_queries: Any) -> None:
    refs = [f"{number:013}" for number in range(5_000)] + ["ALE-330"]
    with django_assert_num_queries(1):
        assert list(products_by_reference(refs)) == ["ALE-330"]


def test_a_pack_is_found_by_its_gtin(ale: Product, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        pack = pack_by_gtin(BOTTLE)
    assert pack is not None
    assert (pack.name, pack.units_per_pack, pack.product.sku) == ("bottle", 1, "ALE-330")
    assert pack_by_gtin("00000000000000") is None
