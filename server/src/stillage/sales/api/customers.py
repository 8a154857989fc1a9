"""Endpoints: customers, what each agreed for a product, and how things stand with them."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.viewsets import MasterViewSet, Ordering
from stillage.catalogue.fields import Code, Days
from stillage.catalogue.models import Product
from stillage.core.clock import now
from stillage.core.errors import Conflict, Kind, Refusal
from stillage.rest.fields import Money, Reference, StrictModel, Text
from stillage.rest.views import View
from stillage.sales.models import Customer, CustomerProduct
from stillage.sales.queries.customers import customer_summary
from stillage.sales.queries.orders import PRICES


class CustomerSerializer(StrictModel):
    code = Code()
    name = Text(max_length=200)
    minimum_remaining_days = Days(required=False)

    class Meta:
        model = Customer
        fields = (
            "id",
            "code",
            "name",
            "email",
            "phone",
            "address",
            "city",
            "postcode",
            "minimum_remaining_days",
            "is_active",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")


class CustomerViewSet(MasterViewSet):
    """Those we sell to."""

    model = Customer
    serializer_class = CustomerSerializer
    view_permission = "parties.view"
    change_permission = "parties.change"
    natural_key = "code"
    orderings: ClassVar[dict[str, Ordering]] = {
        "code": Ordering(("code",)),
        "name": Ordering(("name", "id")),
        "city": Ordering(("city", "id")),
        "id": Ordering(("id",)),
    }
    default_ordering = "code"
    search_fields = ("code", "name", "city", "postcode")
    filters: ClassVar[dict[str, str]] = {"city": "city"}
    boolean_filters: ClassVar[dict[str, str]] = {"is_active": "is_active"}


class CustomerSummary(View):
    """How things stand with one customer."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> Response:
        finder = CustomerViewSet()
        customer = finder.found(pk)
        return Response(customer_summary(customer, self.actor, now()))


class CustomerProductSerializer(StrictModel):
    customer = Reference(source="customer.code", max_length=40)
    customer_id = serializers.IntegerField(read_only=True)
    customer_name = serializers.CharField(source="customer.name", read_only=True)
    product = Reference(source="product.sku", max_length=40)
    product_id = serializers.IntegerField(read_only=True)
    product_name = serializers.CharField(source="product.name", read_only=True)
    minimum_remaining_days = Days(required=False, allow_null=True)
    unit_price = Money(required=False, allow_null=True)
    customer_sku = Text(max_length=60, required=False, allow_blank=True)

    class Meta:
        model = CustomerProduct
        fields = (
            "id",
            "customer",
            "customer_id",
            "customer_name",
            "product",
            "product_id",
            "product_name",
            "minimum_remaining_days",
            "unit_price",
            "customer_sku",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        actor = self.context.get("actor")  # none while the schema is written
        if actor is not None and not actor.can(PRICES):
            del fields["unit_price"]
        return fields

    def validate_customer(self, value: int | str) -> Customer:
        found = Customer.objects.filter(**{"pk" if isinstance(value, int) else "code": value}).first()
        if found is None:
            raise serializers.ValidationError("There is no such customer.", code="unknown_customer")
        return self._same("customer_id", found)

    def validate_product(self, value: int | str) -> Product:
        found = Product.objects.filter(**{"pk" if isinstance(value, int) else "sku": value}).first()
        if found is None:
            raise serializers.ValidationError("There is no such product.", code="unknown_product")
        return self._same("product_id", found)

    def _same(self, name: str, found: Any) -> Any:
        if self.instance is not None and getattr(self.instance, name) != found.pk:
            raise serializers.ValidationError("This stays as it is; make a new row instead.", code="fixed")
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "customer" in attrs:
            attrs["customer"] = attrs["customer"]["code"]
        if "product" in attrs:
            attrs["product"] = attrs["product"]["sku"]
        return attrs

    def create(self, validated_data: dict[str, Any]) -> CustomerProduct:
        return CustomerProduct.objects.create(**validated_data)

    def update(self, instance: CustomerProduct, validated_data: dict[str, Any]) -> CustomerProduct:
        for name, value in validated_data.items():
            setattr(instance, name, value)
        instance.save()
        return instance


class CustomerProductViewSet(MasterViewSet):
    """What customers agreed for single products: their price, their number, how long lots must last."""

    model = CustomerProduct
    serializer_class = CustomerProductSerializer
    view_permission = "parties.view"
    change_permission = "parties.change"
    noun = "customer_product"
    related = ("customer", "product")
    search_fields = ("customer__code", "customer__name", "product__sku", "product__name", "customer_sku")
    reference_filters: ClassVar[dict[str, tuple[str, str]]] = {
        "customer": ("customer_id", "customer__code"),
        "product": ("product_id", "product__sku"),
    }
    orderings: ClassVar[dict[str, Ordering]] = {
        "id": Ordering(("id",)),
        "customer": Ordering(("customer__code", "id")),
        "product": Ordering(("product__sku", "id")),
    }

    def label(self, row: CustomerProduct) -> str:
        return f"{row.customer.code} {row.product.sku}"

    def taken(self, error: Exception) -> Refusal:
        return Conflict(
            "This customer has terms for that product already.", code="already_exists", kind=Kind.CONFLICT
        )
