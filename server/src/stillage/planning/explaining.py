"""A proposal in words: one sentence for the list, and the whole reckoning line by line. Pure; English."""

from collections.abc import Mapping, Sequence
from typing import Any

_LEAD = {
    "policy": "as a policy says",
    "supplier_plan": "as the supplier's plan says",
    "catalogue": "as the catalogue says",
    "supplier": "as the supplier says",
    "default": "as nobody said otherwise",
}
_SERVICE = {
    "product": "this product",
    "category": "its category",
    "class": "its class",
    "all": "all products",
}
_CHOICES = {
    "cheapest": "Others sell it too; this one is the cheapest by the unit.",
    "smallest_order": "Others sell it cheaper, but not in an order that would sell within eight weeks.",
}
_TROUBLES = {
    "no_supplier": "Nobody is known to sell it; add it to a supplier's catalogue.",
    "no_forecast": "There is no forecast yet; it is ordered for what is owed and for the least that is kept.",
    "discontinued": "It is not bought any more, and customers wait for it.",
    "below_minimum_value": {
        "raised": "The order was raised to what the supplier delivers for, by what is needed next.",
        "wait": "The order comes to less than the supplier delivers for, and nothing in it is urgent: it can wait.",
        "too_little": "The order comes to less than the supplier delivers for, and more would not sell in time.",
    },
}


HARDLY, FEW_CASES = 0.05, 0.1


class Units:
    """How amounts of a product are said: in cases where it comes in cases."""

    def __init__(self, *, base_unit: str, case_name: str, units_per_case: int) -> None:
        self._base = base_unit
        self._unit, self._per = (case_name, units_per_case) if units_per_case > 1 else (base_unit, 1)

    def said(self, units: float | None) -> str:
        """So many, with their unit."""
        if units is None:
            return "an unknown number"
        if 0 < units < HARDLY:
            return f"hardly any {_plural(self._base)}"
        if 0 < units / self._per < FEW_CASES:
            number = f"{units:.1f}".removesuffix(".0")
            return f"{number} {self._base if number == '1' else _plural(self._base)}"
        number = self.number(units)
        return f"{number} {self._unit if number == '1' else _plural(self._unit)}"

    def number(self, units: float) -> str:
        value = units / self._per
        text = f"{value:.0f}" if abs(value) >= 10 or float(value).is_integer() else f"{value:.1f}"
        return text.removesuffix(".0")


def _plural(unit: str) -> str:
    return unit + ("es" if unit.endswith(("x", "s", "ch")) else "s")


def sentence(row: Mapping[str, Any], why: Mapping[str, Any]) -> str:
    """In one line: "Sells 14 cases a week, 9 on hand, 12 days' lead time, 98 % service"."""
    units = units_of(row)
    parts = []
    if why.get("sells_per_week") is None:
        parts.append("No forecast yet")
    else:
        parts.append(f"Sells {units.said(why['sells_per_week'])} a week")
    held = f" ({units.number(why['held'])} of them held)" if why.get("held") else ""
    parts.append(f"{units.number(row['on_hand'])} on hand{held}")
    if row["on_order"]:
        parts.append(f"{units.number(row['on_order'])} on order")
    if why.get("owed"):
        parts.append(f"{units.number(why['owed'])} owed to customers")
    parts.append(f"{_number(why['lead_time_days'], 0)} days' lead time")
    parts.append(f"{_number(why['service_level_percent'], 1)} % service")
    return ", ".join(parts)


def units_of(row: Mapping[str, Any]) -> Units:
    return Units(base_unit=row["base_unit"], case_name=row["case_name"], units_per_case=row["units_per_case"])


def explanation(
    row: Mapping[str, Any], why: Mapping[str, Any], troubles: Sequence[Mapping[str, Any]]
) -> list[str]:
    """The reckoning, a sentence a step, in its order."""
    units = units_of(row)
    lines = [_lead(why), _service(why)]
    if why.get("order_up_to") is not None:
        lines.append(
            f"Until the next order's delivery, {_number(why['protection_days'], 0)} days,"
            f" {units.said(why['expected_demand'])} are expected; with {units.said(why['safety_stock'])} for what"
            f" comes otherwise that makes {units.said(why['order_up_to'])}."
        )
    if why.get("minimum_units"):
        lines.append(f"At least {units.said(why['minimum_units'])} are kept, as a policy says.")
    lines.append(_position(row, why, units))
    if row["quantity_packs"]:
        lines.append(_rounding(row, why, units))
    if why.get("cap_reason"):
        lines.append(_cap(why, units))
    if why.get("other_suppliers"):
        lines.append(_CHOICES.get(why.get("supplier_choice", ""), ""))
    lines = [one for one in lines if one]
    return lines + [_trouble(one, units) for one in troubles]


