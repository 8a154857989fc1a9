"""How the ledger stands: the newest check with its findings, the one that goes on, and the seals."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import audit
from stillage_client.api.audit_records import LedgerCheck, LedgerHealth, SealState
from stillage_client.api.errors import ApiError
from stillage_client.api.transport import Api, new_key
from stillage_client.components.buttons import button
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import bone_rows
from stillage_client.components.hooks import after_drawing, watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, text
from stillage_client.components.status import pill
from stillage_client.locale import t, tn
from stillage_client.session import use_session

ASK_AGAIN_S = 1.0
SHOWN_FINDINGS = 6


@ft.observable
@dataclass
class LedgerState:
    """The health as it was read last."""

    health: LedgerHealth | None = None
    trouble: str = ""
    asking: bool = False
    whole: bool = False  # every finding, not only the first

    async def load(self, api: Api) -> None:
        try:
            self.health, self.trouble = await audit.health(api), ""
        except ApiError as error:
            self.trouble = error.sentence

    async def follow(self, api: Api) -> None:
        """Read again while a check goes on."""
        while self.health is not None and self.health.going is not None and not self.trouble:
            await asyncio.sleep(ASK_AGAIN_S)
            await self.load(api)

    async def check(self, api: Api) -> None:
        """Have it checked, and look on."""
        if self.asking:
            return
        self.asking = True
        try:
            await audit.check(api, key=new_key())
            await self.load(api)
            await self.follow(api)
        except ApiError as error:
            self.trouble = error.sentence
        finally:
            self.asking = False


def verdict(health: LedgerHealth) -> tuple[theme.Kind, str, str]:
    """The colour, the headline and the sentence below it."""
    last = health.last
    if last is None:
        return "mute", t("Not checked yet"), t("A check reads the whole book and says what does not agree.")
    when = words.moment(last.finished_at) if last.finished_at else ""
    by = t("by {name}", name=last.user) if last.user else ""
    where = " · ".join(part for part in (when, by) if part)
    if last.status == "failed":
        return "expired", t("The check broke off"), where
    if last.finding_count:
        return (
            "expired",
            tn("{n} thing does not agree", "{n} things do not agree", last.finding_count),
            where,
        )
    return "ok", t("The books agree"), where


@ft.component
def LedgerCard() -> ft.Control:
    """Beside the trail: whether it, and the stock, can be believed."""
    session = use_session()
    state = watched(LedgerState)

    async def begin() -> None:
        await state.load(session.api)
        await state.follow(session.api)

    async def check(_: Any) -> None:
        await state.check(session.api)

    def unfold(_: Any) -> None:
        state.whole = not state.whole

    after_drawing(begin, [])
    return ledger_card(state, check, unfold)


def ledger_card(state: LedgerState, check: Callable[[Any], Any], unfold: Callable[[Any], Any]) -> ft.Control:
    """The card for a state."""
    health = state.health
    if health is None:
        inside: ft.Control = quiet(state.trouble, "small", 4) if state.trouble else bone_rows(2)
        return card(inside, t("Health of the ledger"))
    kind, title, words_below = verdict(health)
    icon = {
        "ok": ft.Icons.VERIFIED_OUTLINED,
        "expired": ft.Icons.REPORT_OUTLINED,
    }.get(kind, ft.Icons.FACT_CHECK_OUTLINED)
    head = ft.Semantics(
        content=row(
            icon_tile(icon, kind, 40),
            column(text(title, "strong", lines=2), quiet(words_below, "small", 2), gap=1, expand=True),
            gap=12,
        ),
        container=True,
        live_region=True,
    )
    parts: list[ft.Control] = [head, gap(12)]
    if health.going is not None:
        parts += [_progress(health.going), gap(12)]
    elif health.last is not None and health.last.finding_count:
        parts += [*_findings(health.last, state, unfold), gap(12)]
    if state.trouble:
        parts += [quiet(state.trouble, "small", 3), gap(12)]
    if health.going is None:
        pressed = None if state.asking else check
        ask = button(t("Check now"), pressed, icon=ft.Icons.FACT_CHECK_OUTLINED, kind="plain")
        parts += [ask, gap(16)]
    parts += [
        quiet(t("Seals"), "over"),
        gap(4),
        *divided([_seal(seal) for seal in health.seals]),
    ]
    return card(
        stretched(*parts),
        t("Health of the ledger"),
        padding=ft.Padding.only(left=16, right=16, bottom=12),
    )


def _progress(check: LedgerCheck) -> ft.Control:
    share = check.parts_done / check.parts_total if check.parts_total else None
    said = (
        t("Checking: {done} of {total}", done=check.parts_done, total=check.parts_total)
        if check.parts_total
        else t("Waiting for a worker")
    )
    return ft.Semantics(
        content=stretched(
            quiet(said, "small"), gap(6), ft.ProgressBar(value=share, bar_height=4, border_radius=4)
        ),
        label=said,
        live_region=True,
    )


def _findings(check: LedgerCheck, state: LedgerState, unfold: Callable[[Any], Any]) -> list[ft.Control]:
    if check.findings is None:
        return [quiet(t("What it is, is told to people who work in all warehouses."), "small", 3)]
    shown = check.findings if state.whole else check.findings[:SHOWN_FINDINGS]
    lines: list[ft.Control] = [
        ft.Container(
            text(line, "small", lines=5, selectable=True),
            padding=ft.Padding.symmetric(vertical=6),
        )
        for line in shown
    ]
    more = len(check.findings) - SHOWN_FINDINGS
    if more > 0:
        said = t("Show less") if state.whole else tn("Show {n} more", "Show {n} more", more)
        lines.append(button(said, unfold, kind="quiet", height=36))
    return divided(lines)


def _seal(seal: SealState) -> ft.Control:
    noun = {"audit entry": t("Audit trail"), "movement": t("Movements")}.get(
        seal.noun, seal.noun.capitalize()
    )
    if seal.broken:
        state: ft.Control = pill("expired", t("Broken"))
    elif not seal.sealed_rows:
        state = pill("mute", t("Not sealed yet"))
    else:
        state = pill("ok", t("Unbroken"))
    since = words.number(seal.unsealed_rows) + ("+" if seal.unsealed_capped else "")
    note = " · ".join(
        part
        for part in (
            t("{n} rows sealed", n=words.number(seal.sealed_rows)),
            t("{n} since", n=since) if seal.unsealed_rows else "",
        )
        if part
    )
    return ft.Container(
        row(column(text(noun, "small_strong"), quiet(note, lines=2), gap=1, expand=True), state, gap=8),
        height=60,
    )
