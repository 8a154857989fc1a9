"""How a proposal to buy is said: its sentence, how long stock lasts, its urgency, its troubles. No controls."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from stillage_client import theme, words
from stillage_client.api.buying_records import Packing
from stillage_client.api.replenishment_records import Doubt, Proposal, SupplierGroup
from stillage_client.locale import t, tn
from stillage_client.screens import amounts

NOW_DAYS = 2  # an order that must go out within so many days is due now
SOON_DAYS = 7


def rate(packing: Packing, per_week: float) -> str:
    """14 cases; 0.8 cases; 3 bottles a week of what sells less than a case."""
    per = max(packing.units_per_case, 1)
    packs = per_week / per
    if per > 1 and packs < 1:
        packs, name = per_week, packing.base_unit
    else:
        name = packing.case_name or packing.base_unit
    places = 1 if 0 < packs < 10 and abs(packs - round(packs)) >= 0.05 else 0
    return f"{words.number(packs, places)} {words.unit(name, 1 if packs == 1 else 2)}"


def about(packing: Packing, units: float) -> str:
    """A computed amount in whole cases, or in units when it is less than one."""
    per = max(packing.units_per_case, 1)
    if per > 1 and abs(units) >= per:
        packs = round(units / per)
        return f"{words.number(packs)} {words.unit(packing.case_name or 'case', packs)}"
    return words.units(round(units), packing.base_unit)


def roughly(packing: Packing, units: int) -> str:
    """What is there, in whole cases; loose ones only where there is no case."""
    per = max(packing.units_per_case, 1)
    return amounts.short(packing, units - units % per if units >= per else units)


def sentence(one: Proposal) -> str:
    """Sells 14 cases a week, 9 on hand, 12 days' lead time, 98% service."""
    why, packing = one.why, one.packing
    if why.sells_per_week is None:
        return one.sentence
    on_hand = roughly(packing, one.on_hand)
    parts = [
        t("Sells {rate} a week", rate=rate(packing, why.sells_per_week)),
        t("{amount} on hand", amount=on_hand),
    ]
    if why.lead_time_days is not None:
        days = round(why.lead_time_days)
        parts.append(tn("{n} day's lead time", "{n} days' lead time", days))
    if why.service_level_percent is not None:
        parts.append(t("{percent} service", percent=level(why.service_level_percent)))
    return ", ".join(parts)


def level(percent: Decimal) -> str:
    """98%, 99.5%."""
    return words.percent(percent, 0 if percent == percent.to_integral_value() else 1)


def urgency(one: Proposal) -> tuple[theme.Kind, str]:
    """The colour and the word: late, order today, order by Friday."""
    if one.urgency <= 0:
        return "expired", t("Late")
    if one.urgency <= NOW_DAYS:
        return "soon", t("Order now")
    if one.order_by_date is not None:
        return "mute", t("Order by {day}", day=words.day(one.order_by_date, weekday=True))
    return "mute", tn("In {n} day", "In {n} days", one.urgency)


def group_urgency(group: SupplierGroup) -> tuple[theme.Kind, str] | None:
    """The most urgent line of a supplier."""
    if group.late:
        return "expired", tn("{n} late", "{n} late", group.late)
    if group.most_urgent is None:
        return None
    if group.most_urgent <= 0:
        return "expired", t("Late")
    if group.most_urgent <= NOW_DAYS:
        return "soon", t("Order now")
    return "mute", tn("In {n} day", "In {n} days", group.most_urgent)


def lasts(one: Proposal, today: date) -> tuple[theme.Kind, str]:
    """How long what is there and on its way will do."""
    if one.runs_out_date is None:
        return "mute", "–"
    days = (one.runs_out_date - today).days
    if days <= 0:
        return "expired", t("Out of stock") if one.free <= 0 else t("Out today")
    kind: theme.Kind = "mute"
    if one.expected_date is not None and one.runs_out_date < one.expected_date:
        kind = "expired" if one.urgency <= 0 else "soon"
    return kind, tn("{n} day", "{n} days", days)


def covers(one: Proposal, packs: int) -> int | None:
    """For so many days what is there, what is on its way and these packs will do, as it sells now."""
    per_week = one.why.sells_per_week
    if not per_week or per_week <= 0:
        return None
    return math.floor((max(one.free, 0) + one.on_order + packs * one.units_per_pack) * 7 / per_week)


def meaning(one: Proposal, packs: int, today: date) -> str:
    """What another quantity than the proposed one means, in a sentence."""
    if packs == 0:
        return t("Not ordered this time.")
    days, before = covers(one, packs), covers(one, one.quantity_packs)
    if days is None or before is None:
        return ""
    until = words.day(today + timedelta(days=days))
    said = t(
        "Lasts {days} instead of {before}, until about {day}.",
        days=tn("{n} day", "{n} days", days),
        before=words.number(before),
        day=until,
    )
    protection = one.why.protection_days
    if protection is not None and days < protection:
        said += " " + t(
            "That is less than the {n} days until the order after this one is here.",
            n=words.number(math.ceil(protection)),
        )
    if too_much(one, packs):
        room = one.why.expiry_cap or 0
        over = packs * one.units_per_pack - room
        said += " " + t("{amount} of it would expire unsold.", amount=about(one.packing, max(over, 1)))
    return said


