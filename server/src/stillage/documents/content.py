"""
What papers and labels say, as plain frozen values. No model, no HTTP and no drawing: `papers` and `labels` draw.

Texts are taken as they are, in any script and length. Money comes as decimal strings ("1176.00"), already
reckoned: nothing here adds up prices. Quantities are whole base units.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "de"]
PaperSize = Literal["a4", "letter"]
Arrow = Literal["up", "down", "left", "right"]
LotSymbol = Literal["gs1_datamatrix", "gs1_128"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """So many base units, said in cases where a case is known: 14 cases + 5 (341)."""

    units: int
    base_unit: str = "bottle"
    units_per_case: int = 1
    case_name: str = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A company or a place with an address: ourselves, a customer, where a delivery goes."""

    name: str
    address: tuple[str, ...] = ()
    code: str = ""
    tax_number: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotQuantity:
    """How much of a line comes from one lot, with the lot's dates."""

    lot: str
    quantity: Quantity
    best_before_date: dt.date | None = None
    expiry_date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """The tax of one rate. `rate_percent`, `net` and `tax` are decimal strings."""

    rate_percent: str
    net: str
    tax: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What every paper has: who sends it, in which language and on which sheets. Notes may have several lines."""

    number: str
    company: Party
    language: Language = "en"
    paper: PaperSize = "a4"
    notes: str = ""


# --- Pick list ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PickLine:
    """One stop of the walk. The location is the code within the warehouse, such as A-01-02."""

    location: str
    sku: str
    name: str
    lot: str
    quantity: Quantity
    best_before_date: dt.date | None = None
    expiry_date: dt.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickListContent(Paper):
    """
    A walk through one warehouse. Lines are printed in the order given: the caller knows the way.

    `barcode` is what the Code 128 at the top says; left empty it is the number.
    """

    warehouse: str
    lines: tuple[PickLine, ...]
    customer: str = ""
    orders: tuple[str, ...] = ()
    picker: str = ""
    ship_date: dt.date | None = None
    barcode: str = ""


# --- Packing list and delivery note ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLine:
    """One product of one lot on a pallet."""

    sku: str
    name: str
    lot: str
    quantity: Quantity
    best_before_date: dt.date | None = None
    expiry_date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pallet:
    """A load carrier and what stands on it. Without an SSCC it goes by its name ("Loose cases")."""

    lines: tuple[PackedLine, ...]
    sscc: str = ""
    name: str = ""
    gross_weight_grams: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingList(Paper):
    """What lies on which pallet of one shipment; pallets are printed in the order given."""

    customer: Party
    pallets: tuple[Pallet, ...]
    orders: tuple[str, ...] = ()
    customer_reference: str = ""
    ship_date: dt.date | None = None
    carrier: str = ""
    warehouse: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One order line: what was ordered, what comes with this delivery, and of which lots."""

    sku: str
    name: str
    ordered: Quantity
    delivered: Quantity
    lots: tuple[LotQuantity, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryPallet:
    """A load carrier as the driver counts it: its SSCC, its name or what it is ("Euro pallet")."""

    sscc: str = ""
    name: str = ""
    gross_weight_grams: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryNote(Paper):
    """What is handed over at the customer's door. It names no price."""

    customer: Party
    lines: tuple[DeliveryLine, ...]
    order_number: str = ""
    customer_reference: str = ""
    order_date: dt.date | None = None
    ship_date: dt.date | None = None
    delivery_date: dt.date | None = None
    carrier: str = ""
    ship_to: Party | None = None
    pallets: tuple[DeliveryPallet, ...] = ()


# --- Papers with money -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLine:
    """What is credited: `unit_price` is for one `price_unit`, `net` the line's amount. Decimal strings."""

    sku: str
    name: str
    quantity: Quantity
    unit_price: str
    net: str
    tax_rate_percent: str
    price_unit: str = ""
    lot: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(Paper):
    """Money given back against a shipment. Amounts are positive: they are credited."""

    customer: Party
    credit_date: dt.date
    lines: tuple[CreditLine, ...]
    taxes: tuple[TaxLine, ...]
    net_total: str
    tax_total: str
    total: str
    currency: str = "EUR"
    shipment_number: str = ""
    shipped_date: dt.date | None = None
    order_number: str = ""
    invoice_number: str = ""
    return_number: str = ""
    customer_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A part of an order line and the day it comes; no day: it follows, when is not known yet."""

    quantity: Quantity
    date: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedLine:
    """
    One order line as confirmed. `promises` is what comes when, soonest first; a part without a day follows later.

    `discount_percent` may be empty. `net` is after discount, before tax.
    """

    sku: str
    name: str
    ordered: Quantity
    unit_price: str
    net: str
    tax_rate_percent: str
    price_unit: str = ""
    discount_percent: str = ""
    promises: tuple[Promise, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmation(Paper):
    """What the customer will get, when and for how much."""

    customer: Party
    order_date: dt.date
    lines: tuple[ConfirmedLine, ...]
    taxes: tuple[TaxLine, ...]
    net_total: str
    tax_total: str
    total: str
    currency: str = "EUR"
    discount_total: str = ""
    customer_reference: str = ""
    requested_date: dt.date | None = None
    ship_to: Party | None = None
    payment_terms: str = ""


# --- Buying ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtLine:
    """One line of an order to a supplier, in its pack. Without costs for who may not see them: empty strings."""

    sku: str
    name: str
    quantity: Quantity
    supplier_sku: str = ""
    gtin: str = ""
    pack_cost: str = ""
    net: str = ""
    expected_date: dt.date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder(Paper):
    """What a supplier is asked to deliver, where and when. A draft says that it is one."""

    supplier: Party
    order_date: dt.date
    expected_date: dt.date
    lines: tuple[BoughtLine, ...]
    ship_to: Party
    net_total: str = ""
    currency: str = "EUR"
    supplier_reference: str = ""
    ordered_by: str = ""
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BackLine:
    """Units of one lot that go back to a supplier, and why."""

    sku: str
    name: str
    lot: LotQuantity
    supplier_sku: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierReturnNote(Paper):
    """What goes back to a supplier. It names no cost."""

    supplier: Party
    return_date: dt.date
    warehouse: str
    lines: tuple[BackLine, ...]
    receipt_number: str = ""
    delivery_note: str = ""
    supplier_reference: str = ""
    reason: str = ""
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """Units that were not as asked for. `kind` and `outcome` are words of the house ("over", "refused")."""

    sku: str
    name: str
    lot: LotQuantity
    kind: str
    outcome: str
    supplier_sku: str = ""
    order_number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyNote(Paper):
    """What of a delivery was not as asked for, for the supplier. It names no cost."""

    supplier: Party
    received_date: dt.date
    warehouse: str
    lines: tuple[DifferenceLine, ...]
    delivery_note: str = ""
    despatch_number: str = ""
    order_number: str = ""
    signed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenInLine:
    """Units of one lot that were booked in, and where they were put down."""

    sku: str
    name: str
    lot: LotQuantity
    place: str = ""
    order_number: str = ""
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsReceived(Paper):
    """What of a delivery was booked in. It names no cost."""

    supplier: Party
    received_date: dt.date
    warehouse: str
    lines: tuple[TakenInLine, ...]
    delivery_note: str = ""
    despatch_number: str = ""
    order_number: str = ""
    received_by: str = ""
    open: bool = False


# --- Papers within the house ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TravellingLine:
    """Units of one lot that travel to another warehouse, and the place they come from."""

    sku: str
    name: str
    lot: LotQuantity
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferNote(Paper):
    """What goes with goods from one warehouse to another. Before they leave it says what is to go."""

    from_warehouse: str
    to_warehouse: str
    lines: tuple[TravellingLine, ...]
    dispatch_date: dt.date | None = None
    expected_date: dt.date | None = None
    carrier: str = ""
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """A place to count. Without a product it is empty room to write; `expected` only where a count is not blind."""

    location: str
    sku: str = ""
    name: str = ""
    lot: str = ""
    best_before_date: dt.date | None = None
    expiry_date: dt.date | None = None
    expected: Quantity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSheet(Paper):
    """For counting with pen and paper, in walking order."""

    warehouse: str
    lines: tuple[SheetLine, ...]
    round: int = 1


# --- Recalls -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledGoods:
    """Units of one lot that a customer was sent with one shipment."""

    sku: str
    name: str
    lot: LotQuantity
    shipment_number: str = ""
    shipped_date: dt.date | None = None
    order_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallLetter:
    """What one customer is written."""

    customer: Party
    lines: tuple[RecalledGoods, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallLetters(Paper):
    """Letters to all who were sent something that is called back, a page for each; `drill` stands on all of them."""

    recall_date: dt.date
    reason: str
    letters: tuple[RecallLetter, ...]
    instructions: str = ""
    drill: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedLot:
    """Where the units of a lot are."""

    sku: str
    name: str
    lot: LotQuantity  # what came in
    here: Quantity
    with_customers: Quantity
    returned: Quantity
    scrapped: Quantity
    freed: Quantity
    closes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedCustomer:
    """Who had of it, and how far their answer is. `told` is written out, such as 3 Dec 2027 10:14 (phone)."""

    customer: Party
    shipped: int
    returned: int
    told: str = ""
    left_there: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedStep:
    """What happened, and how long after the beginning."""

    when: str
    after: str
    what: str
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallReport(Paper):
    """A recall or a drill from its first minute to its outcome."""

    title: str
    reason: str
    opened: str
    opened_by: str
    lots: tuple[ReportedLot, ...]
    customers: tuple[ReportedCustomer, ...]
    steps: tuple[ReportedStep, ...]
    drill: bool = False
    closed: str = ""
    outcome: str = ""
    instructions: str = ""
    back_percent: int = 0


# --- Labels ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PalletContent:
    """What a pallet of one product and one lot holds: `count` trade items that bear `gtin` (mostly cases)."""

    gtin: str
    count: int
    name: str
    lot: str = ""
    best_before_date: dt.date | None = None
    expiry_date: dt.date | None = None
    sku: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PalletLabel:
    """A GS1 logistic label, 100 x 150 mm. `content` only where the pallet holds one product of one lot."""

    sscc: str
    company: str
    ship_to: Party | None = None
    content: PalletContent | None = None
    orders: tuple[str, ...] = ()
    shipment_number: str = ""
    pallet_number: int | None = None
    pallets: int | None = None
    gross_weight_grams: int | None = None
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLabel:
    """
    A label for a case or a shelf, 100 x 50 mm. With a GTIN its symbol says product, date and lot in one scan.

    `symbol` "gs1_128" is taken where it fits the label, else a GS1 DataMatrix. Without a GTIN the symbol is a
    Code 128 of the SKU and the lot stands as text.
    """

    sku: str
    name: str
    lot: str
    gtin: str = ""
    best_before_date: dt.date | None = None
    expiry_date: dt.date | None = None
    pack_name: str = ""
    symbol: LotSymbol = "gs1_datamatrix"
    language: Language = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationLabel:
    """A place, 100 x 50 mm: its code big, a Code 128 of WAREHOUSE/LOCATION, perhaps an arrow to the shelf."""

    warehouse: str
    location: str
    zone: str = ""
    arrow: Arrow | None = None
    language: Language = "en"


Label = PalletLabel | LotLabel | LocationLabel


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSheet:
    """
    Lot and location labels on ordinary label sheets, ten to a page: A4 2 x 5 of 99.1 x 57 mm, Letter of 4 x 2 in.

    `skip` labels are left out at the start, for a sheet that is partly used.
    """

    labels: tuple[LotLabel | LocationLabel, ...]
    paper: PaperSize = "a4"
    skip: int = 0
