"""What counts for one product in one warehouse, and where it is said."""

import datetime as dt
from typing import Any

from stillage.catalogue.models import Product
from stillage.core.actor import Actor
from stillage.core.errors import NotFound
from stillage.places.models import Warehouse
from stillage.planning.buying import choose
from stillage.planning.models import Forecast, SupplierPlan
from stillage.planning.queries.facts import offers_of, policies
from stillage.stock import abc
from stillage.stock.queries import product_ids, warehouse_ids


def effective(actor: Actor, *, product: str, warehouse: str, at: dt.datetime) -> dict[str, Any]:
    """Each field with its value, its source and the policy that says it. Ten statements."""
    found = Product.objects.filter(pk__in=product_ids(product)).order_by("pk").first()
    house = Warehouse.objects.filter(pk__in=warehouse_ids(warehouse)).order_by("pk").first()
    if found is None or house is None or not actor.sees(house.pk):
        raise NotFound("There is nothing of that name.")
    abc_class = abc.classes(house.pk, at).get(found.pk, "C")
    told = Forecast.objects.filter(product=found, warehouse=house).values_list("per_week", flat=True).first()
    offer = choose(offers_of([found.pk]).get(found.pk, []), told or 0.0)
    plan = (
        SupplierPlan.objects.filter(warehouse=house, supplier=offer.supplier_id).values().first()
        if offer
        else None
    )
    said = policies().effective(
        product_id=found.pk,
        category_id=found.category_id,
        abc_class=abc_class,
        warehouse_id=house.pk,
        supplier_plan=plan,
    )
    return {
        "product": found.sku,
        "product_id": found.pk,
        "product_name": found.name,
        "warehouse": house.code,
        "warehouse_id": house.pk,
        "abc_class": abc_class,
        **{
            name: {"value": one.value, "source": one.source, "policy_id": one.policy_id}
            for name, one in said.items()
        },
    }
