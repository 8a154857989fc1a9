"""Endpoints: known events that make some days unlike others."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from stillage.audit.viewsets import MasterViewSet, Ordering
from stillage.catalogue.models import Category, Product
from stillage.core.actor import Actor
from stillage.core.errors import Kind, Refusal
from stillage.places.models import Warehouse
from stillage.planning.models import DemandEvent, EventKind, EventProduct
from stillage.rest import query
from stillage.rest.fields import MAX_ID, Date, Percent, Reference, StrictModel, Text

MAX_PRODUCTS = 500
MAX_DAYS = 366
MAX_UPLIFT = 10_000


def _found(rows: QuerySet[Any, Any], key: str, value: int | str, what: str) -> Any:
    found = rows.filter(**{"pk" if isinstance(value, int) else key: value}).first()
    if found is None:
        raise serializers.ValidationError(f"There is no such {what}.", code=f"unknown_{what}")
    return found


class EventSerializer(StrictModel):
    name = Text(max_length=120)
    kind = serializers.ChoiceField(choices=EventKind.values, required=False)
    first_date = Date()
    last_date = Date()
    warehouse = Reference(max_length=20, required=False, allow_null=True)
    warehouse_id = serializers.IntegerField(read_only=True)
    category = Reference(max_length=120, required=False, allow_null=True)
    category_id = serializers.IntegerField(read_only=True)
    products = serializers.ListField(child=Reference(max_length=40), required=False, max_length=MAX_PRODUCTS)
    uplift_percent = Percent(
        max_digits=6, decimal_places=1, min_value=-100, max_value=MAX_UPLIFT, required=False, allow_null=True
    )
    note = Text(max_length=500, required=False, allow_blank=True, multiline=True)

    class Meta:
        model = DemandEvent
        fields = (
            "id",
            "name",
            "kind",
            "first_date",
            "last_date",
            "warehouse",
            "warehouse_id",
            "category",
            "category_id",
            "products",
            "uplift_percent",
            "note",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")

    def to_representation(self, instance: DemandEvent) -> dict[str, Any]:
        names = sorted(one.product.sku for one in instance.products.all())
        return {
            "id": instance.pk,
            "name": instance.name,
            "kind": instance.kind,
            "first_date": instance.first_date,
            "last_date": instance.last_date,
            "warehouse": instance.warehouse.code if instance.warehouse else None,
            "warehouse_id": instance.warehouse_id,
            "category": instance.category.name if instance.category else None,
            "category_id": instance.category_id,
            "products": names,
            "uplift_percent": None if instance.uplift_percent is None else f"{instance.uplift_percent:.1f}",
            "note": instance.note,
            "version": instance.version,
            "created_at": instance.created_at,
            "updated_at": instance.updated_at,
        }

    def validate_warehouse(self, value: int | str | None) -> Warehouse | None:
        actor: Actor = self.context["actor"]
        if value is None:
            return None
        rows = Warehouse.objects.all()
        if actor.warehouse_ids is not None:
            rows = rows.filter(pk__in=actor.warehouse_ids)
        return _found(rows, "code", value, "warehouse")

    def validate_category(self, value: int | str | None) -> Category | None:
        return None if value is None else _found(Category.objects.all(), "name", value, "category")

    def validate_products(self, value: list[int | str]) -> list[Product]:
        ids = [one for one in value if isinstance(one, int)]
        skus = [one for one in value if isinstance(one, str)]
        rows = {one.pk: one for one in Product.objects.filter(Q(pk__in=ids) | Q(sku__in=skus))}
        known = {*rows, *(one.sku for one in rows.values())}
        wrong: dict[Any, Any] = {
            place: [ErrorDetail("There is no such product.", code="unknown_product")]
            for place, one in enumerate(value)
            if one not in known
        }
        if wrong:
            raise serializers.ValidationError(wrong)
        return sorted(rows.values(), key=lambda one: one.pk)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        def value(name: str) -> Any:
            return attrs.get(name, getattr(self.instance, name, None))

        faults: dict[str, list[Any]] = {}
        if value("last_date") < value("first_date"):
            faults["last_date"] = [ErrorDetail("This may not be before first_date.", code="before_first")]
        elif (value("last_date") - value("first_date")).days > MAX_DAYS:
            faults["last_date"] = [ErrorDetail("An event lasts a year at most.", code="too_long")]
        actor: Actor = self.context["actor"]
        if value("warehouse") is None and actor.warehouse_ids is not None:
            faults["warehouse"] = [
                ErrorDetail("Name one of your warehouses; for all, ask who works in all.", code="required")
            ]
        if faults:
            raise serializers.ValidationError(faults)
        return attrs

    def create(self, validated_data: dict[str, Any]) -> DemandEvent:
        products = validated_data.pop("products", [])
        event = DemandEvent.objects.create(**validated_data)
        _name_products(event, products)
        return event

    def update(self, instance: DemandEvent, validated_data: dict[str, Any]) -> DemandEvent:
        products = validated_data.pop("products", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.save()
        if products is not None:
            EventProduct.objects.filter(event=instance).delete()
            _name_products(instance, products)
        return instance


def _name_products(event: DemandEvent, products: list[Product]) -> None:
    EventProduct.objects.bulk_create(EventProduct(event=event, product=one) for one in products)


class DemandEventViewSet(MasterViewSet):
    """Promotions, holidays of one's own, and disruptions."""

    model = DemandEvent
    serializer_class = EventSerializer
    view_permission = "planning.view"
    change_permission = "planning.change"
    noun = "demand_event"
    related = ("warehouse", "category")
    prefetch = ("products__product",)
    search_fields = ("name", "note")
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "first_date": Ordering(("first_date", "id")),
        "name": Ordering(("name", "id")),
    }
    default_ordering = "-first_date"
    filters: ClassVar[dict[str, str]] = {"kind": "kind"}
    reference_filters: ClassVar[dict[str, tuple[str, str]]] = {
        "warehouse": ("warehouse_id", "warehouse__code"),
        "category": ("category_id", "category__name"),
    }

    def rows(self) -> QuerySet[DemandEvent, Any]:
        """Those of the actor's warehouses, and those that are meant for all."""
        rows = super().rows()
        if self.actor.warehouse_ids is not None:
            rows = rows.filter(Q(warehouse__isnull=True) | Q(warehouse__in=self.actor.warehouse_ids))
        return rows

    def referred(self, id_field: str, key_field: str, value: str) -> Q:
        """What is meant for all counts in each warehouse."""
        found = super().referred(id_field, key_field, value)
        return found | Q(warehouse__isnull=True) if id_field == "warehouse_id" else found

    def known_parameters(self) -> tuple[str, ...]:
        return (*super().known_parameters(), "product", "since", "until")

    def filtered(self, request: Request) -> QuerySet[DemandEvent, Any]:
        rows = super().filtered(request)
        if (day := query.date(request, "since")) is not None:
            rows = rows.filter(last_date__gte=day)
        if (day := query.date(request, "until")) is not None:
            rows = rows.filter(first_date__lte=day)
        if (value := query.text(request, "product")) is not None:
            digits = value.isascii() and value.isdecimal() and len(value) <= 19 and int(value) <= MAX_ID
            named = Q(products__product__sku=value) | (
                Q(products__product=int(value)) if digits else Q(pk=-1)
            )
            rows = rows.filter(named).distinct()
        return rows

    def found(self, name: str, *, lock: bool = False) -> Any:
        """What is meant for all is changed by who works in all warehouses."""
        row = super().found(name, lock=lock)
        if lock and row.warehouse_id is None and self.actor.warehouse_ids is not None:
            raise Refusal(
                "This counts in all warehouses; who works in all of them can change it.",
                code="forbidden",
                kind=Kind.FORBIDDEN,
            )
        return row

    def label(self, row: DemandEvent) -> str:
        return row.name
