"""How the ledger stands: the newest check of it with its findings, and how far the seals reach."""

import datetime as dt
from typing import Any

import orjson
from django.db.models import Max, Sum

from stillage.audit.models import Seal
from stillage.core.actor import Actor
from stillage.core.sql import fetch
from stillage.seeing.models import CheckStatus, LedgerCheck
from stillage.stock.reconcile import SEALED

RECENT = 10
COUNT_CAP = 10_000


def ledger_health(actor: Actor, *, at: dt.datetime) -> dict[str, Any]:
    """The newest check that came to an end, the one that goes on, the ones before, and the seals. Three statements.

    Findings name goods and places of all houses: their sentences are for who sees all warehouses.
    """
    checks = list(LedgerCheck.objects.order_by("-pk")[:RECENT])
    ended = [one for one in checks if one.status in (CheckStatus.DONE, CheckStatus.FAILED)]
    going = next((one for one in checks if _goes_on(one, at)), None)
    last = ended[0] if ended else None
    broken = [line for line in _findings(last) if line.startswith("The seal over ")]
    return {
        "alarm": last is not None and (last.finding_count > 0 or last.status == CheckStatus.FAILED),
        "last": shown_check(last, actor) if last else None,
        "going": shown_check(going, actor) if going else None,
        "before": [shown_check(one, actor) | {"findings": None} for one in ended[1:]],
        "seals": _seals(broken),
    }


def _goes_on(check: LedgerCheck, at: dt.datetime) -> bool:
    if check.status == CheckStatus.QUEUED:
        return True
    return check.status == CheckStatus.RUNNING and check.lease_until is not None and check.lease_until >= at


def shown_check(check: LedgerCheck, actor: Actor) -> dict[str, Any]:
    """A check as the API answers it."""
    return {
        "id": check.pk,
        "kind": check.kind,
        "status": check.status,
        "parts_total": check.parts_total,
        "parts_done": check.parts_done,
        "finding_count": check.finding_count,
        "findings": _findings(check) if actor.warehouse_ids is None else None,
        "detail": check.detail,
        "user": check.username,
        "user_id": check.user_id,
        "created_at": check.created_at,
        "started_at": check.started_at,
        "finished_at": check.finished_at,
    }


def _findings(check: LedgerCheck | None) -> list[str]:
    lines: list[str] = orjson.loads(check.findings) if check else []
    return lines


def _seals(broken: list[str]) -> list[dict[str, Any]]:
    """How far each sealed table is sealed, and how much came since (counted up to ten thousand). Two statements."""
    found: dict[str, dict[str, Any]] = {
        row["table"]: dict(row)
        for row in Seal.objects.values("table").annotate(
            until=Max("last_id"), rows=Sum("row_count"), at=Max("sealed_at")
        )
    }
    parts: list[str] = []
    parameters: list[int] = []
    for index, sealed in enumerate(SEALED):
        parts.append(
            f"SELECT {index}, COUNT(*) FROM (SELECT 1 FROM {sealed.table} WHERE id > %s LIMIT {COUNT_CAP}) t{index}"  # noqa: S608 - our own names
        )
        parameters.append(found.get(sealed.table, {}).get("until") or 0)
    unsealed = {int(index): int(count) for index, count in fetch(" UNION ALL ".join(parts), parameters)}
    return [
        {
            "table": sealed.table,
            "noun": sealed.noun,
            "sealed_rows": int(found.get(sealed.table, {}).get("rows") or 0),
            "sealed_at": found.get(sealed.table, {}).get("at"),
            "unsealed_rows": unsealed[index],
            "unsealed_capped": unsealed[index] >= COUNT_CAP,
            "broken": any(line.startswith(f"The seal over {sealed.noun} ") for line in broken),
        }
        for index, sealed in enumerate(SEALED)
    ]
