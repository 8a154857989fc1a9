"""Table 1: every endpoint on one page."""

from django.urls import URLPattern, URLResolver, path
from django.urls import re_path as re

from stillage.accounts import api as accounts
from stillage.analytics import api as analytics
from stillage.catalogue.api.exports import ExportView
from stillage.catalogue.api.groups import BrandViewSet, CategoryViewSet
from stillage.catalogue.api.imports import ImportsView, ImportView, RetryView
from stillage.catalogue.api.products import PackViewSet, ProductViewSet
from stillage.counting import api as counts
from stillage.live.api import Events
from stillage.places.api import WarehouseViewSet
from stillage.planning.api import accuracy, forecasts, runs
from stillage.planning.api import events as planning_events
from stillage.planning.api import expiry as planning_expiry
from stillage.planning.api import history as planning_history
from stillage.planning.api import policies as planning_policies
from stillage.planning.api import replenishment as replenishing
from stillage.purchasing.api import (
    SupplierProductViewSet,
    SupplierSummary,
    SupplierViewSet,
    discrepancies,
    notices,
    put_away,
    receipt_papers,
    receipts,
)
from stillage.purchasing.api import orders as purchase_orders
from stillage.purchasing.api import papers as buying_papers
from stillage.purchasing.api import returns as supplier_returns
from stillage.recalls import api as recalls
from stillage.rest.document import DocsView, DocumentView
from stillage.rest.health import live, ready
from stillage.rest.routing import Addresses
from stillage.sales.api import (
    CustomerProductViewSet,
    CustomerSummary,
    CustomerViewSet,
    atp,
    papers,
    picking,
    shipping,
)
from stillage.sales.api import orders as sales_orders
from stillage.sales.api import returns as sales_returns
from stillage.scanning.api import ScanImageView, ScanView
from stillage.seeing.api.audit import AuditChoices, AuditFile, AuditTrail
from stillage.seeing.api.ledger import LedgerChecks, LedgerHealth
from stillage.seeing.api.search import SearchEverywhere
from stillage.stock import api as stock
from stillage.transfers import api as transfers

LIST = {"get": "list", "post": "create"}
ONE = {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}


def master(name: str, view: type, pk: str = "[^/]+") -> list[URLPattern]:
    """The two addresses of a table of master data; a slash at the end is taken too."""
    return [
        re(rf"^{name}/?$", view.as_view(LIST), name=name),  # type: ignore[attr-defined]
        re(rf"^{name}/(?P<pk>{pk}?)/?$", view.as_view(ONE), name=f"{name}-one"),  # type: ignore[attr-defined]
    ]


def one(name: str, view: type) -> URLPattern:
    """An address of its own."""
    return re(rf"^{name}/?$", view.as_view(), name=name.replace("/", "-"))  # type: ignore[attr-defined]


def step(name: str, verb: str, view: type) -> URLPattern:
    """What is done with, or asked of, one thing."""
    return re(rf"^{name}/(?P<pk>[^/]+)/{verb}/?$", view.as_view(), name=f"{name}-{verb}".replace("/", "-"))  # type: ignore[attr-defined]


