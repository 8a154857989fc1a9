"""How a lot that will not sell in time is said: how much of it, why, and what can be done. No controls."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import flet as ft

from stillage_client import theme, words
from stillage_client.api.buying_records import Packing
from stillage_client.api.replenishment_records import ExpiryRisk, MoveTo
from stillage_client.locale import t, tn
from stillage_client.screens import amounts
from stillage_client.screens.planning.replenish_words import about, rate

ADVICE = ("move", "return", "discount", "sell_first", "donate", "scrap")
WITHIN = (7, 30, 90)
SHORT = 12  # letters of a place that fit a button


@dataclass(frozen=True)
class Remedy:
    """What to do about it: a button, and where it leads; without a route it unfolds the row."""

    label: str
    icon: ft.IconData
    route: str = ""


def packing(one: ExpiryRisk) -> Packing:
    """It is counted in cases."""
    if one.units_per_case > 1:
        return Packing(one.case_name or "case", one.units_per_case, one.base_unit)
    return Packing("", 1, one.base_unit)


def unsold(one: ExpiryRisk) -> str:
    """86 of 148 cases will not sell."""
    if one.unsold <= 0:
        return t("Sells just in time")
    packed = packing(one)
    per = max(packed.units_per_case, 1)
    left, whole = round(one.unsold / per), round(one.on_hand / per)
    unit = words.unit(packed.case_name or one.base_unit, whole)
    if per > 1 and (
        not left or (left == whole and one.unsold < one.on_hand)
    ):  # cases would hide the difference
        left, whole, unit = one.unsold, one.on_hand, words.unit(one.base_unit, one.on_hand)
    if one.unsold >= one.on_hand:
        return t("None of {n} {unit} will sell", n=words.number(whole), unit=unit)
    return t("{n} of {all} {unit} will not sell", n=words.number(left), all=words.number(whole), unit=unit)


def reason(one: ExpiryRisk, *, short: bool = False) -> str:
    """Forecast sells 62 of 148, 12 cases a week; 3 cases of earlier lots go first."""
    why, packed = one.why, packing(one)
    parts = []
    if one.days_left < 0:
        return t("Its last day of sale is over")
    if why.will_sell is not None:
        parts.append(_sells(packed, why.will_sell, one.on_hand))
        if short:
            return parts[0]
    if why.sells_per_week is not None:
        parts.append(
            t("{rate} a week", rate=rate(packed, why.sells_per_week))
            if why.sells_per_week > 0
            else t("nothing of it sells here")
        )
    if why.ahead_of_it:
        parts.append(t("{amount} of earlier lots go first", amount=about(packed, why.ahead_of_it)))
    return ", ".join(parts)


def _sells(packed: Packing, units: float, on_hand: int) -> str:
    """Forecast sells 62 of 148 cases."""
    per = max(packed.units_per_case, 1)
    if on_hand < per:
        return t("Forecast sells {n} of {all}", n=_few(units), all=words.units(on_hand, packed.base_unit))
    return t("Forecast sells {n} of {all}", n=_few(units / per), all=about(packed, on_hand))


def _few(count: float) -> str:
    """62; 0.6 where whole ones would hide it."""
    return words.number(count, 1 if 0.05 <= count < 10 and abs(count - round(count)) >= 0.05 else 0)


def doubt(one: ExpiryRisk) -> str:
    """At worst: so many in nine of ten cases."""
    if one.unsold_p90 <= one.unsold:
        return ""
    return t("In one of ten cases more than {amount}.", amount=about(packing(one), one.unsold_p90))


def urgency(one: ExpiryRisk) -> tuple[theme.Kind, str]:
    """How long it may still be sold."""
    if one.days_left < 0:
        return "expired", t("No longer for sale")
    if one.days_left == 0:
        return "expired", t("Last day of sale")
    kind: theme.Kind = "soon" if one.days_left <= 30 else "mute"
    return kind, tn("{n} day for sale", "{n} days for sale", one.days_left)


def advised(one: ExpiryRisk) -> str:
    """What the forecast would do, in a sentence with its numbers."""
    why, packed = one.why, packing(one)
    if one.advice == "move" and why.move_to is not None:
        place = why.move_to.warehouse_name or why.move_to.warehouse
        amount = about(packed, why.move_to.units)
        if why.move_to.sells_per_week:
            return t(
                "Move {amount} to {place}: {rate} a week sell there.",
                amount=amount,
                place=place,
                rate=rate(packed, why.move_to.sells_per_week),
            )
        return t("Move {amount} to {place}.", amount=amount, place=place)
    if one.advice == "return" and why.return_to is not None:
        name = why.return_to.supplier_name or why.return_to.supplier
        return t("Ask {supplier} to take it back.", supplier=name)
    if one.advice == "discount":
        return discounted(one)
    return {
        "sell_first": t("Sell it before all other lots, and tell those who sell."),
        "donate": t("Give it away while it is good."),
        "scrap": t("It cannot be sold any more: hold or scrap it."),
    }.get(one.advice, "")


def discounted(one: ExpiryRisk) -> str:
    """How much more a week it would have to sell."""
    offer, packed = one.why.discount, packing(one)
    weeks = max(one.days_left, 1) / 7
    more = offer.more_per_week if offer is not None and offer.more_per_week else one.unsold / weeks
    said = t("It goes in time when {rate} more a week sell.", rate=rate(packed, more))
    if offer is not None and offer.uplift_percent is not None:
        said = t(
            "It goes in time when {rate} more a week sell, {percent} more than now.",
            rate=rate(packed, more),
            percent=words.percent(offer.uplift_percent, 0),
        )
    if offer is not None and offer.percent:
        percent = words.percent(offer.percent, 0)
        said = t("Mark it down by about {percent}.", percent=percent) + " " + said
    return said


def advice_name(code: str) -> str:
    """The remedy as a filter says it."""
    return {
        "move": t("Move"),
        "return": t("Return"),
        "discount": t("Mark down"),
        "sell_first": t("Sell first"),
        "donate": t("Give away"),
        "scrap": t("Hold or scrap"),
    }.get(code, code.replace("_", " ").capitalize())


def _place(to: MoveTo) -> str:
    """A place short enough for a button."""
    name = to.warehouse_name
    return name if name and len(name) <= SHORT else to.warehouse if len(to.warehouse) <= SHORT else "…"


def remedy(one: ExpiryRisk, may: Mapping[str, bool]) -> Remedy:
    """The one button of the row; what the person may not do only shows the product."""
    why = one.why
    product = f"/products/{one.product}"
    if one.advice == "move" and why.move_to is not None and may.get("move"):
        place = _place(why.move_to)
        asked = {"product": one.product, "units": why.move_to.units, "to": why.move_to.warehouse}
        return Remedy(
            t("Move to {place}", place=place),
            ft.Icons.SWAP_HORIZ_ROUNDED,
            f"/transfers/new?{urlencode(asked)}",
        )
    if one.advice == "return" and why.return_to is not None and may.get("return"):
        return Remedy(
            t("Return"),
            ft.Icons.ASSIGNMENT_RETURN_OUTLINED,
            f"/supplier-returns/new?{urlencode({'supplier': why.return_to.supplier})}",
        )
    if one.advice == "discount":
        return Remedy(t("Mark down"), ft.Icons.SELL_OUTLINED)
    if one.advice in ("scrap", "donate") and may.get("scrap"):
        gift = one.advice == "donate"
        icon = ft.Icons.VOLUNTEER_ACTIVISM_OUTLINED if gift else ft.Icons.DELETE_OUTLINE_ROUNDED
        return Remedy(advice_name(one.advice), icon, product)
    if one.advice == "sell_first":
        return Remedy(t("Sell first"), ft.Icons.TRENDING_UP_ROUNDED)
    return Remedy(t("Look"), ft.Icons.CHEVRON_RIGHT_ROUNDED, product)


def others(one: ExpiryRisk, may: Mapping[str, bool]) -> list[Remedy]:
    """The other ways out of a lot."""
    why, first = one.why, remedy(one, may)
    found: list[Remedy] = []
    if why.move_to is not None and one.advice != "move" and may.get("move"):
        asked = {"product": one.product, "units": why.move_to.units, "to": why.move_to.warehouse}
        place = _place(why.move_to)
        found.append(
            Remedy(
                t("Move to {place}", place=place),
                ft.Icons.SWAP_HORIZ_ROUNDED,
                f"/transfers/new?{urlencode(asked)}",
            )
        )
    if why.return_to is not None and one.advice != "return" and may.get("return"):
        route = f"/supplier-returns/new?{urlencode({'supplier': why.return_to.supplier})}"
        found.append(Remedy(t("Return"), ft.Icons.ASSIGNMENT_RETURN_OUTLINED, route))
    found.append(Remedy(t("Open the product"), ft.Icons.INVENTORY_2_OUTLINED, f"/products/{one.product}"))
    return [way for way in found if way.route != first.route]


def in_cases(units: int) -> str:
    """Units of many products together: no case fits them all."""
    return tn("{n} unit", "{n} units", units).replace(str(units), words.number(units))


def on_hand(one: ExpiryRisk) -> str:
    return amounts.short(packing(one), one.on_hand)
