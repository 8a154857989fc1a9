"""Every report there is, on one page."""

from typing import Final

from stillage.accounts.roles import ANALYTICS_VIEW, BUYING_VIEW, SALES_VIEW
from stillage.analytics.queries import stock, trade
from stillage.analytics.queries.report import Kind

_ALL = (
    Kind(name="stock-over-time", permission=ANALYTICS_VIEW, by=("week", "day"), make=stock.over_time),
    Kind(
        name="turnover",
        permission=ANALYTICS_VIEW,
        by=("product", "category", "warehouse"),
        make=stock.turnover,
    ),
    Kind(name="abc-xyz", permission=ANALYTICS_VIEW, by=("product",), make=trade.abc_xyz),
    Kind(name="slow-stock", permission=ANALYTICS_VIEW, by=("product",), make=stock.slow),
    Kind(name="expiry", permission=ANALYTICS_VIEW, by=("bucket", "category"), make=stock.expiry, days=1),
    Kind(
        name="write-offs",
        permission=ANALYTICS_VIEW,
        by=("month", "product", "category", "reason", "warehouse"),
        make=stock.write_offs,
    ),
    Kind(
        name="service",
        permission=SALES_VIEW,
        by=("week", "customer", "warehouse"),
        make=trade.service,
        days=91,
    ),
    Kind(name="suppliers", permission=BUYING_VIEW, by=("supplier",), make=trade.suppliers),
    Kind(name="picking", permission=ANALYTICS_VIEW, by=("person", "week"), make=trade.picking, days=91),
    Kind(
        name="sales",
        permission=SALES_VIEW,
        by=("week", "product", "category", "customer", "warehouse"),
        make=trade.sales,
        days=182,
    ),
)
REPORTS: Final = {one.name: one for one in _ALL}
