"""Bringing a file in: choose it, see all that is wrong with it at once, set the columns right, then import."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import flet as ft

from stillage_client import theme, words
from stillage_client.api import imports
from stillage_client.api.records import Import, ImportProblem
from stillage_client.api.transport import Api, ApiError
from stillage_client.components.buttons import button, chip
from stillage_client.components.faces import icon_tile
from stillage_client.components.feedback import banner
from stillage_client.components.fields import dropdown
from stillage_client.components.figures import light_table, statistic
from stillage_client.components.hooks import watched
from stillage_client.components.layout import card, column, divided, gap, quiet, row, stretched, surface, text
from stillage_client.components.navigation import screen
from stillage_client.components.status import pill
from stillage_client.components.viewport import use_layout
from stillage_client.locale import t, tn
from stillage_client.screens.audit import no_right
from stillage_client.session import use_session

POLL_S = 0.7
FAULTS_SHOWN = 200
MAX_BYTES = 20_000_000
LEFT_OUT = ""
# field → whether a row is useless without it; the server's own list, as far as people map it by hand
FIELDS: dict[str, dict[str, bool]] = {
    "products": {
        "sku": True,
        "name": False,
        "category": False,
        "brand": False,
        "container_ml": False,
        "base_unit": False,
        "abv_percent": False,
        "shelf_life_days": False,
        "units_per_case": False,
        "case_name": False,
        "unit_gtin": False,
        "case_gtin": False,
    },
    "locations": {"warehouse": False, "code": True, "kind": False, "zone": False, "pick_sequence": False},
    "suppliers": {"code": True, "name": False, "email": False, "phone": False, "lead_time_days": False},
    "customers": {
        "code": True,
        "name": False,
        "email": False,
        "phone": False,
        "address": False,
        "city": False,
        "minimum_remaining_days": False,
    },
}


def kind_label(kind: str) -> str:
    """The kind as its chip says it."""
    return {
        "products": t("Products"),
        "locations": t("Places"),
        "suppliers": t("Suppliers"),
        "customers": t("Customers"),
    }[kind]


@ft.observable
@dataclass
class ImportState:
    """One file on its way in: first a rehearsal that writes nothing, then the real thing."""

    kind: str = "products"
    file_name: str = ""
    job: Import | None = None
    working: bool = False
    problem: str = ""
    overrides: dict[str, str] = field(default_factory=dict)
    _content: bytes = b""
    _turn: int = 0

    def choose_kind(self, kind: str) -> None:
        """Another kind of file; what was read for the old kind is forgotten."""
        self.kind, self.job, self.problem = kind, None, ""
        self.file_name, self._content = "", b""
        self.overrides = {}

    async def take_file(self, api: Api, name: str, content: bytes) -> None:
        """A file was chosen: rehearse it at once."""
        if len(content) > MAX_BYTES:
            self.problem = t("This file is larger than {n} MB. Split it.", n=MAX_BYTES // 1_000_000)
            return
        self.file_name, self._content, self.overrides = name, content, {}
        await self.run(api, dry_run=True)

    async def set_column(self, api: Api, field_name: str, heading: str) -> None:
        """Say which column a field is; rehearsed again."""
        self.overrides = {**self.overrides, field_name: heading}
        await self.run(api, dry_run=True)

    async def run(self, api: Api, *, dry_run: bool) -> None:
        """Hand the file in and follow it to its end."""
        self._turn += 1
        turn, self.working, self.problem = self._turn, True, ""
        try:
            job = await imports.start(
                api,
                kind=self.kind,
                file_name=self.file_name,
                content=self._content,
                dry_run=dry_run,
                mapping=dict(self.overrides) or None,
            )
            while turn == self._turn:
                self.job = job
                if job.finished:
                    break
                await asyncio.sleep(POLL_S)
                job = await imports.one(api, job.id)
        except ApiError as error:
            if turn == self._turn:
                self.problem = error.sentence
        finally:
            if turn == self._turn:
                self.working = False

    @property
    def ready(self) -> bool:
        """The rehearsal found nothing wrong."""
        job = self.job
        return job is not None and job.dry_run and job.status == "done" and job.refused == 0


@ft.component
def ImportScreen() -> ft.Control:
    """Kind, file, columns, faults, import: top to bottom."""
    session, layout, page = use_session(), use_layout(), ft.context.page
    state = watched(ImportState)
    page.title = t("Import · Stillage")
    if not session.can("imports.run"):
        return screen(layout, t("Import"), no_right(t("imports")), online=session.live)

    async def pick(_: Any) -> None:
        try:
            file = await session.pick_file(extensions=("csv", "xlsx", "txt"))
        except ApiError as error:
            state.problem = error.sentence
            return
        if file is not None:
            await state.take_file(session.api, file.name, file.content)

    async def import_now(_: Any) -> None:
        await state.run(session.api, dry_run=False)

    def choose(kind: str) -> Any:
        return lambda _: state.choose_kind(kind)

    kinds = ft.Row(
        [chip(kind_label(k), choose(k), selected=k == state.kind) for k in FIELDS],
        spacing=8,
        run_spacing=8,
        wrap=True,
    )
    chooser = surface(
        row(
            icon_tile(ft.Icons.UPLOAD_FILE_OUTLINED, "info", 44),
            column(
                text(state.file_name or t("A CSV or Excel file"), "strong"),
                quiet(
                    t("Nothing is written before you say so.")
                    if state.file_name
                    else t("The first row holds the column names."),
                    lines=2,
                ),
                gap=1,
                expand=True,
            ),
            button(
                t("Choose another") if state.file_name else t("Choose a file"),
                pick,
                kind="plain" if state.file_name else "filled",
                height=44,
            ),
            gap=14,
        ),
        padding=16,
    )
    parts: list[ft.Control] = [kinds, chooser]
    if state.problem:
        parts.append(banner("expired", t("The file was not taken"), state.problem))
    if state.job is not None:
        parts += _report(state, state.job, import_now, session.api)
    body = ft.Column(
        parts,
        spacing=14,
        width=None if layout == "phone" else 860,
        scroll=ft.ScrollMode.AUTO,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return screen(layout, t("Import"), body if layout == "phone" else _beside(body), online=session.live)


def _report(state: ImportState, job: Import, import_now: Any, api: Api) -> list[ft.Control]:
    parts: list[ft.Control] = []
    if state.working or not job.finished:
        return [_progress(job)]
    parts.append(_verdict(state, job, import_now))
    parts.append(
        surface(
            row(
                statistic(t("Rows"), words.number(job.rows_total or job.rows_read), "", expand=True),
                statistic(t("New"), words.number(job.created), "", "info", expand=True),
                statistic(t("Changed"), words.number(job.updated), "", expand=True),
                statistic(t("As before"), words.number(job.unchanged), "", expand=True),
                statistic(
                    t("Refused"),
                    words.number(job.refused),
                    "",
                    "expired" if job.refused else None,
                    expand=True,
                ),
                gap=12,
            ),
            padding=ft.Padding.symmetric(horizontal=16, vertical=12),
        )
    )
    if job.errors:
        parts.append(_faults(job.errors, truncated=job.errors_truncated))
    if job.dry_run and job.columns:
        parts.append(_columns(state, job, api))
    return parts


def _progress(job: Import) -> ft.Control:
    total = job.rows_total or 0
    said = (
        t("{n} of {total} rows read", n=words.number(job.rows_read), total=words.number(total))
        if total
        else t("Waiting for its turn…")
        if job.status == "queued"
        else t("Reading…")
    )
    bar = ft.ProgressBar(value=job.rows_read / total if total else None, bar_height=6, border_radius=6)
    return surface(stretched(text(said, "strong"), gap(10), bar), padding=16)


def _verdict(state: ImportState, job: Import, import_now: Any) -> ft.Control:
    if not job.dry_run and job.status == "done":
        return banner(
            "ok",
            t("Imported: {name}", name=state.file_name),
            t(
                "{new} new, {changed} changed.",
                new=words.number(job.created),
                changed=words.number(job.updated),
            ),
        )
    if state.ready:
        return banner(
            "ok",
            t("Nothing is wrong with this file"),
            t(
                "It would make {new} new and change {changed}.",
                new=words.number(job.created),
                changed=words.number(job.updated),
            ),
            button(t("Import now"), import_now, icon=ft.Icons.CHECK_ROUNDED),
        )
    detail = job.detail or t("Put it right in the file, or set the columns below, and choose it again.")
    faults = max(job.refused, len(job.errors))  # a row may have several
    return banner(
        "expired",
        tn("{n} fault, so nothing was written", "{n} faults, so nothing was written", faults)
        if faults
        else t("Nothing was written"),
        detail,
    )


def _faults(faults: tuple[ImportProblem, ...], *, truncated: bool) -> ft.Control:
    rows = [
        (
            words.number(f.row) if f.row else "–",
            text(f.column or "–", "strong"),
            quiet(f.value or "–", "small"),
            text(f.detail, "small", lines=2, tooltip=f.code),
        )
        for f in faults[:FAULTS_SHOWN]
    ]
    more = (
        quiet(t("There are more; these are the first.")) if truncated or len(faults) > FAULTS_SHOWN else None
    )
    table = light_table(
        (t("Row"), t("Column"), t("Value"), t("What is wrong")),
        rows,
        [(56, True), (130, False), (140, False), (None, False)],
        44,
    )
    return card(table, t("Faults"), more, padding=ft.Padding.only(bottom=4))


def _columns(state: ImportState, job: Import, api: Api) -> ft.Control:
    mapping: dict[str, str] = job.mapping if isinstance(job.mapping, dict) else {}
    names = dict.fromkeys([*FIELDS[state.kind], *mapping])
    options = [(LEFT_OUT, t("– leave out –")), *((c, c) for c in job.columns if c)]

    def choose(name: str) -> Any:
        async def chosen(heading: str) -> None:
            await state.set_column(api, name, heading)

        return chosen

    lines: list[ft.Control] = []
    for name in names:
        needed = FIELDS[state.kind].get(name, False)
        found = mapping.get(name) or LEFT_OUT
        lines.append(
            ft.Container(
                row(
                    column(text(name.replace("_", " ").capitalize(), "strong"), expand=True),
                    pill("soon", t("needed")) if needed and not found else None,
                    dropdown(t("Column for {field}", field=name), found, options, choose(name), width=260),
                    gap=12,
                ),
                height=60,
                padding=ft.Padding.symmetric(horizontal=16),
            )
        )
    hint = ft.Icon(ft.Icons.VIEW_COLUMN_OUTLINED, size=18, color=theme.SUBDUED)
    return card(
        stretched(*divided(lines, 16)),
        t("Columns"),
        hint,
        subtitle=t("Which column of the file is what"),
        padding=0,
    )


def _beside(body: ft.Control) -> ft.Control:
    """The column at its own width, not stretched over the whole screen."""
    return ft.Row([body], vertical_alignment=ft.CrossAxisAlignment.STRETCH, expand=True)
