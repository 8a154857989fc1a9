"""What papers of several rooms share: the language and the sheets, whose papers they are, how goods are counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from stillage.accounts.models import User
from stillage.core.actor import Actor
from stillage.documents import content
from stillage.stock.queries import case_packs

LANGUAGES: tuple[content.Language, ...] = ("en", "de")


@dataclass(frozen=True, slots=True)
class Look:
    """In which language, on which sheets."""

    language: content.Language = "en"
    paper: content.PaperSize = "a4"


def look_of(actor: Actor, *, language: str | None = None, paper: str | None = None) -> Look:
    """As asked for; else in the language somebody works in. At most one statement."""
    wanted = language
    if wanted is None:
        found = User.objects.filter(pk=actor.user_id or 0).values_list("language", flat=True).first()
        wanted = found or "en"
    return Look(
        next((one for one in LANGUAGES if one == wanted), "en"), "letter" if paper == "letter" else "a4"
    )


def company() -> content.Party:
    """Whose papers these are."""
    lines = tuple(line.strip() for line in settings.COMPANY_ADDRESS.split(";") if line.strip())
    return content.Party(name=settings.COMPANY_NAME, address=lines)


class Cases:
    """How products are counted. One statement for all of them."""

    def __init__(self, products: Iterable[Any]) -> None:
        self._units = {product.pk: product.base_unit for product in products}
        self._cases = case_packs(self._units) if self._units else {}

    def of(self, product_id: int, units: int) -> content.Quantity:
        name, size = self._cases.get(product_id, ("case", 1))
        return content.Quantity(
            units=units,
            base_unit=self._units.get(product_id, "bottle"),
            units_per_case=size,
            case_name=name,
        )
