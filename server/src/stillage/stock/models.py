"""The ledger's tables. Movements only grow; balances and allocations are written by `ledger.py` alone."""

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.places.models import Location, Warehouse


class Lot(models.Model):
    """Units of a product that were made together. A product that is not lot-tracked has one, numbered "".

    `last_sale_date` is the one expiry rule's date (see `expiry.py`), stored so that lists can be ordered by it.
    """

    # Foreign keys here have no index of their own where one below begins with them.
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="lots", db_index=False)
    number = models.CharField(max_length=20, blank=True)
    expiry_date = models.DateField(null=True)
    best_before_date = models.DateField(null=True)
    production_date = models.DateField(null=True)
    last_sale_date = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "number"], name="lot_number_once_per_product")
        ]
        indexes = [
            models.Index(F("last_sale_date"), F("id"), name="lot_by_date"),
            models.Index(F("number"), name="lot_by_number"),
        ]


class Balance(models.Model):
    """How much of a lot lies at a physical location, and how much of that is promised."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="balances", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="balances", db_index=False)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    on_hand = models.BigIntegerField(default=0)
    allocated = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lot", "location"], name="balance_once"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0) & Q(on_hand__gte=F("allocated")),
                name="balance_is_never_oversold",
            ),
        ]
        indexes = [
            models.Index(F("location"), F("id"), name="balance_by_location"),
            models.Index(F("product"), F("warehouse"), name="balance_by_product"),
            models.Index(F("warehouse"), F("id"), name="balance_by_warehouse"),
        ]


class Present(models.Model):
    """A row for each balance that holds something, with the date that its lot must go by.

    Kept by triggers on balances and lots, so that whoever writes those keeps this: it is an index that the
    database could not give us without making every movement write to all other indexes too (decisions/0014).
    """

    balance = models.OneToOneField(
        Balance, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+"
    )
    product_id = models.BigIntegerField()
    warehouse_id = models.BigIntegerField()
    lot_id = models.BigIntegerField()
    location_id = models.BigIntegerField()
    last_sale_date = models.DateField()

    class Meta:
        indexes = [
            models.Index(F("last_sale_date"), F("product_id"), F("warehouse_id"), name="present_by_date"),
            models.Index(F("product_id"), F("warehouse_id"), F("last_sale_date"), name="present_by_product"),
        ]


class MovementKind(models.TextChoices):
    """Which operation moved the stock."""

    RECEIVE = "receive"
    MOVE = "move"
    ADJUST = "adjust"
    SCRAP = "scrap"
    PICK = "pick"
    PUT_BACK = "put_back"
    ISSUE = "issue"
    RETURN = "return"
    SEND_BACK = "send_back"
    TRANSFER = "transfer"
    COUNT = "count"
    REVERSE = "reverse"


class Movement(models.Model):
    """Stock left one location and entered another. Never changed, never deleted; undone by a linked reversal.

    `demand_id` and `reference` point to the business document as its own room knows it.
    """

    operation_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=MovementKind.choices)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_index=False)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="movements", db_index=False)
    from_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    to_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    quantity = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    reference = models.CharField(max_length=80)
    demand_id = models.UUIDField(null=True)
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversed_by")
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    moved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="movement_moves_something"),
            models.CheckConstraint(
                condition=~Q(from_location=F("to_location")), name="movement_goes_somewhere_else"
            ),
        ]
        indexes = [
            models.Index(F("lot"), F("id"), name="movement_by_lot"),
            models.Index(F("product"), F("id"), name="movement_by_product"),
            models.Index(F("from_location"), F("id"), name="movement_by_from"),
            models.Index(F("to_location"), F("id"), name="movement_by_to"),
            models.Index(F("operation_id"), name="movement_by_operation"),
            models.Index(F("user_id"), F("id"), name="movement_by_user"),
            models.Index(F("moved_at"), name="movement_by_time"),
        ]


class Allocation(models.Model):
    """Units of a balance promised to a demand (an order line, known by its id alone). Open until freed or issued."""

    demand_id = models.UUIDField()
    reference = models.CharField(max_length=80)
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="allocations")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["demand_id", "lot", "location"], name="allocation_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="allocation_promises_something"),
        ]
        indexes = [models.Index(F("lot"), F("location"), name="allocation_by_balance")]


class Hold(models.Model):
    """A lot that may not be sold: wherever it lies, or at one location. Open until released."""

    operation_id = models.UUIDField()
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="holds")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="+")
    # "everywhere" or "location:17": one open hold for each (NULLs would not collide).
    scope = models.CharField(max_length=40)
    reason = models.CharField(max_length=200)
    held_at = models.DateTimeField()
    held_by = models.CharField(max_length=150)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=150, default="")
    release_reason = models.CharField(max_length=200, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "scope"], condition=Q(released_at__isnull=True), name="hold_once"
            )
        ]
        indexes = [models.Index(F("lot"), condition=Q(released_at__isnull=True), name="hold_open_by_lot")]
