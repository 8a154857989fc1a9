"""How much waits in planning, for the counts beside the navigation."""

import time
from dataclasses import dataclass, field

import flet as ft

from stillage_client.api import replenishment
from stillage_client.api.replenishment_records import PlanSummary
from stillage_client.api.transport import ApiError
from stillage_client.session import Session

FRESH_S = 8.0  # so long what was asked for is not asked for again


@ft.observable
@dataclass
class PlanCounts:
    """The newest summary, for who may see it; a failure leaves the old one."""

    summary: PlanSummary = field(default_factory=PlanSummary)
    _of: str = ""
    _at: float = 0.0

    async def load(self, session: Session) -> None:
        here = session.warehouse or ""
        if not session.can("planning.view") or (self._of == here and time.monotonic() - self._at < FRESH_S):
            return
        self._of, self._at = here, time.monotonic()
        try:
            found = await replenishment.summary(session.api, warehouse=session.warehouse)
        except ApiError:
            return
        if self._of == here and found != self.summary:
            self.summary = found
