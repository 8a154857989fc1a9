"""How much is kept and how it is ordered: service levels by class, exceptions, and each supplier's truck and days."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import flet as ft

from stillage_client import words
from stillage_client.api.replenishment_records import Policy
from stillage_client.components.buttons import button, chip, icon_button
from stillage_client.components.faces import avatar, icon_tile, product_tile
from stillage_client.components.feedback import banner, bone_rows, empty
from stillage_client.components.fields import labelled, text_field
from stillage_client.components.hooks import after_drawing, remembered, switched, watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, surface, text
from stillage_client.components.navigation import screen
from stillage_client.components.viewport import Layout, use_layout
from stillage_client.locale import t
from stillage_client.screens.audit import no_right
from stillage_client.screens.planning import policies_state as say
from stillage_client.screens.planning.policies_state import Form, PoliciesState, PolicyQuery
from stillage_client.screens.planning.replenish_words import level, sources
from stillage_client.screens.planning.supplier_plan import grid, plan_card
from stillage_client.session import Session, use_session

WIDTH = 860


@ft.component
def Policies() -> ft.Control:
    """/policies, /policies?tab=suppliers, /policies?product=HPA-330."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    ft.use_route_location()
    query = PolicyQuery.from_route(page.route or "/policies")
    state = watched(PoliciesState)
    turn, set_turn = switched(0)
    form: Form = remembered(lambda: {"look": query.product})
    allowed = session.can("planning.view")
    page.title = t("Policies · Stillage")

    async def load(_: Any = None) -> None:
        if allowed:
            await state.load(session.api, session.warehouse)

    async def first() -> None:
        await load()

    async def look() -> None:
        if allowed:
            form["look"] = query.product
            await state.look(session.api, query.product, session.warehouse)

    after_drawing(first, [session.warehouse])
    after_drawing(look, [query.product, session.warehouse])
    crumb = (t("Replenish"), lambda: page.navigate("/replenish"))
    if not allowed:
        return screen(layout, t("Policies"), no_right(t("policies")), crumb=crumb, online=session.live)
    if not state.loaded:
        waiting: ft.Control = bone_rows(6)
        if state.trouble is not None:
            again = button(t("Try now"), load, icon=ft.Icons.REFRESH_ROUNDED)
            said = state.trouble.title(t("The policies"))
            waiting = empty(state.trouble.icon, said, state.trouble.words, again)
        return screen(layout, t("Policies"), surface(waiting, expand=True), crumb=crumb, online=session.live)

    def ask(new: PolicyQuery) -> None:
        state.begin(None, form)
        page.navigate(new.route())

    tabs = ft.Row(
        [
            chip(t("Products"), lambda _: ask(PolicyQuery()), selected=query.tab == "products"),
            chip(
                t("Suppliers"), lambda _: ask(PolicyQuery(tab="suppliers")), selected=query.tab == "suppliers"
            ),
        ],
        spacing=8,
    )
    redraw = lambda: set_turn(turn + 1)  # noqa: E731
    if query.tab == "suppliers":
        parts = [plan_card(state, session, form, layout, redraw)]
    else:
        holds = _effective(state, query, form, lambda sku: ask(replace(query, product=sku)))
        wishes = [
            _classes(state, session, form, layout, redraw),
            _exceptions(state, session, form, layout, redraw),
        ]
        parts = [holds, *wishes] if query.product else [*wishes, holds]  # what was asked for stands first
    body = ft.Column(
        [tabs, *parts, gap(12)],
        spacing=14,
        width=WIDTH if layout == "desk" else None,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        expand=layout != "desk",
    )
    inside: ft.Control = (
        ft.Row([body], expand=True, vertical_alignment=ft.CrossAxisAlignment.STRETCH)
        if layout == "desk"
        else body
    )
    return screen(layout, t("Policies"), inside, crumb=crumb, online=session.live)


def place_of(session: Session) -> str:
    """The warehouse for which this person makes wishes; empty for who works in all and wishes for all."""
    everywhere = session.user is not None and session.user.all_warehouses
    return "" if everywhere else session.warehouse or ""


# ---- classes


