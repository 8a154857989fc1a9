"""Endpoints: papers as PDF, labels as PDF and for label printers."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from rest_framework.request import Request

from stillage.core.errors import NotFound
from stillage.documents import labels, papers
from stillage.documents.content import Label, LabelSheet, LocationLabel, LotLabel
from stillage.places.models import Location
from stillage.rest import query
from stillage.rest.fields import MAX_ID
from stillage.rest.paging import unreadable
from stillage.rest.rendering import JSONRenderer
from stillage.rest.views import View
from stillage.sales.models import SalesOrder
from stillage.sales.queries import papers as gathered
from stillage.sales.queries import picking, returns, shipping
from stillage.sales.queries.orders import find_order
from stillage.stock.models import Lot
from stillage.stock.queries import lots as visible_lots

MAX_LABELS = 500
PDF, ZPL = "application/pdf", "application/zpl; charset=utf-8"


class _PaperView(View):
    """Answers a file; refusals are JSON as everywhere, whatever the caller says it takes."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        return JSONRenderer(), "application/json"

    def look(self, request: Request) -> gathered.Look:
        query.check_known(request, "paper", "language")
        paper = query.choice(request, "paper", gathered.PAPERS)
        return gathered.Look(self.language(request), "letter" if paper == "letter" else "a4")

    def language(self, request: Request) -> Any:
        return query.choice(request, "language", gathered.LANGUAGES) or gathered.language_of(self.actor)


def file(body: bytes, name: str, kind: str = PDF) -> HttpResponse:
    """A file under its name; shown where the browser can."""
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


# ---- papers -------------------------------------------------------------------------------------
class _OrderPaper(_PaperView):
    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def found(self, pk: str) -> SalesOrder:
        found = SalesOrder.objects.select_related("customer", "warehouse")
        return found.get(pk=find_order(pk, self.actor))


class OrderPickList(_OrderPaper):
    """Where an order's goods are to be fetched."""

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, order = self.look(request), self.found(pk)
        return file(papers.pick_list(gathered.order_pick_list(order, look)), f"{order.number}-pick-list.pdf")


class OrderPackingList(_OrderPaper):
    """What an order is packed on."""

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, order = self.look(request), self.found(pk)
        body = papers.packing_list(gathered.order_packing_list(order, look))
        return file(body, f"{order.number}-packing-list.pdf")


class OrderDeliveryNote(_OrderPaper):
    """The delivery note of an order's last shipment."""

    def get(self, request: Request, pk: str) -> HttpResponse:
        look = self.look(request)
        shipment = gathered.last_shipment(self.found(pk))
        body = papers.delivery_note(gathered.delivery_note(shipment, look))
        return file(body, f"{shipment.number}-delivery-note.pdf")


class OrderConfirmation(_OrderPaper):
    """What the customer was told; it names prices."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.prices"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, order = self.look(request), self.found(pk)
        body = papers.order_confirmation(gathered.confirmation(order, look))
        return file(body, f"{order.number}-confirmation.pdf")


class WalkPaper(_PaperView):
    """A pick list to walk with, where there is no phone."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, one = self.look(request), picking.find_list(pk, actor=self.actor)
        return file(papers.pick_list(gathered.walk(one, look)), f"{one.number}.pdf")


class ShipmentDeliveryNote(_PaperView):
    """What is handed over at the door."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, one = self.look(request), shipping.find_shipment(pk, actor=self.actor)
        return file(
            papers.delivery_note(gathered.delivery_note(one, look)), f"{one.number}-delivery-note.pdf"
        )


class ShipmentPackingList(_PaperView):
    """What left on which pallet."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, one = self.look(request), shipping.find_shipment(pk, actor=self.actor)
        body = papers.packing_list(gathered.shipment_packing_list(one, look))
        return file(body, f"{one.number}-packing-list.pdf")


