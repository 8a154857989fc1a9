"""What an order comes to: the sums as the server made them, never added up here. Drawing only."""

from collections.abc import Sequence
from decimal import Decimal

import flet as ft

from stillage_client import theme, words
from stillage_client.api.selling_records import Tax
from stillage_client.components.layout import hairline, quiet, row, stretched, text
from stillage_client.locale import t

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF "}


def sum_said(amount: Decimal | None, currency: str = "EUR") -> str:
    """€1,176.00, or a dash for who may not see it."""
    return "–" if amount is None else words.money(amount, currency=SIGNS.get(currency, f"{currency} "))


def total_lines(
    head: str,
    net: Decimal | None,
    taxes: Sequence[Tax],
    gross: Decimal | None,
    currency: str = "EUR",
) -> ft.Control:
    """Net, each tax, and the total."""

    def line(name: str, value: str, strong: bool = False) -> ft.Control:
        said = text(value, "h2" if strong else "body")
        named = (
            text(name, "strong", expand=True) if strong else text(name, "body", theme.SUBDUED, expand=True)
        )
        return ft.Container(row(named, said), height=32)

    rows = [line(head, sum_said(net, currency))]
    rows += [
        line(
            t("VAT {rate}", rate=words.percent(tax.rate_percent, _places(tax.rate_percent))),
            sum_said(tax.tax, currency),
        )
        for tax in taxes
    ]
    return stretched(*rows, hairline(), line(t("Total"), sum_said(gross, currency), strong=True))


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, min(2, -exponent)) if isinstance(exponent, int) else 0


def hidden_totals(head: str) -> ft.Control:
    """For roles that see no prices."""
    return quiet(head, "body")
