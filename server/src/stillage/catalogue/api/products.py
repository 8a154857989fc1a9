"""Endpoints: products with their packs, and packs by themselves."""

from typing import Any, ClassVar

from django.db import IntegrityError
from django.db.models import Prefetch, Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.accounts.roles import SALES_PRICES
from stillage.audit.viewsets import MasterViewSet, Ordering
from stillage.catalogue import operations
from stillage.catalogue.fields import Code, Days, Gtin
from stillage.catalogue.models import Brand, Category, Pack, Product
from stillage.catalogue.operations import PackLine
from stillage.catalogue.rules import MAX_MILLILITRES, MAX_PACKS, MAX_UNITS, pack_name_fault
from stillage.catalogue.search import matching_products
from stillage.core.errors import Conflict
from stillage.rest.fields import Integer, Money, Reference, Strict, StrictModel, Text


def checked_pack_name(value: str) -> str:
    fault = pack_name_fault(value)
    if fault:
        raise serializers.ValidationError(fault, code="bad_name")
    return value


def taken(error: IntegrityError) -> Conflict:
    """Which of the unique names was lost to somebody quicker."""
    text = str(error)
    if "gtin" in text:
        return Conflict("This GTIN is on another pack already; nothing was changed.", code="gtin_taken")
    if "pack" in text:
        return Conflict("This product has a pack of that name already.", code="already_exists")
    return Conflict("There is one of that name already; nothing was changed.", code="already_exists")


class PackLineSerializer(Strict):
    """A pack inside its product."""

    id = Integer(required=False, min_value=1, max_value=2**63 - 1)
    name = Text(max_length=60, validators=[checked_pack_name])
    units_per_pack = Integer(min_value=1, max_value=MAX_UNITS)
    gtin = Gtin(required=False)