def too_much(one: Proposal, packs: int) -> bool:
    """More than will sell before it expires."""
    cap = one.why.expiry_cap
    return cap is not None and packs * one.units_per_pack > cap and packs > one.quantity_packs


def fitting(one: Proposal, packs: int) -> int:
    """The next number the supplier takes: their least and their multiple."""
    if packs <= 0:
        return 0
    multiple = max(one.order_multiple, 1)
    return -(-max(packs, one.minimum_packs) // multiple) * multiple


def unfit(one: Proposal, packs: int) -> str:
    """Why the supplier would not take so many."""
    if packs <= 0 or fitting(one, packs) == packs:
        return ""
    if packs < one.minimum_packs:
        least = amounts.short(one.ordered_in, one.minimum_packs * one.units_per_pack)
        return t("From {amount} on", amount=least)
    if one.multiple_name:
        name = words.unit(one.multiple_name, 1)
        return t("Only by the {pack} of {n}", pack=name, n=words.number(one.order_multiple))
    return t("Only in steps of {n}", n=words.number(one.order_multiple))


def _number(values: Mapping[str, Any], *names: str) -> Any:
    return next((values[name] for name in names if values.get(name) is not None), None)


def doubt(one: Proposal, trouble: Doubt) -> tuple[theme.Kind, str]:
    """A trouble in words, and how bad it is."""
    values = trouble.values
    if trouble.code == "runs_out_before_delivery":
        day = one.runs_out_date
        if day is not None and one.expected_date is not None:
            gone = (one.expected_date - day).days
            return "expired", tn(
                "Runs out {day}, {n} day before it can be here",
                "Runs out {day}, {n} days before it can be here",
                max(gone, 1),
                day=words.day(day, weekday=True),
            )
        return "expired", t("Runs out before it can be here")
    if trouble.code in ("expires_first", "expiry_cap", "capped_by_expiry"):
        units = _number(values, "units", "cap", "expiry_cap", "quantity")
        if isinstance(units, int | float):
            return "soon", t(
                "Held down to {amount}: more would expire unsold", amount=about(one.packing, units)
            )
        return "soon", t("Held down: more would expire unsold")
    if trouble.code == "below_minimum_value":
        least = _number(values, "minimum_order_value", "minimum", "least")
        if least is not None:
            return "soon", t("Below their minimum of {amount}", amount=words.money(Decimal(str(least))))
    if trouble.code == "over_budget":
        budget = _number(values, "budget")
        if budget is not None:
            return "soon", t("Over the budget of {amount}", amount=words.money(Decimal(str(budget))))
    said: dict[str, tuple[theme.Kind, str]] = {
        "no_supplier": ("expired", t("Nobody is known to sell it to us")),
        "no_forecast": ("soon", t("No forecast yet: worked out from the minimum alone")),
        "no_price": ("soon", t("No cost is known")),
        "no_cost": ("soon", t("No cost is known")),
        "no_lead_time": ("soon", t("No delivery time is known")),
        "below_minimum_value": ("soon", t("Below what this supplier delivers from")),
        "below_minimum_quantity": ("soon", t("Below the least they sell")),
        "over_budget": ("soon", t("Over the budget")),
        "over_maximum": ("soon", t("Held down by the maximum of its policy")),
        "capped_by_maximum": ("soon", t("Held down by the maximum of its policy")),
        "discontinued": ("soon", t("No longer in the range: sold off, not bought")),
        "out_of_stock": ("expired", t("Out of stock")),
        "blocked": ("soon", t("Its policy says: do not order")),
    }
    return said.get(trouble.code, ("soon", trouble.code.replace("_", " ").capitalize()))


def orderable(one: Proposal) -> bool:
    """Whether an order can be made of it at all."""
    return one.status == "open" and bool(one.supplier)


def packed_as(one: Proposal) -> str:
    """Case of 24 cans."""
    if one.units_per_pack <= 1:
        return words.unit(one.base_unit, 1).capitalize()
    return t(
        "{case} of {n} {unit}",
        case=words.unit(one.pack_name or "case", 1).capitalize(),
        n=words.number(one.units_per_pack),
        unit=words.unit(one.base_unit, one.units_per_pack),
    )


def pallets(count: float | Decimal) -> str:
    """3.4, 4, 12."""
    exact = round(float(count), 1)
    return words.number(exact, 0 if exact >= 10 or exact == round(exact) else 1)


def sources(source: str) -> str:
    """Where a value of a policy comes from."""
    return {
        "product": t("the product"),
        "category": t("its category"),
        "class": t("its class"),
        "all": t("all products"),
        "default": t("Stillage's own value"),
        "supplier_plan": t("the supplier's plan"),
        "receipts": t("what deliveries took"),
        "catalogue": t("the supplier's catalogue"),
        "supplier": t("the supplier's terms"),
        "policy": t("its policy"),
    }.get(source, source.replace("_", " "))


def rounding(code: str) -> str:
    """What a number was rounded to."""
    return {
        "multiple": t("the supplier's multiple"),
        "minimum": t("the least they sell"),
        "pack": t("whole packs"),
        "case": t("whole cases"),
        "layer": t("a full layer"),
        "pallet": t("a full pallet"),
        "truck": t("a full truck"),
    }.get(code, code.replace("_", " "))
