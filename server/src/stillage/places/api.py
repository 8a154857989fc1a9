"""Endpoints: warehouses and locations."""

import re
import zoneinfo
from typing import Any, ClassVar

from django.db import IntegrityError
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.audit.viewsets import MasterViewSet, Ordering
from stillage.core.errors import Conflict
from stillage.places.models import PHYSICAL, Kind, Location, Warehouse
from stillage.places.operations import STAYS_TRANSIT, open_warehouse
from stillage.rest.fields import Reference, StrictModel, Text

_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]*\Z")
RESERVED_PREFIX = "STL-"
ZONES = zoneinfo.available_timezones()


def checked_code(value: str) -> str:
    """A code that can be printed as a barcode and typed on any keyboard."""
    if not _CODE.match(value):
        raise serializers.ValidationError(
            "Use capital letters, digits, dot, dash and underscore.", code="bad_code"
        )
    if value.startswith(RESERVED_PREFIX):
        raise serializers.ValidationError(f"{RESERVED_PREFIX} begins command codes.", code="reserved")
    return value


class WarehouseSerializer(StrictModel):
    code = Text(max_length=20, validators=[])
    timezone = Text(max_length=60, required=False)

    class Meta:
        model = Warehouse
        fields = ("id", "code", "name", "timezone", "is_active", "version", "created_at", "updated_at")
        read_only_fields = ("id", "version", "created_at", "updated_at")

    def validate_code(self, value: str) -> str:
        if self.instance is not None and value != self.instance.code:
            raise serializers.ValidationError("A code is printed on labels and stays as it is.", code="fixed")
        return checked_code(value)

    def validate_timezone(self, value: str) -> str:
        if value not in ZONES:
            raise serializers.ValidationError("Name a zone such as Europe/Berlin.", code="bad_timezone")
        return value

    def create(self, validated_data: dict[str, Any]) -> Warehouse:
        return open_warehouse(
            code=validated_data["code"],
            name=validated_data["name"],
            timezone=validated_data.get("timezone", "UTC"),
        )


class WarehouseViewSet(MasterViewSet):
    """Buildings with stock in them."""

    model = Warehouse
    serializer_class = WarehouseSerializer
    view_permission = "places.view"
    change_permission = "warehouses.change"
    natural_key = "code"
    orderings: ClassVar[dict[str, Ordering]] = {"code": Ordering(("code",)), "id": Ordering(("id",))}
    default_ordering = "code"
    search_fields = ("code", "name")
    boolean_filters: ClassVar[dict[str, str]] = {"is_active": "is_active"}

    def rows(self) -> QuerySet[Any, Any]:
        scope = self.actor.warehouse_ids
        rows = super().rows()
        return rows if scope is None else rows.filter(pk__in=scope)

    def warehouse_of(self, row: Warehouse) -> int | None:
        return row.pk

    def destroy(self, request: Request, pk: str) -> Response:
        raise Conflict(
            "A warehouse is closed by setting is_active to false, never deleted.", code="not_deletable"
        )


class LocationSerializer(StrictModel):
    location = serializers.CharField(source="full_code", read_only=True)
    warehouse = Reference(source="warehouse.code")
    warehouse_id = serializers.IntegerField(read_only=True)
    kind = serializers.ChoiceField(choices=[kind.value for kind in PHYSICAL])
    code = Text(max_length=40)

    class Meta:
        model = Location
        fields = (
            "id",
            "location",
            "warehouse",
            "warehouse_id",
            "code",
            "kind",
            "zone",
            "pick_sequence",
            "is_active",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "version", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def validate_code(self, value: str) -> str:
        if self.instance is not None and value != self.instance.code:
            raise serializers.ValidationError("A code is printed on labels and stays as it is.", code="fixed")
        return checked_code(value)

    def validate_kind(self, value: str) -> str:
        """Goods on the way must not become goods for sale because their place is called something else."""
        if self.instance is not None and (value == Kind.TRANSIT) != (self.instance.kind == Kind.TRANSIT):
            raise serializers.ValidationError(STAYS_TRANSIT, code="fixed")
        return value

    def validate_warehouse(self, value: int | str) -> Warehouse:
        actor = self.context["actor"]
        rows = Warehouse.objects.filter(**({"pk": value} if isinstance(value, int) else {"code": value}))
        if actor.warehouse_ids is not None:
            rows = rows.filter(pk__in=actor.warehouse_ids)
        found = rows.first()
        if found is None:
            raise serializers.ValidationError("There is no such warehouse.", code="unknown_warehouse")
        if self.instance is not None and found != self.instance.warehouse:
            raise serializers.ValidationError("A location stays in its warehouse.", code="fixed")
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "warehouse" in attrs:
            attrs["warehouse"] = attrs["warehouse"]["code"]
        return attrs

    def create(self, validated_data: dict[str, Any]) -> Location:
        full_code = f"{validated_data['warehouse'].code}/{validated_data['code']}"
        return Location.objects.create(**validated_data, full_code=full_code)


class LocationViewSet(MasterViewSet):
    """Bins, docks and cages."""

    model = Location
    serializer_class = LocationSerializer
    view_permission = "places.view"
    change_permission = "places.change"
    natural_key = "full_code"
    lookup_value_regex = ".+"
    related = ("warehouse",)
    orderings: ClassVar[dict[str, Ordering]] = {
        "location": Ordering(("full_code",)),
        "pick_sequence": Ordering(("pick_sequence", "id")),
        "kind": Ordering(("kind", "id")),
        "zone": Ordering(("zone", "id")),
        "id": Ordering(("id",)),
    }
    default_ordering = "location"
    search_fields = ("full_code", "zone")
    filters: ClassVar[dict[str, str]] = {"kind": "kind", "zone": "zone"}
    reference_filters: ClassVar[dict[str, tuple[str, str]]] = {
        "warehouse": ("warehouse_id", "warehouse__code")
    }
    boolean_filters: ClassVar[dict[str, str]] = {"is_active": "is_active"}

    def rows(self) -> QuerySet[Any, Any]:
        scope = self.actor.warehouse_ids
        rows = super().rows().filter(is_virtual=False)
        return rows if scope is None else rows.filter(warehouse_id__in=scope)

    def taken(self, error: IntegrityError) -> Conflict:
        return Conflict("This warehouse has a location of that code already.", code="already_exists")