api: list[URLPattern | URLResolver] = [
    # stock and scanning first: they are asked most, and addresses are tried in this order
    one("stock", stock.BalanceList),
    one("lots", stock.LotList),
    re(r"^lots/(?P<pk>[0-9]{1,19})/?$", stock.LotOne.as_view(), name="lots-one"),
    step("lots", "trace", recalls.LotTrace),
    one("movements", stock.MovementList),
    one("availability", stock.Availability),
    one("availability/summary", stock.AvailabilitySummary),
    one("stock/receive", stock.ReceiveView),
    one("stock/move", stock.MoveView),
    one("stock/adjust", stock.AdjustView),
    one("stock/scrap", stock.ScrapView),
    one("stock/hold", stock.HoldView),
    one("stock/release", stock.ReleaseView),
    one("stock/reverse", stock.ReverseView),
    one("scan", ScanView),
    one("scan/image", ScanImageView),
    # people
    re(r"^auth/token/?$", accounts.SignIn.as_view(), name="sign-in"),
    re(r"^auth/token/refresh/?$", accounts.Refresh.as_view(), name="refresh"),
    re(r"^auth/logout/?$", accounts.SignOut.as_view(), name="sign-out"),
    re(r"^auth/password/?$", accounts.Password.as_view(), name="password"),
    re(r"^auth/me/?$", accounts.Me.as_view(), name="me"),
    re(r"^auth/sessions/?$", accounts.Sessions.as_view(), name="sessions"),
    re(r"^auth/sessions/(?P<pk>[^/]+)/?$", accounts.OneSession.as_view(), name="sessions-one"),
    *master("users", accounts.UserViewSet),
    re(r"^roles/?$", accounts.Roles.as_view(), name="roles"),
    *master("warehouses", WarehouseViewSet),
    *master("locations", stock.LocationsWithStock, "[^/]+(?:/[^/]+)?"),
    # catalogue and parties
    *master("categories", CategoryViewSet),
    *master("brands", BrandViewSet),
    *master("products", ProductViewSet),
    *master("packs", PackViewSet),
    *master("suppliers", SupplierViewSet),
    *master("supplier-products", SupplierProductViewSet),
    *master("customers", CustomerViewSet),
    *master("customer-products", CustomerProductViewSet),
    step("customers", "summary", CustomerSummary),
    one("imports", ImportsView),
    re(r"^imports/(?P<pk>[^/]+)/?$", ImportView.as_view(), name="imports-one"),
    re(r"^imports/(?P<pk>[^/]+)/retry/?$", RetryView.as_view(), name="imports-retry"),
    re(r"^exports/(?P<kind>[^/]+)/?$", ExportView.as_view(), name="exports"),
    # selling: orders
    one("sales-orders", sales_orders.Orders),
    one("sales-orders/summary", sales_orders.OrdersSummary),
    one("sales-orders/preview", sales_orders.Preview),
    re(r"^sales-orders/(?P<pk>[^/]+)/?$", sales_orders.OneOrder.as_view(), name="sales-orders-one"),
    step("sales-orders", "allocation", sales_orders.OrderAllocation),
    step("sales-orders", "history", sales_orders.OrderHistory),
    step("sales-orders", "confirm", sales_orders.Confirm),
    step("sales-orders", "reopen", sales_orders.Reopen),
    step("sales-orders", "allocate", sales_orders.Allocate),
    step("sales-orders", "deallocate", sales_orders.Deallocate),
    step("sales-orders", "pin", sales_orders.Pin),
    step("sales-orders", "swap", sales_orders.Swap),
    step("sales-orders", "cancel", sales_orders.Cancel),
    step("sales-orders", "close", sales_orders.Close),
    one("atp", atp.AvailableToPromise),
    # selling: from the shelf to the truck and back
    step("sales-orders", "pick", picking.PickOrder),
    step("sales-orders", "unpick", picking.UnpickOrder),
    step("sales-orders", "pack", shipping.Pack),
    step("sales-orders", "unpack", shipping.Unpack),
    step("sales-orders", "ship", shipping.Ship),
    one("pick-lists", picking.PickLists),
    re(r"^pick-lists/(?P<pk>[^/]+)/?$", picking.OnePickList.as_view(), name="pick-lists-one"),
    step("pick-lists", "claim", picking.Claim),
    step("pick-lists", "release", picking.Release),
    step("pick-lists", "pick", picking.Pick),
    step("pick-lists", "short", picking.Short),
    step("pick-lists", "undo", picking.UndoPick),
    step("pick-lists", "use-lot", picking.UseLot),
    step("pick-lists", "cancel", picking.CancelPickList),
    one("shipments", shipping.Shipments),
    re(r"^shipments/(?P<pk>[^/]+)/?$", shipping.OneShipment.as_view(), name="shipments-one"),
    one("handling-units", shipping.HandlingUnits),
    re(r"^handling-units/(?P<pk>[^/]+)/?$", shipping.OneHandlingUnit.as_view(), name="handling-units-one"),
    one("returns", sales_returns.Returns),
    re(r"^returns/(?P<pk>[^/]+)/?$", sales_returns.OneReturn.as_view(), name="returns-one"),
    step("returns", "receive", sales_returns.ReceiveReturn),
    step("returns", "undo-receive", sales_returns.UndoReceive),
    step("returns", "dispose", sales_returns.Dispose),
    step("returns", "credit", sales_returns.CreditReturn),
    step("returns", "cancel", sales_returns.CancelReturn),
    step("returns", "close", sales_returns.CloseReturn),
    step("returns", "history", sales_returns.ReturnHistory),
    # getting back what should never have left
    one("recalls", recalls.Recalls),
    re(r"^recalls/(?P<pk>[^/]+)/?$", recalls.OneRecall.as_view(), name="recalls-one"),
    step("recalls", "tell", recalls.Tell),
    step("recalls", "answer", recalls.AnswerOf),
    step("recalls", "close", recalls.Close),
    step("recalls", "history", recalls.RecallHistory),
    step("recalls", "letters", recalls.Letters),
    re(
        r"^recalls/(?P<pk>[^/]+)/customers\.csv$",
        recalls.CustomersFile.as_view(),
        name="recalls-customers-csv",
    ),
    step("recalls", "sheet", recalls.Sheet),
    step("recalls", "report", recalls.Report),
    one("credit-notes", sales_returns.CreditNotes),
    re(r"^credit-notes/(?P<pk>[^/]+)/?$", sales_returns.OneCreditNote.as_view(), name="credit-notes-one"),
    # buying: orders
    step("suppliers", "summary", SupplierSummary),
    one("purchase-orders", purchase_orders.Orders),
    one("purchase-orders/summary", purchase_orders.OrdersSummary),
    re(r"^purchase-orders/(?P<pk>[^/]+)/?$", purchase_orders.OneOrder.as_view(), name="purchase-orders-one"),
    step("purchase-orders", "history", purchase_orders.OrderHistory),
    step("purchase-orders", "place", purchase_orders.Place),
    step("purchase-orders", "reopen", purchase_orders.Reopen),
    step("purchase-orders", "close", purchase_orders.Close),
    step("purchase-orders", "cancel", purchase_orders.Cancel),
    one("supplier-returns", supplier_returns.SupplierReturns),
    re(
        r"^supplier-returns/(?P<pk>[^/]+)/?$",
        supplier_returns.OneSupplierReturn.as_view(),
        name="supplier-returns-one",
    ),
    step("purchase-orders", "papers/order", buying_papers.OrderPaper),
    re(
        r"^purchase-orders/(?P<pk>[^/]+)/papers/order\.csv$",
        buying_papers.OrderFile.as_view(),
        name="purchase-orders-papers-order-csv",
    ),
    step("supplier-returns", "papers/return-note", buying_papers.ReturnNote),
    step("supplier-returns", "history", supplier_returns.SupplierReturnHistory),
    step("supplier-returns", "dispatch", supplier_returns.Dispatch),
    step("supplier-returns", "undo-dispatch", supplier_returns.UndoDispatch),
    step("supplier-returns", "close", supplier_returns.CloseReturn),
    step("supplier-returns", "cancel", supplier_returns.CancelReturn),
    # transfers between warehouses
    one("transfers", transfers.Transfers),
    re(r"^transfers/(?P<pk>[^/]+)/?$", transfers.OneTransfer.as_view(), name="transfers-one"),
    step("transfers", "history", transfers.TransferHistory),
    step("transfers", "papers/transfer-note", transfers.TransferNote),
    step("transfers", "dispatch", transfers.Dispatch),
    step("transfers", "undo-dispatch", transfers.UndoDispatch),
    step("transfers", "receive", transfers.Receive),
    step("transfers", "close", transfers.Close),
    step("transfers", "cancel", transfers.Cancel),
    # counts
    one("counts", counts.Counts),
    one("counts/suggestions", counts.Suggestions),
    one("counts/accuracy", counts.Accuracy),
    re(r"^counts/(?P<pk>[^/]+)/?$", counts.OneCount.as_view(), name="counts-one"),
    step("counts", "history", counts.CountHistory),
    step("counts", "papers/count-sheet", counts.CountSheet),
    step("counts", "claim", counts.Claim),
    step("counts", "enter", counts.Enter),
    step("counts", "remove", counts.Remove),
    step("counts", "done", counts.Done),
    step("counts", "submit", counts.Submit),
    step("counts", "approve", counts.Approve),
    step("counts", "reject", counts.Reject),
    step("counts", "cancel", counts.Cancel),
    # papers and labels
    step("sales-orders", "papers/pick-list", papers.OrderPickList),
    step("sales-orders", "papers/packing-list", papers.OrderPackingList),
    step("sales-orders", "papers/delivery-note", papers.OrderDeliveryNote),
    step("sales-orders", "papers/confirmation", papers.OrderConfirmation),
    step("pick-lists", "papers/pick-list", papers.WalkPaper),
    step("shipments", "papers/delivery-note", papers.ShipmentDeliveryNote),
    step("shipments", "papers/packing-list", papers.ShipmentPackingList),
    step("credit-notes", "paper", papers.CreditNotePaper),
    one("labels/pallet", papers.PalletLabels),
    one("labels/lot", papers.LotLabels),
    one("labels/location", papers.LocationLabels),
    # goods in
    one("advance-notices", notices.AdvanceNotices),
    re(
        r"^advance-notices/(?P<pk>[^/]+)/?$",
        notices.OneAdvanceNotice.as_view(),
        name="advance-notices-one",
    ),
    step("advance-notices", "history", notices.AdvanceNoticeHistory),
    step("advance-notices", "cancel", notices.CancelNotice),
    one("receipts", receipts.Receipts),
    re(r"^receipts/(?P<pk>[^/]+)/?$", receipts.OneReceipt.as_view(), name="receipts-one"),
    step("receipts", "history", receipts.ReceiptHistory),
    step("receipts", "receive", receipts.Receive),
    step("receipts", "receive-unit", receipts.ReceiveUnit),
    step("receipts", "undo", receipts.UndoReceive),
    step("receipts", "close", receipts.CloseReceipt),
    step("purchase-orders", "receive", receipts.ReceiveOrder),
    one("discrepancies", discrepancies.Discrepancies),
    step("discrepancies", "settle", discrepancies.SettleDiscrepancy),
    one("put-away", put_away.PutAway),
    step("receipts", "papers/discrepancy-note", receipt_papers.DiscrepancyNote),
    step("receipts", "papers/goods-received", receipt_papers.GoodsReceived),
    # planning: what will be drunk
    one("demand", planning_history.Demand),
    one("holidays", planning_history.Holidays),
    re(
        r"^warehouse-plans/(?P<pk>[^/]+)/?$",
        planning_history.WarehousePlans.as_view(),
        name="warehouse-plans-one",
    ),
    *master("demand-events", planning_events.DemandEventViewSet),
    one("forecast-runs", runs.ForecastRuns),
    re(r"^forecast-runs/(?P<pk>[^/]+)/?$", runs.OneForecastRun.as_view(), name="forecast-runs-one"),
    one("forecasts", forecasts.Forecasts),
    one("forecasts/of", forecasts.ForecastOf),
    re(r"^forecasts/(?P<pk>[^/]+)/?$", forecasts.OneForecast.as_view(), name="forecasts-one"),
    one("forecast-accuracy", accuracy.ForecastAccuracy),
    # planning: what to buy
    one("policies/effective", planning_policies.EffectivePolicy),
    *master("policies", planning_policies.PolicyViewSet),
    *master("supplier-plans", planning_policies.SupplierPlanViewSet),
    one("replenishment", replenishing.Proposals),
    one("replenishment/suppliers", replenishing.Suppliers),
    one("replenishment/summary", replenishing.Summary),
    one("replenishment/accept", replenishing.Accept),
    one("replenishment/refuse", replenishing.Refuse),
    one("replenishment/reopen", replenishing.Reopen),
    one("replenishment/work-out", replenishing.WorkOut),
    re(r"^replenishment/(?P<pk>[^/]+)/?$", replenishing.OneProposal.as_view(), name="replenishment-one"),
    # planning: what will go stale
    one("expiry-risk", planning_expiry.ExpiryRisks),
    one("expiry-risk/summary", planning_expiry.ExpirySummary),
    # seeing
    one("analytics", analytics.Reports),
    re(r"^analytics/(?P<name>[^/]+)/?$", analytics.OneReport.as_view(), name="analytics-one"),
    one("audit", AuditTrail),
    one("audit/choices", AuditChoices),
    one("audit/export", AuditFile),
    one("ledger-health", LedgerHealth),
    one("ledger-checks", LedgerChecks),
    one("events", Events),
    one("search", SearchEverywhere),
    # the interface about itself
    one("schema", DocumentView),
    one("docs", DocsView),
]

urlpatterns: list[URLPattern | URLResolver] = [
    Addresses("api/v1/", api),
    path("health/live", live),
    path("health/ready", ready),
]
handler400 = "stillage.rest.errors.bad_request"
handler404 = "stillage.rest.errors.not_found"
handler500 = "stillage.rest.errors.server_error"
