"""The parts of a recall's page: its customers and what is said to them, papers, lots, and what happened when."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import tracing
from stillage_client.api.records import Export
from stillage_client.api.tracing_records import Recall, RecallCustomer, RecallLot, RecallStep
from stillage_client.components.buttons import button, icon_button, tap
from stillage_client.components.faces import avatar
from stillage_client.components.feedback import banner
from stillage_client.components.fields import Form, text_field
from stillage_client.components.figures import part_bar
from stillage_client.components.layout import (
    card,
    column,
    divided,
    fill,
    gap,
    hairline,
    quiet,
    row,
    stretched,
    text,
)
from stillage_client.components.status import pill
from stillage_client.components.viewport import Layout
from stillage_client.locale import t, tn
from stillage_client.screens.control import names
from stillage_client.screens.control.recall_state import RecallState, may_recall, measure_of, who_first
from stillage_client.screens.control.trace_flow import Figures
from stillage_client.screens.selling.papers import Fetch, paper_links
from stillage_client.session import Session

TOLD_ICONS: dict[str, ft.IconData] = {
    "phone": ft.Icons.PHONE_OUTLINED,
    "email": ft.Icons.MAIL_OUTLINE_ROUNDED,
    "letter": ft.Icons.MARKUNREAD_MAILBOX_OUTLINED,
    "visit": ft.Icons.DIRECTIONS_WALK_ROUNDED,
}


@dataclass(frozen=True)
class RecallView:
    """What the cards need, gathered once a draw."""

    state: RecallState
    recall: Recall
    session: Session
    form: Form
    page: ft.Page
    layout: Layout

    @property
    def say(self) -> Figures:
        return measure_of(self.recall)

    @property
    def may(self) -> bool:
        """May this person go on with it?"""
        return self.recall.status == "open" and may_recall(self.session)

    @property
    def height(self) -> int:
        return 48 if self.layout == "phone" else 36

    def ask(self, what: str) -> Callable[[Any], None]:
        """Open a question, or close it again."""

        def pressed(_: Any) -> None:
            self.form["left"] = self.form["note"] = self.form["outcome"] = ""
            self.state.fault = ""
            self.state.asking = "" if self.state.asking == what else what

        return pressed

    def told(self, customers: list[str], how: str) -> Callable[[Any], Awaitable[None]]:
        async def pressed(_: Any) -> None:
            await self.state.tell(self.session.api, customers, how)

        return pressed


# --- customers ------------------------------------------------------------------------------------


def customers_card(view: RecallView) -> ft.Control:
    """Who still has to be told stands on top, with the phone number and the three ways."""
    recall = view.recall
    rows = [_customer(view, one) for one in who_first(recall.customers)]
    if not rows:
        nobody = t("Nothing of it was shipped. Nobody has to be told.")
        return card(
            ft.Container(quiet(nobody, "body", 3), padding=ft.Padding.only(left=16, right=16, bottom=16)),
            t("Customers"),
            padding=0,
        )
    untold = view.state.untold
    subtitle = (
        tn("{n} customer is still to tell", "{n} customers are still to tell", len(untold))
        if untold
        else t("Everybody was told")
    )
    said = t("{n} of {all} told", n=recall.totals.told, all=recall.totals.customers)
    bar = part_bar(
        [("ok", recall.totals.told), ("soon", max(recall.totals.customers - recall.totals.told, 0))],
        said,
        height=5,
    )
    head = ft.Container(bar, padding=ft.Padding.only(left=16, right=16, bottom=12))
    action = quiet(said, "small")
    return card(
        stretched(head, hairline(), *divided(rows, 16)), t("Customers"), action, subtitle=subtitle, padding=0
    )


def _customer(view: RecallView, one: RecallCustomer) -> ft.Control:
    say = view.say
    opened = view.state.asking == one.customer
    known = one.told_at is not None
    mark = pill("ok", t("Told"), ft.Icons.CHECK_CIRCLE_ROUNDED) if known else pill("soon", t("Not told yet"))
    sent = t("{amount} sent", amount=say.said(one.shipped))
    back = t("{amount} back", amount=say.said(one.returned)) if one.returned else ""
    line = " · ".join(part for part in (one.city, sent, back) if part)
    name = row(
        avatar(one.customer_name or one.customer, 36),
        column(text(one.customer_name or one.customer, "strong"), quiet(line, lines=2), gap=1, expand=True),
        mark,
        gap=12,
    )
    body: list[ft.Control | None] = [
        tap(
            name,
            lambda _: view.page.navigate(f"/customers/{one.customer}"),
            padding=ft.Padding.symmetric(horizontal=16, vertical=8),
        ),
        _contacts(view, one),
        _what_was_said(view, one) if known else None,
    ]
    if view.may and not known:
        body.append(_ways(view, [one.customer], one.customer_name))
    if view.may and known:
        label = t("Write down the answer") if one.left_there is None else t("Change the answer")
        body.append(
            ft.Container(
                ft.Row(
                    [
                        button(
                            label,
                            view.ask(one.customer),
                            kind="plain",
                            icon=ft.Icons.EDIT_NOTE_ROUNDED,
                            height=view.height,
                        )
                    ]
                ),
                padding=ft.Padding.only(left=64, right=16),
            )
        )
    if opened and view.may:
        body.append(_answer(view, one))
    return ft.Container(stretched(*body, gap=6), padding=ft.Padding.only(top=4, bottom=12))


def _contacts(view: RecallView, one: RecallCustomer) -> ft.Control | None:
    """Phone and e-mail, ready to be pressed."""

    def open_(url: str) -> Callable[[Any], Awaitable[None]]:
        async def pressed(_: Any) -> None:
            await ft.UrlLauncher().launch_url(url)

        return pressed

    subject = view.recall.title or view.recall.number
    links: list[ft.Control] = []
    if one.phone:
        links.append(
            _contact(
                ft.Icons.PHONE_OUTLINED, one.phone, open_(f"tel:{one.phone.replace(' ', '')}"), view.height
            )
        )
    if one.email:
        links.append(
            _contact(
                ft.Icons.MAIL_OUTLINE_ROUNDED,
                one.email,
                open_(f"mailto:{one.email}?subject={subject}"),
                view.height,
            )
        )
    if one.contact_name:
        links.insert(0, ft.Container(quiet(one.contact_name, "small"), padding=ft.Padding.only(top=8)))
    if not links:
        return ft.Container(
            quiet(t("No phone number and no e-mail are kept. Write a letter."), lines=2),
            padding=ft.Padding.only(left=64, right=16),
        )
    return ft.Container(
        ft.Row(links, spacing=6, run_spacing=2, wrap=True), padding=ft.Padding.only(left=58, right=16)
    )


def _contact(icon: ft.IconData, said: str, pressed: Callable[[Any], Any], height: int) -> ft.Control:
    return tap(
        ft.Row(
            [ft.Icon(icon, size=16, color=ft.Colors.PRIMARY), text(said, "small_strong", ft.Colors.PRIMARY)],
            spacing=6,
            tight=True,
        ),
        pressed,
        height=height,
        padding=ft.Padding.symmetric(horizontal=6),
        border_radius=theme.RADIUS_SM,
    )


def _ways(view: RecallView, customers: list[str], name: str) -> ft.Control:
    buttons = [
        button(
            _told_label(how),
            view.told(customers, how),
            kind="plain",
            icon=TOLD_ICONS[how],
            height=view.height,
            disabled=view.state.working,
            tooltip=t("{name} was told", name=name) if name else None,
        )
        for how in ("phone", "email", "letter")
    ]
    return ft.Container(
        ft.Row(buttons, spacing=8, run_spacing=8, wrap=True),
        padding=ft.Padding.only(left=64 if view.layout != "phone" else 16, right=16),
    )


def _told_label(how: str) -> str:
    return {
        "phone": t("Told by phone"),
        "email": t("Told by e-mail"),
        "letter": t("Told by letter"),
        "visit": t("Told in person"),
    }[how]


def _what_was_said(view: RecallView, one: RecallCustomer) -> ft.Control:
    when = words.moment(one.told_at) if one.told_at else ""
    told = t("{how}, {when}, {who}", how=names.told_how(one.told_how), when=when, who=one.told_by)
    parts = [told[:1].upper() + told[1:]]
    if one.left_there == 0:
        parts.append(t("nothing is left there"))
    elif one.left_there is not None:
        parts.append(t("left there: {amount}", amount=view.say.said(one.left_there)))
    if one.back_since:
        parts.append(t("came back since: {amount}", amount=view.say.said(one.back_since)))
    if one.note:
        parts.append(one.note)
    return ft.Container(quiet(" · ".join(parts), "small", 3), padding=ft.Padding.only(left=64, right=16))


def _answer(view: RecallView, one: RecallCustomer) -> ft.Control:
    async def keep(_: Any) -> None:
        await view.state.answer(view.session.api, one.customer, view.form["left"], view.form["note"])

    label = t("How many {unit} are left there?", unit=view.say.measure)
    return ft.Container(
        stretched(
            text_field(
                view.form,
                "left",
                label=label,
                height=52,
                autofocus=True,
                keyboard_type=ft.KeyboardType.NUMBER,
                on_submit=keep,
            ),
            text_field(view.form, "note", label=t("What they said"), height=52, on_submit=keep),
            text(view.state.fault, "small", theme.ON_TINT["expired"], 3) if view.state.fault else None,
            row(
                button(
                    t("Keep it"),
                    keep,
                    icon=ft.Icons.CHECK_ROUNDED,
                    height=view.height,
                    disabled=view.state.working,
                ),
                button(t("Cancel"), view.ask(one.customer), kind="quiet", height=view.height),
                gap=8,
            ),
            gap=10,
        ),
        padding=ft.Padding.only(left=64 if view.layout != "phone" else 16, right=16, top=4),
    )


def tell_all(view: RecallView) -> ft.Control:
    """How were all who are left told? Asked in one place for all of them."""
    untold = [one.customer for one in view.state.untold]
    who = ", ".join(one.customer_name or one.customer for one in view.state.untold[:6])
    rest = t("and {n} more", n=len(untold) - 6) if len(untold) > 6 else ""
    return card(
        stretched(
            quiet(" ".join(part for part in (who, rest) if part), "body", 3),
            gap(10),
            ft.Row(
                [
                    button(
                        _told_label(how), view.told(untold, how), kind="plain", icon=TOLD_ICONS[how],
                        height=max(view.height, 44), disabled=view.state.working,
                    )
                    for how in names.WAYS_TO_TELL
                ],
                spacing=8,
                run_spacing=8,
                wrap=True,
            ),
            gap(8),
            quiet(t("Letters are printed from the papers below; press here once they are on their way."), "small", 2),
        ),
        tn("How was {n} customer told?", "How were {n} customers told?", len(untold)),
        icon_button(ft.Icons.CLOSE_ROUNDED, t("Close this question"), view.ask("tell")),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )  # fmt: skip


# --- beside them ----------------------------------------------------------------------------------


def papers_card(view: RecallView) -> ft.Control:
    """Letters, lists and the report, each one press."""
    api, number = view.session.api, view.recall.number

    def tell(fault: str) -> None:
        view.state.fault = fault

    def fetch(act: Callable[[], Awaitable[Export]]) -> Fetch:
        return act

    papers = [
        (t("Letters to customers (PDF)"), fetch(lambda: tracing.letters(api, number))),
        (t("List of customers (CSV)"), fetch(lambda: tracing.customers_csv(api, number))),
        (t("Traceability sheet (XLSX)"), fetch(lambda: tracing.sheet(api, number))),
        (t("Report (PDF)"), fetch(lambda: tracing.report(api, number))),
    ]
    return card(
        paper_links(view.page, papers, tell, height=max(view.height, 40)),
        t("Papers"),
        padding=ft.Padding.only(bottom=8),
    )


def lots_card(view: RecallView) -> ft.Control:
    """Each lot with where it stands; pressing one shows its way."""

    def one(lot: RecallLot) -> ft.Control:
        say = Figures(
            lot, [lot.received, lot.on_hand, lot.held_here, lot.shipped, lot.returned, lot.staged, lot.freed]
        )
        shown = view.state.lot is not None and view.state.lot.lot_id == lot.lot_id

        def choose(_: Any) -> None:
            view.state.shown_lot = lot.lot_id or 0

        freed = t("{amount} freed of their promises", amount=say.said(lot.freed)) if lot.freed else ""
        return tap(
            stretched(
                row(
                    column(text(lot.product_name, "strong"), quiet(t("Lot {lot}", lot=lot.lot)), expand=True),
                    text(say.said(lot.received), "strong"),
                    gap=8,
                ),
                part_bar(
                    [
                        ("held", lot.on_hand),
                        ("info", max(lot.shipped - lot.returned, 0)),
                        ("expired", lot.scrapped),
                    ],
                    t(
                        "{here} here, {out} with customers",
                        here=say.said(lot.on_hand),
                        out=say.said(lot.shipped - lot.returned),
                    ),
                    height=5,
                ),
                quiet(
                    " · ".join(
                        part
                        for part in (
                            t(
                                "{here} here, {out} with customers",
                                here=say.number(lot.on_hand),
                                out=say.number(lot.shipped - lot.returned),
                            ),
                            freed,
                        )
                        if part
                    ),
                    lines=2,
                ),
                gap=5,
            ),
            choose,
            selected=shown,
            padding=ft.Padding.symmetric(horizontal=16, vertical=10),
            bgcolor=ft.Colors.with_opacity(0.05, ft.Colors.PRIMARY)
            if shown and len(view.recall.lots) > 1
            else None,
        )

    return card(
        stretched(*divided([one(lot) for lot in view.recall.lots], 16)),
        tn("{n} lot called back", "{n} lots called back", len(view.recall.lots)),
        padding=ft.Padding.only(bottom=6),
    )


def timeline_card(view: RecallView) -> ft.Control:
    """What happened, by whom, and how long after the start."""
    steps = view.recall.timeline
    rows = [
        _step(step, steps[at - 1] if at else None, happened(step, view.recall))
        for at, step in enumerate(steps)
    ]
    took = view.recall.duration_seconds
    note = quiet(t("{time} in all", time=names.passed(took)), "small") if took else None
    if not rows:
        return gap(0)
    return card(
        stretched(*rows), t("What happened"), note, padding=ft.Padding.only(left=16, right=16, bottom=14)
    )


def happened(step: RecallStep, recall: Recall) -> str:
    """What was done, in the language of the page."""
    people = [one.customer_name or one.customer for one in recall.customers if one.told_at == step.at]
    who = ", ".join(people[:3]) + (t(" and {n} more", n=len(people) - 3) if len(people) > 3 else "")
    answered = next((one.customer_name for one in recall.customers if one.answered_at == step.at), "")
    freed = sum(lot.freed for lot in recall.lots)
    known = {
        "open": (t("Drill begun") if recall.drill else t("Stock blocked"))
        + (t(", {n} promised units freed", n=words.number(freed)) if freed else ""),
        "found": tn(
            "{n} customer found who had of it", "{n} customers found who had of it", len(recall.customers)
        ),
        "tell": t("Told: {who}", who=who) if who else "",
        "answer": t("{who} answered", who=answered) if answered else "",
        "all_told": t("Everybody was told"),
        "close": t("Closed: {outcome}", outcome=recall.outcome),
    }
    return known.get(step.code, "") or step.what


def _step(step: RecallStep, before: RecallStep | None, said_: str) -> ft.Control:
    took = step.seconds_after_start - (before.seconds_after_start if before else 0)
    said = t("{time} later", time=names.passed(took)) if before is not None and took > 0 else ""
    when = words.moment(step.at) if step.at else ""
    return row(
        ft.Container(
            column(
                ft.Container(width=9, height=9, border_radius=9, bgcolor=ft.Colors.PRIMARY),
                ft.Container(width=2, height=34, bgcolor=theme.HAIRLINE),
                horizontal_alignment=ft.CrossAxisAlignment.CENTER,
                gap=2,
            ),
            width=12,
            padding=ft.Padding.only(top=6),
        ),
        column(
            text(said_, "small_strong", lines=3),
            quiet(" · ".join(part for part in (when, step.by) if part)),
            gap(8),
            expand=True,
        ),
        quiet(said),
        gap=10,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def close_card(view: RecallView) -> ft.Control | None:
    """Ending it: what came of it, and whether the stock is free again. It cannot be undone, so it is asked."""
    if not view.may:
        return None
    state, untold = view.state, view.state.untold

    async def end(_: Any) -> None:
        await state.close(view.session.api, view.form["outcome"], release=view.form.get("release") == "yes")

    def release(event: ft.Event[ft.Switch]) -> None:
        view.form["release"] = "yes" if event.control.value else ""

    if state.asking != "close":
        words_ = (
            tn("{n} customer does not know yet.", "{n} customers do not know yet.", len(untold))
            if untold
            else t("Everybody was told.")
        )
        return card(
            stretched(
                quiet(words_, "small", 2),
                gap(8),
                button(t("Close the recall"), view.ask("close"), kind="plain", height=max(view.height, 44)),
            ),
            t("At the end"),
            padding=ft.Padding.only(left=16, right=16, bottom=16),
        )
    warning = (
        banner(
            "soon",
            tn("{n} customer does not know yet", "{n} customers do not know yet", len(untold)),
            t("The report will say so."),
        )
        if untold
        else None
    )
    return card(
        stretched(
            warning,
            text_field(
                view.form, "outcome", label=t("How did it end?"), height=52, autofocus=True, on_submit=end
            ),
            ft.Switch(
                label=t("Free the stock that is held"),
                value=view.form.get("release") == "yes",
                on_change=release,
            )
            if not view.recall.drill
            else None,
            quiet(t("A closed recall cannot be opened again."), "small", 2),
            text(state.fault, "small", theme.ON_TINT["expired"], 4) if state.fault else None,
            row(
                button(
                    t("Close the recall"),
                    end,
                    icon=ft.Icons.DONE_ALL_ROUNDED,
                    height=max(view.height, 44),
                    disabled=state.working,
                ),
                fill(),
                button(t("Cancel"), view.ask("close"), kind="quiet", height=max(view.height, 44)),
            ),
            gap=10,
        ),
        t("Close the recall"),
        padding=ft.Padding.only(left=16, right=16, bottom=16),
    )
