"""Which policy counts: field by field, the most particular one that says something. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

FIELDS: Final = (
    "service_level_percent",
    "review_days",
    "lead_time_days",
    "minimum_units",
    "maximum_units",
    "maximum_cover_days",
    "sale_days_left",
    "order",
)
SERVICE: Final = {"A": Decimal("98.0"), "B": Decimal("96.0"), "C": Decimal("92.0")}
REVIEW_DAYS: Final = 7
DEFAULT: Final = "default"
# A supplier's plan says more than what is said of a class or of all, and less than what is said of the product itself.
_CLOSE: Final = ("product", "category")
EVERYWHERE: Final = "*"


@dataclass(frozen=True, slots=True)
class Said:
    """A value, where it came from, and the policy that says so."""

    value: Any
    source: str
    policy_id: int | None = None


def scope_of(
    *, product_id: int | None, category_id: int | None, abc_class: str, warehouse_id: int | None
) -> str:
    """What a policy is about, as one word that is unique."""
    if product_id is not None:
        what = f"product:{product_id}"
    elif category_id is not None:
        what = f"category:{category_id}"
    else:
        what = f"class:{abc_class}" if abc_class else "all"
    return f"{what}@{EVERYWHERE if warehouse_id is None else warehouse_id}"


class Policies:
    """All policies, to be asked for one product in one warehouse."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._by_scope = {row["scope"]: row for row in rows}

    def effective(
        self,
        *,
        product_id: int,
        category_id: int | None,
        abc_class: str,
        warehouse_id: int,
        supplier_plan: Mapping[str, Any] | None = None,
    ) -> dict[str, Said]:
        """Each field as it counts here."""
        found: dict[str, Said] = {}
        for source, row in self._about(product_id, category_id, abc_class, warehouse_id):
            if source not in _CLOSE and supplier_plan:
                _take(found, supplier_plan, "supplier_plan", ("review_days", "lead_time_days"))
            _take(found, row, source, FIELDS)
        if supplier_plan:
            _take(found, supplier_plan, "supplier_plan", ("review_days", "lead_time_days"))
        defaults: dict[str, Any] = dict.fromkeys(FIELDS)
        defaults |= {
            "service_level_percent": SERVICE.get(abc_class, SERVICE["C"]),
            "review_days": REVIEW_DAYS,
            "sale_days_left": 0,
            "order": True,
        }
        return {name: found.get(name, Said(defaults[name], DEFAULT)) for name in FIELDS}

    def _about(
        self, product_id: int, category_id: int | None, abc_class: str, warehouse_id: int
    ) -> Iterable[tuple[str, Mapping[str, Any]]]:
        """The policies about a product, the most particular first."""
        things = [("product", f"product:{product_id}")]
        if category_id is not None:
            things.append(("category", f"category:{category_id}"))
        things += [("class", f"class:{abc_class}"), ("all", "all")]
        for source, what in things:
            for where in (str(warehouse_id), EVERYWHERE):
                row = self._by_scope.get(f"{what}@{where}")
                if row is not None:
                    yield source, row


def _take(found: dict[str, Said], row: Mapping[str, Any], source: str, names: Iterable[str]) -> None:
    policy_id = row.get("id") if source != "supplier_plan" else None
    for name in names:
        if name not in found and row.get(name) is not None:
            found[name] = Said(row[name], source, policy_id)
