"""Endpoints: suppliers and what they sell to us. Costs are for those who may see them."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.viewsets import MasterViewSet, Ordering
from stillage.catalogue.fields import Code, Days
from stillage.catalogue.models import Pack
from stillage.catalogue.rules import MAX_UNITS
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Conflict, Kind, Refusal
from stillage.purchasing.models import Supplier, SupplierProduct
from stillage.purchasing.queries.suppliers import supplier_summary
from stillage.rest import query
from stillage.rest.fields import Integer, Money, Reference, StrictModel, Text
from stillage.rest.views import View

COST_VIEW = "cost.view"


class SupplierSerializer(StrictModel):
    code = Code()
    name = Text(max_length=200)
    lead_time_days = Days(required=False, allow_null=True)
    address = Text(max_length=400, required=False, allow_blank=True, multiline=True)
    minimum_order_value = Money(max_digits=14, decimal_places=2, required=False, allow_null=True)

    class Meta:
        model = Supplier
        fields = (
            "id",
            "code",
            "name",
            "contact_name",
            "email",
            "phone",
            "address",
            "lead_time_days",
            "minimum_order_value",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")

    def get_fields(self) -> dict[str, Any]:
        return _without_costs(super().get_fields(), self.context.get("actor"), "minimum_order_value")


def _without_costs(fields: dict[str, Any], actor: Actor | None, name: str) -> dict[str, Any]:
    """No field of money for who may not see costs; there is no actor while the schema is written."""
    if actor is not None and not actor.can(COST_VIEW):
        del fields[name]
    return fields


class SupplierViewSet(MasterViewSet):
    """Those we buy from."""

    model = Supplier
    serializer_class = SupplierSerializer
    view_permission = "parties.view"
    change_permission = "parties.change"
    natural_key = "code"
    orderings: ClassVar[dict[str, Ordering]] = {
        "code": Ordering(("code",)),
        "name": Ordering(("name", "id")),
        "id": Ordering(("id",)),
    }
    default_ordering = "code"
    search_fields = ("code", "name", "email", "contact_name")


class SupplierSummary(View):
    """How things stand with one supplier: what is on order, and how well they deliver."""

    permission: ClassVar[dict[str, str]] = {"GET": "buying.view"}

    def get(self, request: Request, pk: str) -> Response:
        query.check_known(request)
        return Response(supplier_summary(SupplierViewSet().found(pk), self.actor, now()))


class SupplierProductSerializer(StrictModel):
    supplier = Reference(source="supplier.code", max_length=40)
    supplier_id = serializers.IntegerField(read_only=True)
    supplier_name = serializers.CharField(source="supplier.name", read_only=True)
    product = serializers.CharField(source="pack.product.sku", read_only=True)
    product_id = serializers.IntegerField(source="pack.product_id", read_only=True)
    product_name = serializers.CharField(source="pack.product.name", read_only=True)
    pack = Reference(source="pack.gtin", max_length=14)
    pack_id = serializers.IntegerField(read_only=True)
    pack_name = serializers.CharField(source="pack.name", read_only=True)
    units_per_pack = serializers.IntegerField(source="pack.units_per_pack", read_only=True)
    cost = Money()
    lead_time_days = Days(required=False, allow_null=True)
    minimum_quantity = Integer(required=False, min_value=1, max_value=MAX_UNITS)
    order_multiple = Integer(required=False, min_value=1, max_value=MAX_UNITS)
    multiple_name = serializers.SerializerMethodField()

    class Meta:
        model = SupplierProduct
        fields = (
            "id",
            "supplier",
            "supplier_id",
            "supplier_name",
            "product",
            "product_id",
            "product_name",
            "pack",
            "pack_id",
            "pack_name",
            "units_per_pack",
            "supplier_sku",
            "cost",
            "lead_time_days",
            "minimum_quantity",
            "order_multiple",
            "multiple_name",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def get_fields(self) -> dict[str, Any]:
        return _without_costs(super().get_fields(), self.context.get("actor"), "cost")

    def get_multiple_name(self, row: SupplierProduct) -> str:
        """The product's pack that is as large as the multiple: a layer, a pallet; else nothing."""
        if row.order_multiple == 1:
            return ""
        units = row.order_multiple * row.pack.units_per_pack
        packs = sorted(row.pack.product.packs.all(), key=lambda pack: pack.pk)
        return next((pack.name for pack in packs if pack.units_per_pack == units), "")

    def validate_supplier(self, value: int | str) -> Supplier:
        found = Supplier.objects.filter(**{"pk" if isinstance(value, int) else "code": value}).first()
        if found is None:
            raise serializers.ValidationError("There is no such supplier.", code="unknown_supplier")
        return self._same("supplier_id", found)

    def validate_pack(self, value: int | str) -> Pack:
        key = {"pk": value} if isinstance(value, int) else {"gtin": value.zfill(14)}
        found = Pack.objects.select_related("product").filter(**key).first()
        if found is None:
            raise serializers.ValidationError(
                "There is no such pack; name its GTIN or id.", code="unknown_pack"
            )
        return self._same("pack_id", found)

    def _same(self, name: str, found: Any) -> Any:
        if self.instance is not None and getattr(self.instance, name) != found.pk:
            raise serializers.ValidationError("This stays as it is; make a new row instead.", code="fixed")
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "supplier" in attrs:
            attrs["supplier"] = attrs["supplier"]["code"]
        if "pack" in attrs:
            attrs["pack"] = attrs["pack"]["gtin"]
        return attrs

    def create(self, validated_data: dict[str, Any]) -> SupplierProduct:
        return SupplierProduct.objects.create(**validated_data)

    def update(self, instance: SupplierProduct, validated_data: dict[str, Any]) -> SupplierProduct:
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.save()
        return instance


class SupplierProductViewSet(MasterViewSet):
    """Packs in suppliers' catalogues."""

    model = SupplierProduct
    serializer_class = SupplierProductSerializer
    view_permission = "parties.view"
    change_permission = "parties.change"
    noun = "supplier_product"
    related = ("supplier", "pack__product")
    prefetch = ("pack__product__packs",)
    search_fields = (
        "supplier__code",
        "supplier__name",
        "pack__product__sku",
        "pack__product__name",
        "supplier_sku",
    )
    reference_filters: ClassVar[dict[str, tuple[str, str]]] = {
        "supplier": ("supplier_id", "supplier__code"),
        "product": ("pack__product_id", "pack__product__sku"),
        "pack": ("pack_id", "pack__gtin"),
    }

    @property
    def orderings(self) -> dict[str, Ordering]:  # type: ignore[override]
        """By cost only for those who see costs: an order would tell them (SAFETY B18)."""
        known = {
            "id": Ordering(("id",)),
            "supplier": Ordering(("supplier__code", "id")),
            "product": Ordering(("pack__product__sku", "id")),
        }
        return {**known, "cost": Ordering(("cost", "id"))} if self.actor.can(COST_VIEW) else known

    def create(self, request: Request) -> Response:
        if not self.actor.can(COST_VIEW):
            raise Refusal(
                f"Your role does not allow this (it needs {COST_VIEW}).",
                code="forbidden",
                kind=Kind.FORBIDDEN,
            )
        return super().create(request)

    def label(self, row: SupplierProduct) -> str:
        return f"{row.supplier.code} {row.pack.product.sku} {row.pack.name}"

    def taken(self, error: Exception) -> Conflict:
        return Conflict("This supplier's catalogue has that pack already.", code="already_exists")