def _classes(
    state: PoliciesState, session: Session, form: Form, layout: Layout, redraw: Callable[[], None]
) -> ft.Control:
    """Products by their value: what is wanted of each class."""
    about = {
        "": t("What holds where nothing else is said"),
        "A": t("The few that make most of the value"),
        "B": t("Those between"),
        "C": t("The many that make little of it"),
    }
    rows = [
        _policy_row(
            state, state.of_class(name, place_of(session)), session, form, layout, redraw, about[name]
        )
        for name in ("A", "B", "C", "")
    ]
    why = quiet(
        t("How much of the demand is served from the shelf: the higher, the more is kept"), "small", 3
    )
    return card(
        stretched(
            ft.Container(why, padding=ft.Padding.only(left=16, right=16, bottom=4)), *divided(rows, 16)
        ),
        t("Service levels"),
        padding=ft.Padding.only(bottom=8),
    )


def _policy_row(
    state: PoliciesState,
    policy: Policy,
    session: Session,
    form: Form,
    layout: Layout,
    redraw: Callable[[], None],
    hint: str,
) -> ft.Control:
    """A wish in one line, and its fields when it is open."""
    editing = state.editing
    if editing is not None and not form.get("about") and _same(editing, policy):
        return _policy_form(state, editing, session, form, layout, redraw)

    def change(_: Any) -> None:
        form["about"] = ""
        state.begin(policy, form)
        mine = place_of(session)
        if (
            mine and not policy.warehouse and state.editing is not None
        ):  # a wish for all is not theirs to change
            state.editing = replace(policy, id=0, version=0, warehouse=mine)

    percent = policy.service_level_percent
    own = say.OWN_LEVELS.get(policy.abc_class)
    shown = level(percent) if percent is not None else level(own) if own is not None else ""
    if policy.kind in ("product", "category"):
        shown = level(percent) if percent is not None else ""
    more = [one for one in say.wishes(policy) if percent is None or not one.startswith(level(percent))]
    where = t("in {place}", place=policy.warehouse) if policy.warehouse else ""
    phone = layout == "phone"
    from_where = "" if percent is not None or not shown else t("from {source}", source=sources("default"))
    said = (hint, where, ", ".join(more), policy.note, from_where if phone else "")
    note = " · ".join(part for part in said if part)
    return ft.Container(
        row(
            _face(policy),
            column(text(say.about(policy), "strong"), quiet(note, lines=3), gap=1, expand=True),
            column(
                text(shown, "h2"),
                quiet(from_where) if from_where and not phone else None,
                horizontal_alignment=ft.CrossAxisAlignment.END,
            ),
            icon_button(
                ft.Icons.EDIT_OUTLINED,
                t("Change: {what}", what=say.about(policy)),
                change,
                box=40 if layout == "desk" else 48,
            )
            if session.can("planning.change")
            else None,
            gap=12,
        ),
        padding=ft.Padding.only(left=16, right=8 if session.can("planning.change") else 16, top=9, bottom=9),
    )


def _same(one: Policy, other: Policy) -> bool:
    """About the same thing; a wish for one warehouse is made out of the one for all."""
    return (one.kind, one.product, one.category, one.abc_class) == (
        other.kind,
        other.product,
        other.category,
        other.abc_class,
    ) and (one.warehouse == other.warehouse or not one.id)


def _face(policy: Policy) -> ft.Control:
    if policy.product:
        return product_tile(policy.category_name, policy.product_name)
    if policy.category:
        return icon_tile(ft.Icons.CATEGORY_OUTLINED, "info")
    if policy.abc_class:
        return avatar(policy.abc_class, 36)
    return icon_tile(ft.Icons.ALL_INCLUSIVE_ROUNDED, "mute")


