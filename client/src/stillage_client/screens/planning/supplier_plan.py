"""How suppliers are ordered from: review and delivery days, order days, what fills a truck, and the budget. Drawing only."""

from collections.abc import Callable
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api.replenishment_records import SupplierPlan
from stillage_client.components.buttons import button, chip, icon_button
from stillage_client.components.faces import avatar
from stillage_client.components.feedback import banner
from stillage_client.components.fields import dropdown, labelled, text_field
from stillage_client.components.layout import card, column, divided, quiet, row, stretched, text
from stillage_client.components.viewport import Layout
from stillage_client.locale import t, tn
from stillage_client.screens.planning import policies_state as say
from stillage_client.screens.planning.policies_state import Form, PoliciesState
from stillage_client.session import Session


def grid(fields: list[ft.Control], layout: Layout) -> ft.Control:
    """Fields side by side as there is room."""
    each = {"desk": 3, "tablet": 2, "phone": 1}[layout]
    lines: list[ft.Control] = []
    for at in range(0, len(fields), each):
        part = fields[at : at + each]
        boxes = [ft.Container(one, expand=True) for one in part]
        boxes += [ft.Container(expand=True) for _ in range(each - len(part))]
        lines.append(row(*boxes, gap=12, vertical_alignment=ft.CrossAxisAlignment.END))
    return stretched(*lines, gap=12)


def weekdays(form: Form, redraw: Callable[[], None]) -> ft.Control:
    """The days on which orders may go out; none means any."""
    names = [t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun")]

    def turn(day: str) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            now = set(form.get("order_weekdays", ""))
            form["order_weekdays"] = "".join(sorted(now ^ {day}))
            redraw()

        return pressed

    chosen = form.get("order_weekdays", "")
    chips = [chip(name, turn(str(n)), selected=str(n) in chosen) for n, name in enumerate(names)]
    return ft.Row(chips, spacing=6, run_spacing=6, wrap=True)


def days_said(days: str) -> str:
    """Mon, Thu."""
    names = [t("Mon"), t("Tue"), t("Wed"), t("Thu"), t("Fri"), t("Sat"), t("Sun")]
    return ", ".join(names[int(day)] for day in days if day in "0123456")


def plan_said(plan: SupplierPlan) -> list[str]:
    """Orders on Mon, Thu · truck of 33 pallets, filled from 80% on · budget €5,000."""
    said: list[str] = []
    if plan.order_weekdays:
        said.append(t("orders on {days}", days=days_said(plan.order_weekdays)))
    if plan.review_days is not None:
        said.append(say.every(plan.review_days))
    if plan.lead_time_days is not None:
        said.append(tn("{n} day's lead time", "{n} days' lead time", plan.lead_time_days))
    if plan.truck_pallets:
        truck = tn("truck of {n} pallet", "truck of {n} pallets", plan.truck_pallets)
        if plan.truck_fill_percent:
            truck += ", " + t(
                "filled up from {percent} on", percent=words.percent(plan.truck_fill_percent, 0)
            )
        said.append(truck)
    if plan.budget is not None:
        said.append(t("budget {amount}", amount=words.money(plan.budget, whole=True)))
    return said


def plan_card(
    state: PoliciesState, session: Session, form: Form, layout: Layout, redraw: Callable[[], None]
) -> ft.Control:
    """All plans for this warehouse, one of them open."""
    may = session.can("planning.change")

    def add(_: Any) -> None:
        state.begin_plan(SupplierPlan(), form)

    rows: list[ft.Control] = []
    if state.planning is not None and not state.planning.id:
        rows.append(_plan_form(state, state.planning, session, form, layout, redraw))
    rows += [_plan_row(state, one, session, form, layout, redraw) for one in state.plans]
    if not rows:
        said = t(
            "Every supplier is ordered from as their catalogue and deliveries say, any day, without a truck."
        )
        rows = [ft.Container(quiet(said, "small", 3), padding=ft.Padding.only(left=16, right=16, bottom=12))]
    return card(
        stretched(*divided(rows, 16)),
        t("How suppliers are ordered from"),
        button(t("Add"), add, icon=ft.Icons.ADD_ROUNDED, kind="quiet", height=40) if may else None,
        padding=ft.Padding.only(bottom=8),
    )


def _plan_row(
    state: PoliciesState,
    plan: SupplierPlan,
    session: Session,
    form: Form,
    layout: Layout,
    redraw: Callable[[], None],
) -> ft.Control:
    if state.planning is not None and state.planning.id == plan.id:
        return _plan_form(state, state.planning, session, form, layout, redraw)
    name = plan.supplier_name or plan.supplier

    def change(_: Any) -> None:
        state.begin_plan(plan, form)

    return ft.Container(
        row(
            avatar(name, 36),
            column(text(name, "strong"), quiet(" · ".join(plan_said(plan)), lines=3), gap=1, expand=True),
            icon_button(
                ft.Icons.EDIT_OUTLINED,
                t("Change: {what}", what=name),
                change,
                box=40 if layout == "desk" else 48,
            )
            if session.can("planning.change")
            else None,
            gap=12,
        ),
        padding=ft.Padding.only(left=16, right=8, top=9, bottom=9),
    )


def _plan_form(
    state: PoliciesState,
    plan: SupplierPlan,
    session: Session,
    form: Form,
    layout: Layout,
    redraw: Callable[[], None],
) -> ft.Control:
    """All that can be said of how a supplier is ordered from."""
    high, costs = 48 if layout == "desk" else 52, session.can("cost.view")

    async def save(_: Any) -> None:
        await state.save_plan(session.api, form, session.warehouse, costs=costs)

    async def remove(_: Any) -> None:
        await state.remove_plan(session.api, plan)

    def back(_: Any) -> None:
        state.begin_plan(None, form)

    def field(name: str) -> ft.Control:
        said = say.field_name(name)
        box = text_field(form, name, height=high, on_submit=save)
        return labelled(said, ft.Semantics(content=box, label=said))

    def choose(code: str) -> None:
        form["supplier"] = code

    which: ft.Control | None = None
    if not plan.id:
        planned = {one.supplier for one in state.plans}
        options = [(one.code, one.name) for one in state.suppliers if one.code not in planned]
        which = (
            labelled(
                t("Supplier"),
                dropdown(t("Supplier"), form.get("supplier") or None, options, choose, width=320),
            )
            if options
            else text_field(form, "supplier", label=t("Supplier"), height=high)
        )
    fields = [field(name) for name in say.PLAN_NUMBERS] + ([field("budget")] if costs else [])
    buttons: list[ft.Control] = [
        button(t("Back"), back, kind="plain", height=44),
        button(t("Save"), save, height=44, disabled=state.working),
    ]
    if plan.id:
        buttons.append(button(t("Remove"), remove, kind="quiet", height=44))
    return ft.Container(
        stretched(
            text(plan.supplier_name or plan.supplier or t("A supplier"), "h2"),
            banner("expired", t("That was not saved"), state.fault) if state.fault else None,
            which,
            grid(fields, layout),
            labelled(t("Order days (none: any day)"), weekdays(form, redraw)),
            ft.Row(buttons, spacing=8, run_spacing=8, wrap=True),
            gap=12,
        ),
        padding=16,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
    )
