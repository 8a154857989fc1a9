"""How a proposal to buy is said: its sentence, how long stock lasts, its urgency, its troubles. No controls."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from stillage_client import theme, words
from stillage_client.api.buying_records import Packing
from stillage_client.api.errors import Fault
from stillage_client.api.replenishment_records import Doubt, Proposal, SupplierGroup
from stillage_client.locale import t, tn
from stillage_client.screens import amounts

TOP_UP_DAYS = 3650  # what is less urgent is not needed by itself
NOW_DAYS = 1  # an order that must go out today or tomorrow is due now


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
    if why.lead_time_days is None:
        return one.sentence
    sells = (
        t("No forecast yet")
        if why.sells_per_week is None
        else t("Sells {rate} a week", rate=rate(packing, why.sells_per_week))
    )
    parts = [sells, t("{amount} on hand", amount=roughly(packing, one.on_hand))]
    if why.owed:
        parts.append(t("{amount} owed to customers", amount=about(packing, why.owed)))
    parts.append(tn("{n} day's lead time", "{n} days' lead time", round(why.lead_time_days)))
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
    if one.urgency > TOP_UP_DAYS:
        return "mute", t("Fills the order")
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
        return "expired", tn("{n} day", "{n} days", 0)
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
    lasting = tn("{n} day", "{n} days", days)
    said = t("Lasts {days}, until about {day}.", days=lasting, day=until)
    if days != before:
        said = t(
            "Lasts {days} instead of {before}, until about {day}.",
            days=lasting,
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


def _units(one: Proposal, values: Mapping[str, Any], name: str) -> str:
    """An amount among a trouble's values; empty when it is not there."""
    value = values.get(name)
    return about(one.packing, value) if isinstance(value, int | float) else ""


def _money(values: Mapping[str, Any], name: str) -> str:
    return words.money(Decimal(str(values[name]))) if values.get(name) is not None else ""


def doubt(one: Proposal, trouble: Doubt) -> tuple[theme.Kind, str]:
    """A trouble in words, and how bad it is."""
    values = trouble.values
    told: dict[str, Callable[[], tuple[theme.Kind, str]]] = {
        "no_supplier": lambda: ("expired", t("Nobody is known to sell it to us")),
        "no_forecast": lambda: ("soon", t("Ordered for what is owed and for the minimum alone")),
        "runs_out_before_delivery": lambda: ("expired", _runs_out(one, values)),
        "expires_first": lambda: ("soon", _expires(one, values)),
        "may_expire": lambda: (
            "soon",
            t("If it sells badly, only {amount} of it sell in time", amount=_units(one, values, "prudent")),
        ),
        "at_maximum": lambda: (
            "soon",
            t("Its policy lets no more than {amount} be ordered", amount=_units(one, values, "most") or "0"),
        ),
        "below_minimum_value": lambda: (
            "soon" if values.get("decision") == "too_little" else "info",
            _too_little(values),
        ),
        "over_budget": lambda: ("soon", _over(one, values)),
        "discontinued": lambda: (
            "soon",
            t(
                "No longer bought, but customers wait for {amount}",
                amount=_units(one, values, "owed") or "it",
            ),
        ),
    }
    say = told.get(trouble.code)
    return say() if say is not None else ("soon", trouble.code.replace("_", " ").capitalize())


def _runs_out(one: Proposal, values: Mapping[str, Any]) -> str:
    days = values.get("days")
    day = one.runs_out_date
    if not isinstance(days, int) or days <= 0:
        return t("Runs out before it can be here")
    worked_out = one.made_at.date() if one.made_at is not None else None
    if day is None or (worked_out is not None and day <= worked_out):
        if one.free > 0:
            return tn(
                "More is owed to customers than is free, {n} day until it can be here",
                "More is owed to customers than is free, {n} days until it can be here",
                days,
            )
        return tn(
            "Out of stock, {n} day until it can be here", "Out of stock, {n} days until it can be here", days
        )
    return tn(
        "Runs out {day}, {n} day before it can be here",
        "Runs out {day}, {n} days before it can be here",
        days,
        day=words.day(day, weekday=True),
    )


def _expires(one: Proposal, values: Mapping[str, Any]) -> str:
    most, least = values.get("most"), values.get("smallest_order")
    if isinstance(most, int | float) and isinstance(least, int | float) and least > most:
        return t(
            "The least they sell is {least}, only {most} would sell in time",
            least=about(one.packing, least),
            most=about(one.packing, most),
        )
    if isinstance(most, int | float):
        return t("Held down to {amount}: more would expire unsold", amount=about(one.packing, most))
    return t("Held down: more would expire unsold")


def _too_little(values: Mapping[str, Any]) -> str:
    least = _money(values, "least_amount")
    decision = values.get("decision")
    if decision == "raised":
        return (
            t("Raised, because they deliver from {amount} on", amount=least)
            if least
            else t("Raised to what they deliver for")
        )
    if decision == "wait":
        return t("The whole order is small and nothing in it is urgent: it can wait")
    return (
        t("The whole order is below their minimum of {amount}", amount=least)
        if least
        else t("The whole order is below what they deliver for")
    )


def _over(one: Proposal, values: Mapping[str, Any]) -> str:
    packs = values.get("wanted_packs")
    if not isinstance(packs, int):
        return t("Over the budget")
    wanted = amounts.short(one.ordered_in, packs * one.units_per_pack)
    return t("Cut by the budget, {amount} were wanted", amount=wanted)


def line_of(fault: Fault, lines: Sequence[Proposal]) -> Proposal | None:
    """The line that was sent which a fault is about."""
    found = re.match(r"/lines/(\d+)", fault.pointer)
    at = int(found[1]) if found else -1
    return lines[at] if 0 <= at < len(lines) else None


def warning(fault: Fault, lines: Sequence[Proposal], packs: Callable[[Proposal], int]) -> str:
    """What the supplier may not take, with the line it is about."""
    one = line_of(fault, lines)
    if one is not None and fault.code in ("below_minimum_quantity", "not_a_multiple"):
        why = unfit(one, packs(one))
        if why:
            return f"{one.product_name}: {why}"
    return fault.detail.replace("Send ignore_warnings to place it all the same.", "").strip()


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
        "minimum_value": t("what the supplier delivers for"),
        "budget": t("the budget"),
        "limit": t("what sells in time, or the maximum"),
        "minimum": t("the least they sell"),
        "pack": t("whole packs"),
        "truck": t("a full truck"),
    }.get(code, t("whole {packs}", packs=words.unit(code, 2)))
