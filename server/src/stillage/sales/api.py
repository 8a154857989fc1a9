"""Endpoints: customers."""

from typing import ClassVar

from stillage.audit.viewsets import MasterViewSet, Ordering
from stillage.catalogue.fields import Code, Days
from stillage.rest.fields import StrictModel, Text
from stillage.sales.models import Customer


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
