"""From the facts of a warehouse to its lines: whose offer, which lead time, which terms; then what goes together. Pure."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from stillage.planning.ahead import WEEK
from stillage.planning.replenishing import LATE, Line, Stock, Terms, work_out
from stillage.planning.rounding import Offer
from stillage.planning.safety import LeadTime, lead_time, order_day
from stillage.planning.shelf import Dated
from stillage.planning.terms import Said
from stillage.planning.trucks import Arrangement, amount, arrange, cut

if TYPE_CHECKING:
    from stillage.planning.queries.facts import Facts

REASONABLE_WEEKS: Final = 8  # an offer whose smallest order lasts longer is not the cheapest way to buy
TOLD_IF_MISSED: Final = {"expires_first", "discontinued", "at_maximum", "no_supplier"}


def lines_of(facts: "Facts") -> list[Line]:
    """A line for each product that is forecast, owed or to be kept: worked out, arranged, not yet written."""
    found = [line for product_id in facts.products if (line := _line(facts, product_id)) is not None]
    by_supplier: dict[int, list[Line]] = defaultdict(list)
    for line in found:
        if line.offer is not None:
            by_supplier[line.offer.supplier_id].append(line)
    for supplier_id, own in sorted(by_supplier.items()):
        arrange(own, _arrangement(facts, supplier_id))
    if facts.budget is not None:
        left = max(facts.budget - facts.spent, type(facts.budget)(0))
        cut([line for line in found if amount(line)], left, whose="warehouse")
    return found


def worth_proposing(line: Line) -> bool:
    """What is ordered, and what should be and is not: with the reason."""
    if line.packs:
        return True
    codes = {one["code"] for one in line.troubles}
    missed = line.urgency == LATE or line.stock.owed > 0
    return line.needed > 0 and ("over_budget" in codes or (missed and not codes.isdisjoint(TOLD_IF_MISSED)))


def choose(offers: Sequence[Offer], per_week: float) -> Offer | None:
    """The cheapest by the unit whose smallest order is no hoard; else the smallest order. Ties: quicker, then first."""
    if not offers:
        return None
    hoard = max(per_week * REASONABLE_WEEKS, 1.0)
    fitting = [
        one
        for one in offers
        if one.least_packs * one.units <= hoard or one.least_packs * one.units <= _smallest(offers)
    ]
    return min(fitting, key=lambda one: (one.unit_cost, _days(one), one.units, one.supplier_id, one.pack_id))


def why_chosen(offers: Sequence[Offer], offer: Offer | None) -> str:
    """In a word: only (nobody else sells it), cheapest (by the unit), or smallest_order (what is cheaper is a hoard)."""
    if offer is None:
        return ""
    if all(one.supplier_id == offer.supplier_id for one in offers):
        return "only"
    return "cheapest" if offer.unit_cost <= min(one.unit_cost for one in offers) else "smallest_order"


def _smallest(offers: Sequence[Offer]) -> int:
    return min(one.least_packs * one.units for one in offers)


def _days(offer: Offer) -> float:
    return math.inf if offer.lead_time_days is None else offer.lead_time_days


def _line(facts: "Facts", product_id: int) -> Line | None:
    known = facts.products[product_id]
    told = facts.forecasts.get(product_id)
    ahead = told.ahead if told else None
    own = facts.offers.get(product_id, [])
    offer = choose(own, ahead.mean(13 * WEEK) / 13 if ahead else 0.0)
    plan = facts.plans.get(offer.supplier_id) if offer else None
    said = facts.policies.effective(
        product_id=product_id,
        category_id=known.category_id,
        abc_class=facts.classes.get(product_id, "C"),
        warehouse_id=facts.warehouse.pk,
        supplier_plan=plan,
    )
    terms = terms_of(said, facts.classes.get(product_id, "C"))
    if not terms.order:
        return None
    weekdays = plan["order_weekdays"] if plan else ""
    first = order_day(facts.today, weekdays)
    lead = lead_of(said, offer, facts.lead_times)
    line = Line(
        product_id=product_id,
        offer=offer,
        terms=terms,
        stock=stock_of(facts, product_id, terms.sale_days_left),
        ahead=ahead,
        lead=lead,
        order_date=first,
        expected_date=first + dt.timedelta(days=math.ceil(lead.mean - 0.5)),
        review_days=terms.review_days,
        layers=known.layers,
        pallet_units=known.pallet_units,
        life_days=facts.lives.get(product_id, known.shelf_life_days),
        others=len({one.supplier_id for one in own}) - 1 if own else 0,
        choice=why_chosen(own, offer),
        multiple_name=known.pack_of(offer.units * offer.multiple_packs)
        if offer and offer.multiple_packs > 1
        else "",
    )
    return work_out(
        line,
        today=facts.today,
        weekdays=weekdays,
        next_review=_next_review(facts, offer, terms.review_days),
        discontinued=known.discontinued,
    )


def _next_review(facts: "Facts", offer: Offer | None, review_days: int) -> dt.date:
    """When a supplier is looked at again. What was ordered today does not count: somebody is still at it."""
    last = facts.ordered_on.get(offer.supplier_id) if offer else None
    return facts.today if last is None else last + dt.timedelta(days=review_days)


def terms_of(said: Mapping[str, Said], abc_class: str) -> Terms:
    """What policies say, as numbers to work with."""
    service = said["service_level_percent"]
    return Terms(
        service_level_percent=float(service.value),
        service_source=service.source,
        review_days=int(said["review_days"].value or 1),
        abc_class=abc_class,
        minimum_units=said["minimum_units"].value,
        maximum_units=said["maximum_units"].value,
        maximum_cover_days=said["maximum_cover_days"].value,
        sale_days_left=int(said["sale_days_left"].value or 0),
        order=bool(said["order"].value),
    )


def lead_of(said: Mapping[str, Said], offer: Offer | None, measured: Mapping[int, list[float]]) -> LeadTime:
    """The lead time as policies, plans, receipts and the catalogue say it."""
    seen = measured.get(offer.supplier_id, []) if offer else []
    decided = said["lead_time_days"]
    if decided.value is not None:
        source = decided.source if decided.source == "supplier_plan" else "policy"
        return lead_time(said=decided.value, source=source, measured=seen, binding=True)
    days, source = (offer.lead_time_days, offer.lead_time_source) if offer else (None, "default")
    return lead_time(said=days, source=source, measured=seen)


def stock_of(facts: "Facts", product_id: int, sale_days_left: int) -> Stock:
    """What there is of a product; lots that customers would not take any more are not on the shelf."""
    own = facts.lying.get(product_id)
    left = dt.timedelta(days=sale_days_left)
    return Stock(
        on_hand=own.on_hand if own else 0,
        held=own.held if own else 0,
        shelf=tuple(_shelf(own.shelf, facts.today, left)) if own else (),
        coming=tuple(facts.coming.get(product_id, ())),
        drafted=facts.drafted.get(product_id, 0),
        owed=facts.owed.get(product_id, 0),
    )


def _shelf(dated: Iterable[Dated], today: dt.date, left: dt.timedelta) -> Iterable[Dated]:
    for one in dated:
        if one.last_date - left >= today:
            yield Dated(one.last_date - left, one.units)


def _arrangement(facts: "Facts", supplier_id: int) -> Arrangement:
    plan: Mapping[str, Any] = facts.plans.get(supplier_id, {})
    return Arrangement(
        truck_pallets=plan.get("truck_pallets"),
        truck_fill_percent=plan.get("truck_fill_percent"),
        minimum_value=facts.minimum_values.get(supplier_id),
        budget=plan.get("budget"),
    )
