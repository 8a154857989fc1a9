"""Pick lists. A task repeats what the ledger promised; the ledger stays the one to believe."""

from django.db import models
from django.db.models import F, Q

from stillage.places.models import Location, Warehouse
from stillage.sales.models.orders import SalesOrder, SalesOrderLine
from stillage.stock.models import Lot


class PickListStatus(models.TextChoices):
    """Whether there is still something to walk for."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class PickList(models.Model):
    """A walk through one warehouse for one order, or for a wave of several; ends at a staging place."""

    number = models.CharField(max_length=20, unique=True)
    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+")
    staging_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=PickListStatus.choices, default=PickListStatus.OPEN)
    user_id = models.BigIntegerField(null=True)
    username = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(F("warehouse"), F("status"), F("id"), name="pick_list_by_state")]


class PickTask(models.Model):
    """Units of one lot at one place for one order line. `claimed_by` walks for it; nobody else is sent there.

    Finished when `picked` + `short` reach `quantity`; base units. What is short was promised anew or waits.
    """

    pick_list = models.ForeignKey(PickList, on_delete=models.PROTECT, related_name="tasks")
    order = models.ForeignKey(SalesOrder, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(SalesOrderLine, on_delete=models.PROTECT, related_name="tasks")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    picked = models.BigIntegerField(default=0)
    short = models.BigIntegerField(default=0)
    claimed_by = models.BigIntegerField(null=True)
    claimed_name = models.CharField(max_length=150, blank=True, default="")
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pick_list", "line", "lot", "location"], name="pick_task_once_per_list"
            ),
            models.CheckConstraint(
                condition=Q(picked__gte=0, short__gte=0) & Q(quantity__gte=F("picked") + F("short")),
                name="pick_task_takes_no_more_than_asked",
            ),
        ]
        indexes = [
            models.Index(F("pick_list"), condition=Q(finished_at__isnull=True), name="pick_task_open"),
        ]
