"""One movement: ModelSerializer, the user and his rights from the database, lock, save. No idempotency."""

from typing import Any

from django.db import transaction
from rest_framework import generics, serializers

from usual_drf.models import AuditLog, Movement, Stock


class MovementSerializer(serializers.ModelSerializer):
    class Meta:
        model = Movement
        fields = [
            "id",
            "product",
            "lot",
            "from_location",
            "to_location",
            "quantity",
            "reference",
            "user",
            "moved_at",
        ]
        read_only_fields = ["user", "moved_at"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["from_location"] == attrs["to_location"]:
            raise serializers.ValidationError("It is there already.")
        if attrs["lot"].product_id != attrs["product"].pk:
            raise serializers.ValidationError("The lot is another product's.")
        return attrs


class MovementCreate(generics.ListCreateAPIView):
    queryset = Movement.objects.select_related("product", "lot", "from_location", "to_location").order_by(
        "-id"
    )
    serializer_class = MovementSerializer

    @transaction.atomic
    def perform_create(self, serializer: Any) -> None:
        given = serializer.validated_data
        source = Stock.objects.select_for_update().get(lot=given["lot"], location=given["from_location"])
        if source.on_hand < given["quantity"]:
            raise serializers.ValidationError("There is not enough.")
        source.on_hand -= given["quantity"]
        source.save()
        target, _ = Stock.objects.select_for_update().get_or_create(
            lot=given["lot"], location=given["to_location"]
        )
        target.on_hand += given["quantity"]
        target.save()
        movement = serializer.save(user=self.request.user)
        AuditLog.objects.create(user=self.request.user, action="move", movement=movement)
