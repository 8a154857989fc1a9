"""Wishes behind planning while they are looked at and changed: how much is kept, and how suppliers are ordered from."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft

from stillage_client import words
from stillage_client.api import buying, replenishment
from stillage_client.api.buying_records import Trader
from stillage_client.api.errors import Refused
from stillage_client.api.records import Page
from stillage_client.api.replenishment_records import Effective, Policy, SupplierPlan
from stillage_client.api.transport import Api, ApiError, new_key
from stillage_client.locale import t, tn
from stillage_client.screens.planning.replenish_words import level
from stillage_client.screens.refusals import Trouble, trouble_of
from stillage_client.screens.selling.order_entry import read_decimal

Form = dict[str, str]
CLASSES = ("A", "B", "C")
OWN_LEVELS = {"A": Decimal(98), "B": Decimal(96), "C": Decimal(92)}  # where nobody wishes anything
OWN_REVIEW_DAYS = 7
NUMBERS = (
    "review_days",
    "lead_time_days",
    "minimum_units",
    "maximum_units",
    "maximum_cover_days",
    "sale_days_left",
)
PLAN_NUMBERS = ("review_days", "lead_time_days", "truck_pallets", "truck_fill_percent")
SHOWN = 100


@dataclass(frozen=True)
class PolicyQuery:
    """What the page shows; it lives in the address."""

    tab: str = "products"
    product: str = ""

    @classmethod
    def from_route(cls, route: str) -> "PolicyQuery":
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}
        tab = given.get("tab", "")
        return cls("suppliers" if tab == "suppliers" else "products", given.get("product", ""))

    def route(self) -> str:
        given = {"tab": "" if self.tab == "products" else self.tab, "product": self.product}
        query = urlencode({key: value for key, value in given.items() if value})
        return f"/policies?{query}" if query else "/policies"


def every(days: int) -> str:
    """How often one orders."""
    return t("ordered every day") if days == 1 else t("ordered every {n} days", n=days)


def field_name(name: str) -> str:
    """A wish as people say it."""
    return {
        "service_level_percent": t("Service level"),
        "review_days": t("Days between orders"),
        "lead_time_days": t("Delivery time in days"),
        "minimum_units": t("At least on the shelf, units"),
        "maximum_units": t("At most on the shelf, units"),
        "maximum_cover_days": t("At most for so many days"),
        "sale_days_left": t("Days left when sold"),
        "order": t("Ordered at all"),
        "truck_pallets": t("Pallets in a truck"),
        "truck_fill_percent": t("Fill it from so many percent on"),
        "order_weekdays": t("Order days"),
        "budget": t("Budget of one order"),
    }.get(name, name.replace("_", " ").capitalize())


def value_said(name: str, value: Any) -> str:
    """98%, 7 days, 48, never."""
    if value is None or value == "":
        return "–"
    if name == "service_level_percent":
        return level(Decimal(str(value)))
    if name == "order":
        return t("Yes") if value else t("No")
    if name in ("review_days", "lead_time_days", "maximum_cover_days", "sale_days_left"):
        return tn("{n} day", "{n} days", int(float(str(value))))
    if isinstance(value, int | float):
        return words.number(value)
    return str(value)


def about(policy: Policy) -> str:
    """What it is about, by name."""
    if policy.product:
        return policy.product_name or policy.product
    if policy.category:
        return policy.category_name or policy.category
    if policy.abc_class:
        return t("Class {name}", name=policy.abc_class)
    return t("All products")


def wishes(policy: Policy) -> list[str]:
    """99% service, ordered every 14 days, at least 48."""
    said: list[str] = []
    if policy.order is False:
        said.append(t("never ordered"))
    if policy.service_level_percent is not None:
        said.append(t("{percent} service", percent=level(policy.service_level_percent)))
    if policy.review_days is not None:
        said.append(every(policy.review_days))
    if policy.lead_time_days is not None:
        said.append(tn("{n} day's lead time", "{n} days' lead time", policy.lead_time_days))
    if policy.minimum_units is not None:
        said.append(t("at least {n}", n=words.number(policy.minimum_units)))
    if policy.maximum_units is not None:
        said.append(t("at most {n}", n=words.number(policy.maximum_units)))
    if policy.maximum_cover_days is not None:
        said.append(tn("for at most {n} day", "for at most {n} days", policy.maximum_cover_days))
    if policy.sale_days_left is not None:
        said.append(tn("{n} day left when sold", "{n} days left when sold", policy.sale_days_left))
    return said


def fill_form(form: Form, policy: Policy) -> None:
    """The fields as they stand."""
    form["product"], form["category"], form["note"] = policy.product, policy.category, policy.note
    percent = policy.service_level_percent
    form["service_level_percent"] = "" if percent is None else _plain(percent)
    for name in NUMBERS:
        value = getattr(policy, name)
        form[name] = "" if value is None else str(value)
    form["order"] = "no" if policy.order is False else ""


def _plain(value: Decimal) -> str:
    said = f"{value.normalize():f}"
    return said.replace(".", ",") if words.number(Decimal("1.5"), 1) == "1,5" else said


def read_form(form: Form, costs: bool = False) -> tuple[dict[str, Any], str]:
    """What is sent of a policy, or the sentence why not."""
    percent = read_decimal(form.get("service_level_percent", ""), places=1, most=Decimal("99.9"))
    if percent is None or (percent and Decimal(percent) < 50):
        return {}, t("The service level is a percentage from 50 to 99.9.")
    said: dict[str, Any] = {"service_level_percent": percent or None}
    fault = _read_numbers(form, NUMBERS, said)
    if fault:
        return {}, fault
    least, most = said["minimum_units"], said["maximum_units"]
    if least is not None and most is not None and most < least:
        return {}, t("The most on the shelf is less than the least.")
    said["order"] = False if form.get("order") == "no" else None
    said["note"] = form.get("note", "").strip()
    return said, ""


def _read_numbers(form: Form, names: tuple[str, ...], said: dict[str, Any]) -> str:
    for name in names:
        written = form.get(name, "").strip()
        if written and not (written.isdigit() and len(written) <= 7):
            return t("“{field}” is a whole number, or empty.", field=field_name(name))
        said[name] = int(written) if written else None
    return ""


def fill_plan_form(form: Form, plan: SupplierPlan) -> None:
    """The fields as they stand."""
    form["supplier"], form["order_weekdays"] = plan.supplier, plan.order_weekdays
    form["budget"] = "" if plan.budget is None else _plain(plan.budget)
    for name in PLAN_NUMBERS:
        value = getattr(plan, name)
        form[name] = "" if value is None else str(value)


def read_plan_form(form: Form, *, costs: bool) -> tuple[dict[str, Any], str]:
    """What is sent of a supplier's plan, or the sentence why not. Who sees no costs leaves the budget alone."""
    said: dict[str, Any] = {"order_weekdays": "".join(sorted(form.get("order_weekdays", "")))}
    fault = _read_numbers(form, PLAN_NUMBERS, said)
    if fault:
        return {}, fault
    if (said["truck_fill_percent"] or 0) > 100:
        return {}, t("A truck is at most 100% full.")
    if costs:
        budget = read_decimal(form.get("budget", ""), places=2, most=Decimal(100_000_000))
        if budget is None:
            return {}, t("The budget is written as 5000 or 5000.50.")
        said["budget"] = budget or None
    return said, ""