def _lead(why: Mapping[str, Any]) -> str:
    days = _number(why["lead_time_days"], 0)
    if why["lead_time_source"] == "receipts":
        spread = _number(why["lead_time_spread_days"], 0)
        return f"A delivery takes {days} days, give or take {spread}, by {why['receipts_seen']} deliveries."
    return f"A delivery takes {days} days, {_LEAD.get(why['lead_time_source'], 'as it is said')}."


def _service(why: Mapping[str, Any]) -> str:
    level = _number(why["service_level_percent"], 1)
    source = why["service_source"]
    by = (
        f"a policy for {_SERVICE[source]}"
        if source in _SERVICE
        else f"the usual for class {why['abc_class']}"
    )
    return f"{level} % of demand is to be served from the shelf ({by})."


def _position(row: Mapping[str, Any], why: Mapping[str, Any], units: Units) -> str:
    parts = [f"{units.said(row['free'])} are free"]
    if row["on_order"]:
        drafted = f", {units.number(why['drafted'])} of them on a draft" if why.get("drafted") else ""
        parts.append(f"{units.number(row['on_order'])} on order{drafted}")
    if why.get("owed"):
        parts.append(f"{units.number(why['owed'])} owed to customers")
    if why.get("dying"):
        parts.append(f"{units.number(why['dying'])} go stale before they sell")
    return f"{', '.join(parts)}: {units.said(row['needed'])} are missing."


def _rounding(row: Mapping[str, Any], why: Mapping[str, Any], units: Units) -> str:
    packs = f"{row['quantity_packs']} x {row['pack_name'] or row['base_unit']}"
    reason = why.get("rounding") or ""
    known = {
        "": f"That is {packs}.",
        "pack": f"Rounded to whole packs: {packs}.",
        "minimum": f"The supplier sells no less than {packs}.",
        "multiple": f"The supplier sells by {why.get('multiple_name') or str(why.get('order_multiple'))}: {packs}.",
        "truck": f"Raised to {packs}, so that the truck is full.",
        "minimum_value": f"Raised to {packs}, so that the supplier delivers.",
        "budget": f"Cut to {packs} by the budget.",
        "quarter": f"No more than a quarter's demand is proposed: {packs}.",
        "limit": f"Cut to {packs} by the limit below.",
    }
    return known.get(reason, f"Rounded to whole {_plural(reason)}: {packs}.")


def _cap(why: Mapping[str, Any], units: Units) -> str:
    most = units.said(why["cap"])
    return {
        "expires": f"No more than {most} would sell before their last day ({why['life_days']} days after they come"
        f"{', less ' + str(why['sale_days_left']) + ' that customers want left' if why['sale_days_left'] else ''}).",
        "maximum_units": f"No more than {most} fit under the maximum that a policy sets.",
        "maximum_cover_days": f"No more than {most} keep to the longest cover that a policy sets.",
    }.get(why["cap_reason"], f"No more than {most}.")


def _trouble(one: Mapping[str, Any], units: Units) -> str:
    code, values = one["code"], one["values"]
    known = _TROUBLES.get(code)
    if isinstance(known, str):
        return known
    if isinstance(known, dict):
        return str(known.get(values.get("decision", ""), known["wait"]))
    if code == "runs_out_before_delivery":
        return f"The shelf is expected to be empty {values['days']} days before a delivery can be here."
    if code == "expires_first":
        return (
            f"The smallest order is {units.said(values['smallest_order'])}; only"
            f" {units.said(values['most'])} would sell in time."
        )
    if code == "stock_held":
        return f"{units.said(values['units'])} lie here and may not be sold; if they are released, less is needed."
    if code == "may_expire":
        return f"If it sells badly, only {units.said(values['prudent'])} of it sell in time."
    if code == "at_maximum":
        return f"A policy lets no more than {units.said(values['most'])} be ordered."
    if code == "over_budget":
        return f"{values['wanted_packs']} packs were wanted; the {values['whose']}'s budget does not reach."
    return code


def _number(value: Any, places: int) -> str:
    text = f"{float(value):.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
