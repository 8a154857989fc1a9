"""What papers of buying share: whose they are, in which language and how products are counted. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from stillage.accounts.models import User
from stillage.core.actor import Actor
from stillage.documents import content
from stillage.purchasing.models import Supplier
from stillage.stock.queries import case_packs

LANGUAGES: tuple[content.Language, ...] = ("en", "de")
PAPERS: tuple[content.PaperSize, ...] = ("a4", "letter")


@dataclass(frozen=True, slots=True)
class Look:
    """In which language, on which sheets."""

    language: content.Language = "en"
    paper: content.PaperSize = "a4"


def language_of(actor: Actor) -> content.Language:
    """The language somebody works in. One statement."""
    found = User.objects.filter(pk=actor.user_id or 0).values_list("language", flat=True).first()
    return next((one for one in LANGUAGES if one == found), "en")


def company() -> content.Party:
    """Whose papers these are."""
    return content.Party(name=settings.COMPANY_NAME, address=_address(settings.COMPANY_ADDRESS, ";"))


def party(supplier: Supplier) -> content.Party:
    """A supplier as an addressee."""
    lines = _address(supplier.address, "\n")
    return content.Party(
        name=supplier.name,
        address=(supplier.contact_name, *lines) if supplier.contact_name else lines,
        code=supplier.code,
        phone=supplier.phone,
        email=supplier.email,
    )


def _address(text: str, separator: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split(separator) if line.strip())


class Cases:
    """How products are counted. One statement for all of them."""

    def __init__(self, products: Iterable[Any]) -> None:
        self._units = {product.pk: product.base_unit for product in products}
        self._cases = case_packs(self._units) if self._units else {}

    def of(self, product_id: int, units: int) -> content.Quantity:
        name, size = self._cases.get(product_id, ("case", 1))
        base_unit = self._units.get(product_id, "bottle")
        return content.Quantity(units=units, base_unit=base_unit, units_per_case=size, case_name=name)
