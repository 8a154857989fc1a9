"""Who may do what: every role and every permission, on this one page."""

from collections.abc import Iterable

CATALOGUE_VIEW = "catalogue.view"
CATALOGUE_CHANGE = "catalogue.change"
PARTIES_VIEW = "parties.view"
PARTIES_CHANGE = "parties.change"
PLACES_VIEW = "places.view"
PLACES_CHANGE = "places.change"
WAREHOUSES_CHANGE = "warehouses.change"
STOCK_VIEW = "stock.view"
STOCK_RECEIVE = "stock.receive"
STOCK_MOVE = "stock.move"
STOCK_ADJUST = "stock.adjust"
STOCK_SCRAP = "stock.scrap"
STOCK_HOLD = "stock.hold"
STOCK_RELEASE = "stock.release"
STOCK_REVERSE = "stock.reverse"
STOCK_REVERSE_ANY = "stock.reverse_any"
SALES_VIEW = "sales.view"
SALES_CHANGE = "sales.change"
SALES_PIN = "sales.pin"
SALES_PRICES = "sales.prices"
PICKING_RUN = "picking.run"
SHIPPING_RUN = "shipping.run"
RETURNS_RECEIVE = "returns.receive"
RETURNS_DISPOSE = "returns.dispose"
CREDIT_ISSUE = "credit.issue"
BUYING_VIEW = "buying.view"
BUYING_CHANGE = "buying.change"
RECEIPTS_RUN = "receipts.run"
RECEIPTS_DECIDE = "receipts.decide"
SUPPLIER_RETURNS_RUN = "supplier_returns.run"
TRANSFERS_VIEW = "transfers.view"
TRANSFERS_CHANGE = "transfers.change"
TRANSFERS_RUN = "transfers.run"
COUNTS_VIEW = "counts.view"
COUNTS_RUN = "counts.run"
COUNTS_CHANGE = "counts.change"
COUNTS_APPROVE = "counts.approve"
TRACE_VIEW = "trace.view"
RECALLS_VIEW = "recalls.view"
RECALLS_RUN = "recalls.run"
PLANNING_VIEW = "planning.view"
PLANNING_CHANGE = "planning.change"
ANALYTICS_VIEW = "analytics.view"
COST_VIEW = "cost.view"
SCAN_USE = "scan.use"
IMPORTS_RUN = "imports.run"
EXPORTS_RUN = "exports.run"
AUDIT_VIEW = "audit.view"
USERS_VIEW = "users.view"
USERS_CHANGE = "users.change"

_LOOK = frozenset({CATALOGUE_VIEW, PARTIES_VIEW, PLACES_VIEW, STOCK_VIEW, SCAN_USE})
_HANDLE = frozenset({STOCK_RECEIVE, STOCK_MOVE, STOCK_ADJUST, STOCK_REVERSE, STOCK_HOLD})
_SELL = frozenset({SALES_VIEW, SALES_CHANGE, SALES_PRICES, CREDIT_ISSUE})
_DELIVER = frozenset({SALES_VIEW, PICKING_RUN, SHIPPING_RUN, RETURNS_RECEIVE})
_BUY = frozenset(
    {
        BUYING_VIEW,
        BUYING_CHANGE,
        RECEIPTS_RUN,
        RECEIPTS_DECIDE,
        SUPPLIER_RETURNS_RUN,
        TRANSFERS_VIEW,
        PLANNING_VIEW,
        PLANNING_CHANGE,
    }
)
_TAKE_IN = frozenset({BUYING_VIEW, RECEIPTS_RUN, TRANSFERS_VIEW, TRANSFERS_RUN, COUNTS_VIEW, COUNTS_RUN})
_CONTROL = frozenset({TRANSFERS_CHANGE, COUNTS_CHANGE, COUNTS_APPROVE, RECALLS_RUN})
_OVERSEE = frozenset(
    {
        BUYING_VIEW,
        TRANSFERS_VIEW,
        COUNTS_VIEW,
        TRACE_VIEW,
        RECALLS_VIEW,
        PLANNING_VIEW,
        ANALYTICS_VIEW,
    }
)
_MASTER = frozenset({CATALOGUE_CHANGE, PARTIES_CHANGE, IMPORTS_RUN, EXPORTS_RUN})

ROLES: dict[str, frozenset[str]] = {
    "admin": _LOOK
    | _HANDLE
    | _MASTER
    | _SELL
    | _DELIVER
    | _BUY
    | _TAKE_IN
    | _CONTROL
    | _OVERSEE
    | {
        SALES_PIN,
        RETURNS_DISPOSE,
        PLACES_CHANGE,
        WAREHOUSES_CHANGE,
        STOCK_SCRAP,
        STOCK_RELEASE,
        STOCK_REVERSE_ANY,
        COST_VIEW,
        AUDIT_VIEW,
        USERS_VIEW,
        USERS_CHANGE,
    },
    "manager": _LOOK
    | _HANDLE
    | _MASTER
    | _SELL
    | _DELIVER
    | _BUY
    | _TAKE_IN
    | _CONTROL
    | _OVERSEE
    | {
        SALES_PIN,
        RETURNS_DISPOSE,
        PLACES_CHANGE,
        STOCK_SCRAP,
        STOCK_RELEASE,
        STOCK_REVERSE_ANY,
        COST_VIEW,
        AUDIT_VIEW,
        USERS_VIEW,
    },
    "buyer": _LOOK
    | _MASTER
    | _BUY
    | {STOCK_RECEIVE, COST_VIEW, SALES_VIEW, SALES_PRICES, TRACE_VIEW, RECALLS_VIEW, ANALYTICS_VIEW},
    "sales": _LOOK
    | _SELL
    | {
        PARTIES_CHANGE,
        EXPORTS_RUN,
        IMPORTS_RUN,
        BUYING_VIEW,
        TRANSFERS_VIEW,
        TRACE_VIEW,
        RECALLS_VIEW,
        PLANNING_VIEW,
        ANALYTICS_VIEW,
    },
    "picker": _LOOK | _HANDLE | _DELIVER | _TAKE_IN | {TRACE_VIEW, RECALLS_VIEW},
    "auditor": _LOOK | _OVERSEE | {COST_VIEW, AUDIT_VIEW, USERS_VIEW, EXPORTS_RUN, SALES_VIEW, SALES_PRICES},
    "device": frozenset({SCAN_USE, STOCK_VIEW, CATALOGUE_VIEW, PLACES_VIEW}),
}

PERMISSIONS: tuple[str, ...] = tuple(sorted(set().union(*ROLES.values())))


def permissions_of(roles: list[str]) -> frozenset[str]:
    """What somebody with these roles may do; a role that is not on this page gives nothing."""
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in roles))


def role_of(names: Iterable[str]) -> str:
    """The first of somebody's roles in the order of this page; empty without any."""
    held = set(names)
    return next((role for role in ROLES if role in held), "")