def _policy_form(
    state: PoliciesState,
    policy: Policy,
    session: Session,
    form: Form,
    layout: Layout,
    redraw: Callable[[], None],
) -> ft.Control:
    """All that can be wished; empty fields leave it to what holds otherwise."""
    high = 48 if layout == "desk" else 52

    async def save(_: Any) -> None:
        await state.save(session.api, form)

    async def remove(_: Any) -> None:
        await state.remove(session.api, policy)

    def back(_: Any) -> None:
        state.begin(None, form)

    def field(name: str, hint: str = "") -> ft.Control:
        return labelled(
            say.field_name(name),
            ft.Semantics(
                content=text_field(form, name, height=high, hint_text=hint, on_submit=save),
                label=say.field_name(name),
            ),
        )

    own = say.OWN_LEVELS.get(policy.abc_class)
    fields = [
        field("service_level_percent", words.number(own) if own is not None else ""),
        field("review_days", words.number(say.OWN_REVIEW_DAYS)),
        field("lead_time_days", t("as deliveries take")),
        field("sale_days_left"),
        field("minimum_units"),
        field("maximum_units"),
        field("maximum_cover_days"),
    ]

    def never(on: bool) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            form["order"] = "no" if on else ""
            redraw()

        return pressed

    off = form.get("order") == "no"
    ordering = row(
        chip(t("Is ordered"), never(False), selected=not off),
        chip(t("Never propose"), never(True), selected=off),
    )
    new = not policy.id
    which = _which(form, redraw, high) if new and form.get("about") else None
    title = t("New exception") if which is not None else say.about(policy)
    buttons: list[ft.Control] = [
        button(t("Back"), back, kind="plain", height=44),
        button(t("Save"), save, height=44, disabled=state.working),
    ]
    if policy.id and (policy.kind in ("product", "category") or policy.warehouse):
        buttons.append(button(t("Remove"), remove, kind="quiet", height=44))
    return ft.Container(
        stretched(
            text(title, "h2"),
            banner("expired", t("That was not saved"), state.fault) if state.fault else None,
            which,
            grid(fields, layout),
            ordering,
            text_field(form, "note", label=t("Note"), height=high, on_submit=save),
            ft.Row(buttons, spacing=8, run_spacing=8, wrap=True),
            gap=12,
        ),
        padding=16,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOW,
    )


def _which(form: Form, redraw: Callable[[], None], high: int) -> ft.Control:
    def about(kind: str) -> Callable[[Any], None]:
        def pressed(_: Any) -> None:
            form["about"] = kind
            redraw()

        return pressed

    kind = form.get("about", "product")
    named = t("Code of the product") if kind == "product" else t("Name of the category")
    return stretched(
        row(
            chip(t("A product"), about("product"), selected=kind == "product"),
            chip(t("A category"), about("category"), selected=kind == "category"),
        ),
        text_field(form, kind, label=named, height=high),
        gap=10,
    )


# ---- exceptions


def _exceptions(
    state: PoliciesState, session: Session, form: Form, layout: Layout, redraw: Callable[[], None]
) -> ft.Control:
    adding = (
        state.editing is not None
        and not state.editing.id
        and state.editing.kind == "all"
        and bool(form.get("about"))
    )

    def add(_: Any) -> None:
        state.begin(Policy(warehouse=place_of(session)), form)
        form["about"] = "product"
        redraw()

    may = session.can("planning.change")
    rows: list[ft.Control] = []
    if adding and state.editing is not None:
        rows.append(_policy_form(state, state.editing, session, form, layout, redraw))
    names = {"product": t("Product"), "category": t("Category"), "class": t("Class"), "all": ""}
    rows += [
        _policy_row(state, one, session, form, layout, redraw, names[one.kind])
        for one in state.exceptions(place_of(session))
    ]
    if not rows:
        said = t("No product or category is treated differently from its class.")
        rows = [ft.Container(quiet(said, "small", 2), padding=ft.Padding.only(left=16, right=16, bottom=12))]
    return card(
        stretched(*divided(rows, 16)),
        t("Exceptions"),
        button(t("Add"), add, icon=ft.Icons.ADD_ROUNDED, kind="quiet", height=40) if may else None,
        padding=ft.Padding.only(bottom=8),
    )


# ---- what holds


def _effective(
    state: PoliciesState, query: PolicyQuery, form: Form, look: Callable[[str], None]
) -> ft.Control:
    """For one product: every value and where it comes from."""

    def search(_: Any) -> None:
        look(form.get("look", "").strip())

    field = row(
        text_field(form, "look", label=t("Code of the product"), height=48, expand=True, on_submit=search),
        button(t("Look"), search, kind="plain", height=48),
        gap=8,
    )
    rows: list[ft.Control] = []
    if query.product and state.holds_trouble is not None:
        rows = [quiet(state.holds_trouble.title(query.product), "small", 2)]
    elif query.product and state.holds:
        rows = [
            ft.Container(
                row(
                    column(
                        text(say.field_name(name), "small_strong"),
                        quiet(
                            t("from {source}", source=sources(one.source))
                            if one.value is not None
                            else t("nobody wishes anything")
                        ),
                        expand=True,
                    ),
                    text(say.value_said(name, one.value), "strong"),
                    gap=12,
                ),
                padding=ft.Padding.symmetric(vertical=3),
            )
            for name, one in state.holds.items()
        ]
    return card(
        stretched(
            quiet(t("A product beats its category, a category its class, a class all"), "small", 2),
            field,
            *rows,
            gap=8,
        ),
        t("What holds for a product"),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )
