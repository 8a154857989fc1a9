"""Endpoints: what is wanted of products, and how suppliers are ordered from."""

from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.viewsets import MasterViewSet, Ordering
from stillage.catalogue.models import Category, Product
from stillage.catalogue.rules import MAX_UNITS
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Conflict, Kind, Refusal
from stillage.places.models import Warehouse
from stillage.planning.models import AbcClass, Policy, SupplierPlan
from stillage.planning.queries.policies import effective
from stillage.planning.terms import FIELDS, scope_of
from stillage.purchasing.models import Supplier
from stillage.rest import paging, query
from stillage.rest.fields import Boolean, Integer, Money, Reference, StrictModel, Text
from stillage.rest.views import View

COST = "cost.view"
LEAST_SERVICE, MOST_SERVICE = Decimal(50), Decimal("99.9")
MAX_REVIEW_DAYS = 366
MAX_LEAD_DAYS = 730
MAX_TRUCK = 1000


class _Thing(Reference):
    """Something by its id or key, kept as it was when the row was made."""

    def __init__(self, *, model: type[Any], key: str, noun: str, **kwargs: Any) -> None:
        self.model, self.key, self.noun = model, key, noun
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        found = self.model.objects.filter(**{"pk" if isinstance(value, int) else self.key: value}).first()
        actor: Actor | None = self.context.get("actor")
        theirs = self.model is Warehouse and found is not None and actor and not actor.sees(found.pk)
        if found is None or theirs:
            raise serializers.ValidationError(
                f"There is no {self.noun} {str(value)[:60]!r} here.", code=f"unknown_{self.noun}"
            )
        return found

    def to_representation(self, value: Any) -> Any:
        return getattr(value, self.key)


def _fixed(serializer: Any, attrs: dict[str, Any], *names: str) -> dict[str, list[Any]]:
    """What a row is about stays as it is."""
    row = serializer.instance
    if row is None:
        return {}
    return {
        name: [serializers.ErrorDetail("This stays as it is; make a new one instead.", code="fixed")]
        for name in names
        if name in attrs and attrs[name] != getattr(row, name)
    }