class GroupField(Reference):
    """A category or a brand by its name or id; its name in answers; null for none."""

    def __init__(self, model: type[Category | Brand], **kwargs: Any) -> None:
        self.model = model
        super().__init__(max_length=120, required=False, allow_null=True, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        found = self.model.objects.filter(**{"pk" if isinstance(value, int) else "name": value}).first()
        if found is None:
            noun = self.model.__name__.lower()
            raise serializers.ValidationError(
                f"There is no such {noun}; make it first.", code=f"unknown_{noun}"
            )
        return found

    def to_representation(self, value: Any) -> Any:
        return value.name


class ProductSerializer(StrictModel):
    sku = Code()
    name = Text(max_length=200)
    brand = GroupField(Brand)
    brand_id = serializers.IntegerField(read_only=True)
    category = GroupField(Category)
    category_id = serializers.IntegerField(read_only=True)
    container_ml = Integer(required=False, allow_null=True, min_value=1, max_value=MAX_MILLILITRES)
    abv_percent = Money(required=False, allow_null=True, max_digits=5, decimal_places=2, max_value=100)
    shelf_life_days = Days(required=False, allow_null=True, min_value=1)
    minimum_intake_days = Days(required=False)
    unit_price = Money(required=False, allow_null=True)
    packs = PackLineSerializer(many=True, required=False, max_length=MAX_PACKS)  # type: ignore[call-arg]

    class Meta:
        model = Product
        fields = (
            "id",
            "sku",
            "name",
            "brand",
            "brand_id",
            "category",
            "category_id",
            "container",
            "container_ml",
            "base_unit",
            "abv_percent",
            "lot_tracked",
            "shelf_life_days",
            "minimum_intake_days",
            "unit_price",
            "status",
            "packs",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        actor = self.context.get("actor")  # none while the schema is written
        if actor is not None and not actor.can(SALES_PRICES):
            del fields["unit_price"]
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        whole = attrs.get("shelf_life_days", getattr(self.instance, "shelf_life_days", None))
        intake = attrs.get("minimum_intake_days", getattr(self.instance, "minimum_intake_days", 0))
        if whole is not None and intake > whole:
            detail = "More days are asked for at intake than the product keeps."
            raise serializers.ValidationError({"minimum_intake_days": [detail]}, code="longer_than_life")
        if isinstance(self.instance, Product):
            faults = operations.stock_faults(self.instance, attrs)
            if faults:
                raise Conflict(next(iter(faults.values())), code="has_stock")
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Product:
        packs = validated_data.pop("packs", [])
        product = Product.objects.create(**validated_data)
        operations.replace_packs(product=product, lines=[PackLine(**line) for line in packs])
        return product

    def update(self, instance: Product, validated_data: dict[str, Any]) -> Product:
        packs = validated_data.pop("packs", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.save()
        if packs is not None:
            operations.replace_packs(product=instance, lines=[PackLine(**line) for line in packs])
        return instance


PACKS = Prefetch("packs", queryset=Pack.objects.order_by("units_per_pack", "id"))


class ProductViewSet(MasterViewSet):
    """What is stocked."""

    model = Product
    serializer_class = ProductSerializer
    view_permission = "catalogue.view"
    change_permission = "catalogue.change"
    natural_key = "sku"
    related = ("brand", "category")
    prefetch = (PACKS,)
    orderings: ClassVar[dict[str, Ordering]] = {
        "sku": Ordering(("sku",)),
        "name": Ordering(("name", "id")),
        "id": Ordering(("id",)),
        "status": Ordering(("status", "id")),
    }
    default_ordering = "name"
    filters: ClassVar[dict[str, str]] = {"status": "status", "base_unit": "base_unit"}
    reference_filters: ClassVar[dict[str, tuple[str, str]]] = {
        "brand": ("brand_id", "brand__name"),
        "category": ("category_id", "category__name"),
    }
    boolean_filters: ClassVar[dict[str, str]] = {"lot_tracked": "lot_tracked"}

    def searched(self, rows: QuerySet[Any, Any], words: list[str]) -> QuerySet[Any, Any]:
        for word in words:
            rows = rows.filter(pk__in=matching_products(word))
        return rows

    def taken(self, error: IntegrityError) -> Conflict:
        return taken(error)


class PackSerializer(StrictModel):
    product = Reference(source="product.sku", max_length=40)
    product_id = serializers.IntegerField(read_only=True)
    product_name = serializers.CharField(source="product.name", read_only=True)
    name = Text(max_length=60, validators=[checked_pack_name])
    units_per_pack = Integer(min_value=1, max_value=MAX_UNITS)
    gtin = Gtin(required=False)

    class Meta:
        model = Pack
        fields = (
            "id",
            "product",
            "product_id",
            "product_name",
            "name",
            "units_per_pack",
            "gtin",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def validate_product(self, value: int | str) -> Product:
        found = Product.objects.filter(**{"pk" if isinstance(value, int) else "sku": value}).first()
        if found is None:
            raise serializers.ValidationError("There is no such product.", code="unknown_product")
        if isinstance(self.instance, Pack) and found.pk != self.instance.product_id:
            raise serializers.ValidationError("A pack stays with its product.", code="fixed")
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "product" in attrs:
            attrs["product"] = attrs["product"]["sku"]
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Pack:
        product = validated_data["product"]
        self._prepare(product.pk, validated_data)
        if Pack.objects.filter(product=product).count() >= MAX_PACKS:
            raise Conflict(f"A product has at most {MAX_PACKS} packs.", code="too_many_packs")
        return Pack.objects.create(**validated_data)

    def update(self, instance: Pack, validated_data: dict[str, Any]) -> Pack:
        self._prepare(instance.product_id, validated_data)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.save()
        return instance

    def _prepare(self, product_id: int, changes: dict[str, Any]) -> None:
        if changes.get("gtin"):
            operations.check_gtins_free([changes["gtin"]], product_id=product_id)
        operations.touch_product(product_id=product_id)


class PackViewSet(MasterViewSet):
    """Levels of packaging. A product's version rises with its packs'."""

    model = Pack
    serializer_class = PackSerializer
    view_permission = "catalogue.view"
    change_permission = "catalogue.change"
    natural_key = "gtin"
    related = ("product",)
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "product": Ordering(("product__sku", "id")),
        "name": Ordering(("name", "id")),
        "units_per_pack": Ordering(("units_per_pack", "id")),
    }
    search_fields = ("name", "gtin", "product__sku", "product__name")
    reference_filters: ClassVar[dict[str, tuple[str, str]]] = {"product": ("product_id", "product__sku")}
    filters: ClassVar[dict[str, str]] = {"gtin": "gtin"}

    def named(self, name: str) -> Q:
        digits = name.isascii() and name.isdigit() and 8 <= len(name) < 14
        return super().named(name) | Q(gtin=name.zfill(14)) if digits else super().named(name)

    def found(self, name: str, *, lock: bool = False) -> Any:
        pack = super().found(name)
        if lock:
            operations.lock_product(product_id=pack.product_id)
            pack = super().found(f"id:{pack.pk}", lock=True)
        return pack

    def label(self, row: Pack) -> str:
        return f"{row.product.sku} {row.name}"

    def destroy(self, request: Request, pk: str) -> Response:
        product_id = self.found(pk, lock=True).product_id
        response = super().destroy(request, pk)
        operations.touch_product(product_id=product_id)
        return response

    def taken(self, error: IntegrityError) -> Conflict:
        return taken(error)
