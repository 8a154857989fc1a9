"""What the product's page knows of its forecast, and which forecasts a list shows. No controls."""

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

import flet as ft

from stillage_client.api import forecasts
from stillage_client.api.forecast_records import WholeForecast
from stillage_client.api.transport import Api, ApiError
from stillage_client.screens.planning.forecast_words import CLASSES, METHODS
from stillage_client.screens.refusals import Trouble, trouble_of

DEFAULT_SORT = "-ratio"  # what is worse than last year first
SORTS = ("product_name", "per_week", "error", "ratio")
VIEWS = ("stock", "demand")


@ft.observable
@dataclass
class ForecastState:
    """The newest forecast of one product; none yet is an answer, too."""

    forecast: WholeForecast | None = None
    loaded: bool = False
    trouble: Trouble | None = None
    _turn: int = 0

    async def load(self, api: Api, sku: str, warehouse: str | None) -> None:
        """A newer question overtakes an older answer."""
        self._turn += 1
        turn = self._turn
        if not warehouse:
            self.forecast, self.loaded = None, True
            return
        try:
            found = await forecasts.forecast_of(api, sku, warehouse)
        except ApiError as error:
            if turn == self._turn:
                self.trouble = trouble_of(error)
            return
        if turn == self._turn:
            self.forecast, self.trouble, self.loaded = found, None, True

    def of(self, sku: str, warehouse: str | None) -> WholeForecast | None:
        """The forecast, when it is this product's here."""
        found = self.forecast
        here = found is not None and found.product == sku and found.warehouse in ("", warehouse)
        return found if here else None


@dataclass(frozen=True)
class ChartQuery:
    """Which side of the forecast a product's page shows; it lives in the address."""

    view: str = "stock"
    table: bool = False

    @classmethod
    def from_route(cls, route: str) -> "ChartQuery":
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}
        view = given.get("chart", "stock")
        return cls(view if view in VIEWS else "stock", given.get("as") == "table")

    def route(self, path: str) -> str:
        given = {}
        if self.view != "stock":
            given["chart"] = self.view
        if self.table:
            given["as"] = "table"
        return f"{path}?{urlencode(given)}" if given else path


@dataclass(frozen=True)
class ForecastQuery:
    """What the list shows; it lives in the address, so a reload and a sent link show the same."""

    search: str = ""
    demand_class: str = ""
    method: str = ""
    worse: bool = False
    sort: str = DEFAULT_SORT

    @classmethod
    def from_route(cls, route: str) -> "ForecastQuery":
        """Read the query from an address such as /forecasts?q=ale&class=smooth."""
        given = {key: values[0] for key, values in parse_qs(urlsplit(route).query).items()}
        demand_class, method = given.get("class", ""), given.get("method", "")
        sort = given.get("sort", DEFAULT_SORT)
        return cls(
            search=given.get("q", ""),
            demand_class=demand_class if demand_class in CLASSES else "",
            method=method if method in METHODS else "",
            worse=given.get("worse") == "yes",
            sort=sort if sort.lstrip("-") in SORTS else DEFAULT_SORT,
        )

    def route(self) -> str:
        """The address of this query; what is usual is left out."""
        given = {"q": self.search, "class": self.demand_class, "method": self.method}
        given["worse"] = "yes" if self.worse else ""
        given["sort"] = self.sort if self.sort != DEFAULT_SORT else ""
        query = urlencode({key: value for key, value in given.items() if value})
        return f"/forecasts?{query}" if query else "/forecasts"

    def sorted_by(self, column: str) -> "ForecastQuery":
        """The same list by another column, the large first; the same column again turns it round."""
        first = column if column == "product_name" else f"-{column}"
        other = first.removeprefix("-") if first.startswith("-") else f"-{first}"
        return replace(self, sort=other if self.sort == first else first)

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered out."""
        return bool(self.search or self.demand_class or self.method or self.worse)