class PolicySerializer(StrictModel):
    product = _Thing(model=Product, key="sku", noun="product", max_length=40, required=False, allow_null=True)
    product_id = serializers.IntegerField(read_only=True)
    product_name = serializers.CharField(source="product.name", read_only=True, default=None)
    category = _Thing(
        model=Category, key="name", noun="category", max_length=120, required=False, allow_null=True
    )
    category_id = serializers.IntegerField(read_only=True)
    abc_class = serializers.ChoiceField(choices=AbcClass.values, required=False, allow_blank=True)
    warehouse = _Thing(
        model=Warehouse, key="code", noun="warehouse", max_length=20, required=False, allow_null=True
    )
    warehouse_id = serializers.IntegerField(read_only=True)
    service_level_percent = Money(
        max_digits=4,
        decimal_places=1,
        min_value=LEAST_SERVICE,
        max_value=MOST_SERVICE,
        required=False,
        allow_null=True,
    )
    review_days = Integer(min_value=1, max_value=MAX_REVIEW_DAYS, required=False, allow_null=True)
    lead_time_days = Integer(min_value=0, max_value=MAX_LEAD_DAYS, required=False, allow_null=True)
    minimum_units = Integer(min_value=0, max_value=MAX_UNITS, required=False, allow_null=True)
    maximum_units = Integer(min_value=0, max_value=MAX_UNITS, required=False, allow_null=True)
    maximum_cover_days = Integer(min_value=1, max_value=3650, required=False, allow_null=True)
    sale_days_left = Integer(min_value=0, max_value=3650, required=False, allow_null=True)
    order = Boolean(required=False, allow_null=True)
    note = Text(max_length=500, required=False, allow_blank=True, multiline=True)

    class Meta:
        model = Policy
        fields = (
            "id",
            "product",
            "product_id",
            "product_name",
            "category",
            "category_id",
            "abc_class",
            "warehouse",
            "warehouse_id",
            *FIELDS,
            "note",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        faults: dict[str, list[Any]] = _fixed(self, attrs, "product", "category", "abc_class", "warehouse")
        about = [name for name in ("product", "category", "abc_class") if attrs.get(name)]
        if len(about) > 1:
            detail = (
                "A policy is about one of them: a product, a category or a class; name one, or none for all."
            )
            faults.setdefault(about[1], []).append(serializers.ErrorDetail(detail, code="one_of"))

        def value(name: str) -> Any:
            return attrs.get(name, getattr(self.instance, name, None))

        least, most = value("minimum_units"), value("maximum_units")
        if least is not None and most is not None and most < least:
            detail = f"The most may not be below the least, which is {least}."
            faults.setdefault("maximum_units", []).append(
                serializers.ErrorDetail(detail, code="below_minimum")
            )
        if all(value(name) is None for name in FIELDS):
            detail = "This policy says nothing; say at least one thing, such as service_level_percent."
            faults.setdefault("service_level_percent", []).append(
                serializers.ErrorDetail(detail, code="required")
            )
        if faults:
            raise serializers.ValidationError(faults)
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Policy:
        row = Policy(**validated_data)
        row.scope = scope_of(
            product_id=row.product_id,
            category_id=row.category_id,
            abc_class=row.abc_class,
            warehouse_id=row.warehouse_id,
        )
        row.save()
        return row


class _OfWarehouses(MasterViewSet):
    """Rows of one warehouse or of all: everybody reads those of all, who works in all warehouses writes them."""

    view_permission = "planning.view"
    change_permission = "planning.change"

    def rows(self) -> QuerySet[Any, Any]:
        found = super().rows()
        mine = self.actor.warehouse_ids
        return found if mine is None else found.filter(Q(warehouse__in=mine) | Q(warehouse__isnull=True))

    def saved(self, serializer: Any, **extra: Any) -> Any:
        row, given = serializer.instance, serializer.validated_data
        self.check_whose(given.get("warehouse") if row is None else row.warehouse)
        return super().saved(serializer, **extra)

    def check_whose(self, warehouse: Warehouse | None) -> None:
        if warehouse is None and self.actor.warehouse_ids is not None:
            raise Refusal(
                "This holds for all warehouses; only who works in all of them may change it. Name a warehouse.",
                code="all_warehouses_required",
                kind=Kind.FORBIDDEN,
            )

    def destroy(self, request: Request, pk: str) -> Response:
        self.check_whose(self.found(pk).warehouse)
        return super().destroy(request, pk)


class PolicyViewSet(_OfWarehouses):
    """What is wanted: of a product, a category, a class of products, or of all."""

    model = Policy
    serializer_class = PolicySerializer
    related = ("product", "category", "warehouse")
    orderings: ClassVar[dict[str, Ordering]] = {"id": Ordering(("id",)), "scope": Ordering(("scope",))}
    search_fields = ("product__sku", "product__name", "category__name", "note")
    filters: ClassVar[dict[str, str]] = {"abc_class": "abc_class"}
    reference_filters: ClassVar[dict[str, tuple[str, str]]] = {
        "product": ("product_id", "product__sku"),
        "category": ("category_id", "category__name"),
        "warehouse": ("warehouse_id", "warehouse__code"),
    }

    def label(self, row: Policy) -> str:
        if row.product is not None:
            what = row.product.sku
        elif row.category is not None:
            what = row.category.name
        else:
            what = f"class {row.abc_class}" if row.abc_class else "all products"
        return f"{what} {row.warehouse.code if row.warehouse else 'everywhere'}"

    def taken(self, error: Exception) -> Conflict:
        return Conflict("There is a policy about the same already; change that one.", code="already_exists")


class EffectivePolicy(View):
    """What counts for a product in a warehouse, field by field, and where it is said."""

    permission: ClassVar[dict[str, str]] = {"GET": "planning.view"}

    def get(self, request: Request) -> Response:
        query.check_known(request, "product", "warehouse")
        product, warehouse = query.text(request, "product"), query.text(request, "warehouse")
        if product is None:
            raise paging.unreadable("product", "Say of which product.")
        if warehouse is None:
            raise paging.unreadable("warehouse", "Say for which warehouse.")
        return Response(effective(self.actor, product=product, warehouse=warehouse, at=now()))


class SupplierPlanSerializer(StrictModel):
    supplier = _Thing(model=Supplier, key="code", noun="supplier", max_length=40)
    supplier_id = serializers.IntegerField(read_only=True)
    supplier_name = serializers.CharField(source="supplier.name", read_only=True)
    warehouse = _Thing(model=Warehouse, key="code", noun="warehouse", max_length=20)
    warehouse_id = serializers.IntegerField(read_only=True)
    review_days = Integer(min_value=1, max_value=MAX_REVIEW_DAYS, required=False, allow_null=True)
    lead_time_days = Integer(min_value=0, max_value=MAX_LEAD_DAYS, required=False, allow_null=True)
    order_weekdays = Text(max_length=7, required=False, allow_blank=True)
    truck_pallets = Integer(min_value=1, max_value=MAX_TRUCK, required=False, allow_null=True)
    truck_fill_percent = Integer(min_value=1, max_value=100, required=False, allow_null=True)
    budget = Money(max_digits=14, decimal_places=2, required=False, allow_null=True)

    class Meta:
        model = SupplierPlan
        fields = (
            "id",
            "supplier",
            "supplier_id",
            "supplier_name",
            "warehouse",
            "warehouse_id",
            "review_days",
            "lead_time_days",
            "order_weekdays",
            "truck_pallets",
            "truck_fill_percent",
            "budget",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def get_fields(self) -> dict[str, Any]:
        found = super().get_fields()
        actor: Actor | None = self.context.get("actor")
        if actor is not None and not actor.can(COST):
            del found["budget"]
        return found

    def validate_order_weekdays(self, value: str) -> str:
        if any(one not in "0123456" for one in value) or len(set(value)) != len(value):
            raise serializers.ValidationError(
                'Name days by digits, each once: 0 is Monday, 6 Sunday; "03" is Mondays and Thursdays.',
                code="bad_weekdays",
            )
        return "".join(sorted(value))

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if faults := _fixed(self, attrs, "supplier", "warehouse"):
            raise serializers.ValidationError(faults)
        return attrs


class SupplierPlanViewSet(_OfWarehouses):
    """How suppliers are ordered from, for each warehouse."""

    model = SupplierPlan
    serializer_class = SupplierPlanSerializer
    noun = "supplier_plan"
    related = ("supplier", "warehouse")
    search_fields = ("supplier__code", "supplier__name")
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "supplier": Ordering(("supplier__code", "id")),
    }
    reference_filters: ClassVar[dict[str, tuple[str, str]]] = {
        "supplier": ("supplier_id", "supplier__code"),
        "warehouse": ("warehouse_id", "warehouse__code"),
    }

    def label(self, row: SupplierPlan) -> str:
        return f"{row.supplier.code} {row.warehouse.code}"

    def taken(self, error: Exception) -> Conflict:
        return Conflict(
            "There is a plan for this supplier and warehouse already; change that one.", code="already_exists"
        )
