"""What planning proposes: what to buy, and what to do about lots that will not sell in time."""

from django.db import models
from django.db.models import F, Q

from stillage.catalogue.models import Product
from stillage.places.models import Warehouse
from stillage.planning.models.forecasts import ForecastRun
from stillage.purchasing.models import PurchaseOrder, Supplier
from stillage.stock.models import Lot


class ProposalStatus(models.TextChoices):
    """What became of a proposal. An open one is replaced when proposals are worked out again."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Proposal(models.Model):
    """So many packs of a product from a supplier for a warehouse. No supplier: nobody is known to sell it to us.

    Quantities in base units, packs where they say so; costs in the company's currency as they were when it was worked
    out. `why` (JSON) holds the numbers its sentences are made of, `troubles` (JSON) codes with their values.
    `runs_out_date`: when the shelf is expected to be empty; `order_by_date`: the last day on which an order helps.
    """

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    supplier = models.ForeignKey(
        Supplier, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=8, choices=ProposalStatus.choices, default=ProposalStatus.OPEN)
    pack_name = models.CharField(max_length=60, blank=True, default="")
    units_per_pack = models.PositiveIntegerField(default=1)
    pack_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    quantity_packs = models.PositiveIntegerField()
    quantity = models.BigIntegerField()
    net_amount = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    needed = models.BigIntegerField()  # before rounding, limits, trucks and budgets
    on_hand = models.BigIntegerField()
    free = models.BigIntegerField()
    on_order = models.BigIntegerField()
    urgency = models.PositiveSmallIntegerField()  # 0: too late already; then days until the order must go out
    runs_out_date = models.DateField(null=True)
    order_by_date = models.DateField(null=True)
    expected_date = models.DateField(null=True)
    why = models.TextField(default="{}")
    troubles = models.TextField(default="[]")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=150, blank=True, default="")
    chosen_packs = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True, default="")
    snoozed_until = models.DateField(null=True)  # refused until then; afterwards it may be proposed again
    purchase_order = models.ForeignKey(PurchaseOrder, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["warehouse", "product"], condition=Q(status="open"), name="proposal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity=F("quantity_packs") * F("units_per_pack")),
                name="proposal_is_whole_packs",
            ),
        ]
        indexes = [
            models.Index(
                F("warehouse"), F("status"), F("supplier"), F("urgency"), name="proposal_by_supplier"
            ),
            models.Index(F("status"), F("urgency"), F("id"), name="proposal_by_urgency"),
        ]


class ExpiryRisk(models.Model):
    """Units of a lot in a warehouse that will not be sold before its last saleable day, as forecast; the newest only.

    `unsold` is expected, `unsold_p90` is not exceeded in nine of ten cases. `advice` is a code, `why` (JSON) its
    values and the other ways out. `unit_cost` is what a unit cost; empty where nobody ever said.
    """

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(ForecastRun, on_delete=models.PROTECT, null=True, related_name="+")
    on_hand = models.BigIntegerField()
    last_saleable_date = models.DateField()
    unsold = models.BigIntegerField()
    unsold_p90 = models.BigIntegerField()
    unit_cost = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    value = models.DecimalField(max_digits=16, decimal_places=2, null=True)  # of `unsold`
    advice = models.CharField(max_length=20)
    why = models.TextField(default="{}")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warehouse", "lot"], name="expiry_risk_once")]
        indexes = [models.Index(F("last_saleable_date"), F("id"), name="expiry_risk_by_date")]