@ft.observable
@dataclass
class PoliciesState:
    """All wishes; one is open at a time."""

    policies: tuple[Policy, ...] = ()
    plans: tuple[SupplierPlan, ...] = ()
    suppliers: tuple[Trader, ...] = ()
    holds: dict[str, Effective] = field(default_factory=dict)
    holds_for: str = ""
    holds_trouble: Trouble | None = None
    loaded: bool = False
    trouble: Trouble | None = None
    editing: Policy | None = None
    planning: SupplierPlan | None = None
    fault: str = ""
    working: bool = False

    async def load(self, api: Api, warehouse: str | None) -> None:
        """Wishes and plans at once."""
        try:
            policies, plans, suppliers = await asyncio.gather(
                replenishment.policies(api, limit=SHOWN),
                replenishment.supplier_plans(api, warehouse=warehouse, limit=SHOWN),
                self._suppliers(api),
            )
        except ApiError as error:
            self.trouble = trouble_of(error)
            return
        self.policies, self.plans, self.suppliers = policies.results, plans.results, suppliers.results
        self.trouble, self.loaded = None, True

    @staticmethod
    async def _suppliers(api: Api) -> Page[Trader]:
        try:
            return await buying.suppliers(api, ordering="name", limit=SHOWN)
        except ApiError:
            return Page(results=())  # then their code is typed

    async def look(self, api: Api, product: str, warehouse: str | None) -> None:
        """What holds for a product."""
        self.holds_for, self.holds, self.holds_trouble = product, {}, None
        if not product:
            return
        try:
            found = await replenishment.effective(api, product=product, warehouse=warehouse)
        except ApiError as error:
            if self.holds_for == product:
                self.holds_trouble = trouble_of(error)
            return
        if self.holds_for == product:
            self.holds = found

    def of_class(self, abc_class: str, warehouse: str = "") -> Policy:
        """The wish for a class (or for all) in a warehouse, else everywhere; one not made yet when there is none."""
        found = [one for one in self.policies if one.kind in ("class", "all") and one.abc_class == abc_class]
        here = next((one for one in found if warehouse and one.warehouse == warehouse), None)
        general = next((one for one in found if not one.warehouse), None)
        return here or general or Policy(abc_class=abc_class)

    def exceptions(self, warehouse: str = "") -> tuple[Policy, ...]:
        """Wishes for products, categories, and for one warehouse, but for those that stand among the classes."""
        return tuple(
            one
            for one in self.policies
            if one.kind in ("product", "category") or (one.warehouse and one.warehouse != warehouse)
        )

    def begin(self, policy: Policy | None, form: Form) -> None:
        """Open a wish, or none."""
        self.editing, self.planning, self.fault = policy, None, ""
        if policy is not None:
            fill_form(form, policy)

    def begin_plan(self, plan: SupplierPlan | None, form: Form) -> None:
        """Open a supplier's plan, or none."""
        self.planning, self.editing, self.fault = plan, None, ""
        if plan is not None:
            fill_plan_form(form, plan)

    async def save(self, api: Api, form: Form) -> bool:
        """The open wish as it is typed."""
        known = self.editing
        if known is None or self.working:
            return False
        changes, self.fault = read_form(form)
        if self.fault:
            return False
        if not known.id:
            changes = self._scope(known, form) | {
                name: v for name, v in changes.items() if v not in (None, "")
            }
            if (
                known.kind == "all"
                and form.get("about") in ("product", "category")
                and not form.get(form["about"])
            ):
                self.fault = t("Say which product or category it is about.")
                return False
        return await self._save(api, known, changes)

    @staticmethod
    def _scope(known: Policy, form: Form) -> dict[str, Any]:
        """What a new wish is about: its thing, and its warehouse unless it is for all."""
        about = form.get("about", "")
        said: dict[str, Any] = {"warehouse": known.warehouse} if known.warehouse else {}
        if about in ("product", "category"):
            return said | {about: form.get(about, "").strip()}
        return said | ({"abc_class": known.abc_class} if known.abc_class else {})

    async def _save(self, api: Api, known: Policy, changes: dict[str, Any]) -> bool:
        self.working = True
        try:
            saved = await replenishment.save_policy(api, known, changes, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            if isinstance(error, Refused) and error.status == 412:
                await self._meanwhile(api, known)
            return False
        finally:
            self.working = False
        others = tuple(one for one in self.policies if one.id != saved.id)
        self.policies, self.editing = (*others, saved), None
        return True

    async def _meanwhile(self, api: Api, known: Policy) -> None:
        """Say what somebody else made of it; what was typed stays, and a second press puts it in its place."""
        try:
            found = (await replenishment.policies(api, limit=SHOWN)).results
        except ApiError:
            return
        self.policies = found
        now = next((one for one in found if one.id == known.id), None)
        self.editing = now if now is not None else Policy(abc_class=known.abc_class)
        said = ", ".join(wishes(now)) if now is not None else ""
        self.fault = (
            t(
                "Somebody changed it meanwhile. Now it says: {wishes}. Press again to put yours in its place.",
                wishes=said,
            )
            if said
            else t("Somebody removed or emptied it meanwhile. Press again to put yours in its place.")
        )

    async def remove(self, api: Api, policy: Policy) -> bool:
        """Take a wish away."""
        self.working, self.fault = True, ""
        try:
            await replenishment.remove_policy(api, policy, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        self.policies = tuple(one for one in self.policies if one.id != policy.id)
        self.editing = None
        return True

    async def save_plan(self, api: Api, form: Form, warehouse: str | None, *, costs: bool) -> bool:
        """The open plan as it is typed."""
        known = self.planning
        if known is None or self.working:
            return False
        changes, self.fault = read_plan_form(form, costs=costs)
        if not self.fault and not known.id and not form.get("supplier", "").strip():
            self.fault = t("Say which supplier it is about.")
        if self.fault:
            return False
        if not known.id:
            changes |= {"supplier": form["supplier"].strip(), "warehouse": warehouse}
            changes = {name: value for name, value in changes.items() if value not in (None, "")}
        self.working = True
        try:
            saved = await replenishment.save_supplier_plan(api, known, changes, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            if isinstance(error, Refused) and error.status == 412:
                await self._plan_meanwhile(api, known, warehouse)
            return False
        finally:
            self.working = False
        others = tuple(one for one in self.plans if one.id != saved.id)
        self.plans, self.planning = (*others, saved), None
        return True

    async def _plan_meanwhile(self, api: Api, known: SupplierPlan, warehouse: str | None) -> None:
        try:
            self.plans = (await replenishment.supplier_plans(api, warehouse=warehouse, limit=SHOWN)).results
        except ApiError:
            return
        now = next((one for one in self.plans if one.id == known.id), None)
        self.planning = now if now is not None else SupplierPlan(supplier=known.supplier)
        self.fault = t("Somebody changed it meanwhile. Press again to put yours in its place.")

    async def remove_plan(self, api: Api, plan: SupplierPlan) -> bool:
        """Take a plan away."""
        self.working, self.fault = True, ""
        try:
            await replenishment.remove_supplier_plan(api, plan, key=new_key())
        except ApiError as error:
            self.fault = error.sentence
            return False
        finally:
            self.working = False
        self.plans = tuple(one for one in self.plans if one.id != plan.id)
        self.planning = None
        return True