class CreditNotePaper(_PaperView):
    """A credit note; it names prices."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.prices"}

    def get(self, request: Request, pk: str) -> HttpResponse:
        look, note = self.look(request), returns.find_credit_note(pk, actor=self.actor)
        return file(papers.credit_note(gathered.credit_note(note, look)), f"{note.number}.pdf")


# ---- labels -------------------------------------------------------------------------------------
class _Labels(_PaperView):
    """Labels of one kind: `format` pdf (one a page), zpl, or sheet (ten to a page)."""

    parameters: ClassVar[tuple[str, ...]] = ()
    formats: ClassVar[tuple[str, ...]] = ("pdf", "zpl", "sheet")

    def answered(self, request: Request, wanted: Sequence[Label], name: str) -> HttpResponse:
        form = query.choice(request, "format", self.formats) or "pdf"
        if form == "zpl":
            dpi = int(query.choice(request, "dpi", ("203", "300")) or 203)
            return file(labels.zpl(wanted, dpi=dpi).encode(), f"{name}.zpl", ZPL)
        if form == "sheet":
            own = tuple(label for label in wanted if isinstance(label, LotLabel | LocationLabel))
            paper = query.choice(request, "paper", gathered.PAPERS)
            sheet = LabelSheet(labels=own, paper="letter" if paper == "letter" else "a4")
            return file(papers.label_sheet(sheet), f"{name}.pdf")
        return file(labels.pdf(wanted), f"{name}.pdf")

    def known(self, request: Request) -> None:
        query.check_known(request, *self.parameters, "format", "dpi", "paper", "language", "copies")

    def copies(self, request: Request) -> int:
        count = query.integer(request, "copies")
        if count is not None and not 1 <= count <= MAX_LABELS:
            raise unreadable("copies", f"copies must be a whole number from 1 to {MAX_LABELS}.")
        return count or 1

    def named(self, request: Request, name: str) -> list[str]:
        """A parameter that may stand several times; at least once."""
        values = [value for value in request.query_params.getlist(name) if value]
        if not values:
            raise unreadable(name, f"Say for which {name} labels are wanted.")
        if len(values) > MAX_LABELS:
            raise unreadable(name, f"At most {MAX_LABELS} labels at once.")
        return values

    def many(self, request: Request, wanted: Sequence[Label]) -> list[Label]:
        copies = self.copies(request)
        if len(wanted) * copies > MAX_LABELS:
            raise unreadable("copies", f"At most {MAX_LABELS} labels at once.")
        return [label for label in wanted for _ in range(copies)]


class PalletLabels(_Labels):
    """Logistic labels with their SSCC; of one unit, of several, or of all of an order or shipment."""

    permission: ClassVar[dict[str, str]] = {"GET": "sales.view"}
    parameters = ("sscc", "order", "shipment")
    formats = ("pdf", "zpl")

    def get(self, request: Request) -> HttpResponse:
        self.known(request)
        units, name = self.units(request)
        wanted = gathered.pallet_labels(units, self.language(request))
        return self.answered(request, self.many(request, wanted), name)

    def units(self, request: Request) -> tuple[list[Any], str]:
        if value := query.text(request, "order"):
            order = SalesOrder.objects.get(pk=find_order(value, self.actor))
            return self._some(Q(order=order)), f"{order.number}-pallets"
        if value := query.text(request, "shipment"):
            shipment = shipping.find_shipment(value, actor=self.actor)
            return self._some(Q(shipment=shipment)), f"{shipment.number}-pallets"
        units = shipping.find_units(self.named(request, "sscc"), actor=self.actor)
        return units, f"pallet-{units[0].sscc}"

    def _some(self, condition: Q) -> list[Any]:
        found = list(shipping.units(self.actor).filter(condition).order_by("pk")[:MAX_LABELS])
        if not found:
            raise NotFound("Nothing of this is packed on a pallet or in a carton.")
        return found


class LotLabels(_Labels):
    """Labels for cases and shelves: product, lot and date in one scan."""

    permission: ClassVar[dict[str, str]] = {"GET": "stock.view"}
    parameters = ("lot",)

    def get(self, request: Request) -> HttpResponse:
        self.known(request)
        lots = _in_order(self.named(request, "lot"), self.found, lambda lot: str(lot.pk))
        language = self.language(request)
        wanted = [gathered.lot_label(lot, language) for lot in lots]
        return self.answered(request, self.many(request, wanted), f"lot-{lots[0].pk}")

    def found(self, names: Sequence[str]) -> list[Lot]:
        ids = [int(name) for name in names if name.isascii() and name.isdecimal() and int(name) <= MAX_ID]
        return list(visible_lots(self.actor).filter(pk__in=ids).select_related("product"))


class LocationLabels(_Labels):
    """Labels for places."""

    permission: ClassVar[dict[str, str]] = {"GET": "places.view"}
    parameters = ("location",)

    def get(self, request: Request) -> HttpResponse:
        self.known(request)
        names = self.named(request, "location")
        places = _in_order(names, self.found, lambda place: place.full_code, lambda place: str(place.pk))
        language = self.language(request)
        wanted = [gathered.location_label(place, language) for place in places]
        return self.answered(request, self.many(request, wanted), f"location-{places[0].code}")

    def found(self, names: Sequence[str]) -> list[Location]:
        ids = [int(name) for name in names if name.isascii() and name.isdecimal() and int(name) <= MAX_ID]
        rows = Location.objects.filter(is_virtual=False).select_related("warehouse")
        rows = rows.filter(Q(full_code__in=names) | Q(pk__in=ids))
        return [place for place in rows if self.actor.sees(place.warehouse_id)]


def _in_order(
    names: Sequence[str], find: Callable[[Sequence[str]], list[Any]], *keys: Callable[[Any], str]
) -> list[Any]:
    """Things in the order they were named. 404 when one of them is not there."""
    rows = find(names)
    by_key = {key(row): row for key in reversed(keys) for row in rows}
    if not set(names) <= set(by_key):
        raise NotFound("There is nothing of that name.")
    return [by_key[name] for name in names]
