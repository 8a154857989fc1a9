"""Papers and labels as a warehouse has them: long names, many scripts, hundreds of lines."""

import datetime as dt
from decimal import Decimal

from stillage.documents.content import (
    Arrow,
    ConfirmedLine,
    CreditLine,
    CreditNote,
    DeliveryLine,
    DeliveryNote,
    DeliveryPallet,
    DifferenceLine,
    DiscrepancyNote,
    GoodsReceived,
    Language,
    LocationLabel,
    LotLabel,
    LotQuantity,
    LotSymbol,
    OrderConfirmation,
    PackedLine,
    PackingList,
    Pallet,
    PalletContent,
    PalletLabel,
    PaperSize,
    Party,
    PickLine,
    PickListContent,
    Promise,
    Quantity,
    TakenInLine,
    TaxLine,
)
from stillage.documents.sscc import build

COMPANY = Party(
    name="Harrow & Söhne Getränke GmbH",
    address=("Hafenstraße 14", "20457 Hamburg", "Germany"),
    tax_number="DE123456789",
    phone="+49 40 555 0140",
    email="orders@harrow.example",
)
CUSTOMER = Party(
    name="Café Ñandú – Żubr & Łódź Bar sp. z o.o.",
    address=("ul. Piotrkowska 104", "90-926 Łódź", "Polska"),
    code="C-00417",
    tax_number="PL5261040828",
)
SHIP_TO = Party(name="Żubr Taproom, yard entrance", address=("ul. Wólczańska 17", "90-731 Łódź"))

NAMES = (
    "Harrow Pale Ale 0.33 l",
    "Żubr Ciemne – cask reserve",
    "Crème de Cassis Échézeaux 0.7 l",
    "Ωμέγα Ξηρό Λευκό 0.75 l",
    "Квас Домашний 1.5 л",
    "Grüner Veltliner Federspiel Ried Achleiten Wachau DAC, Weingut Prager-Söllner, Magnum in Holzkiste 1.5 l",
    "<b>Fish & Chips</b> Stout &amp; Porter",
    "Río Ñuble Malbec Gran Reserva",
)
DAY = dt.date(2027, 3, 31)


def sku(index: int) -> str:
    return f"SKU-{index:04d}"


def amount_of(index: int) -> Quantity:
    if index % 7 == 6:
        return Quantity(units=1 + index % 4, base_unit="keg")
    return Quantity(units=24 * (index % 15) + 5 * (index % 3) + 1, base_unit="bottle", units_per_case=24)


def lot(index: int) -> str:
    return f"L{2400 + index}/{chr(65 + index % 26)}"


def pick_list(
    count: int = 14, *, language: Language = "en", paper: PaperSize = "a4", notes: str = ""
) -> PickListContent:
    return PickListContent(
        number="PICK-2026-00412",
        company=COMPANY,
        language=language,
        paper=paper,
        warehouse="MAIN",
        customer=CUSTOMER.name,
        orders=("SO-2026-1187", "SO-2026-1188"),
        picker="Jana Nováková",
        ship_date=dt.date(2026, 11, 24),
        notes=notes,
        lines=tuple(
            PickLine(
                location=f"{chr(65 + index // 40)}-{index // 4 % 10 + 1:02d}-{index % 4 + 1:02d}",
                sku=sku(index),
                name=NAMES[index % len(NAMES)],
                lot=lot(index),
                quantity=amount_of(index),
                best_before_date=DAY + dt.timedelta(days=index),
                note="Top layer only" if index % 9 == 4 else "",
            )
            for index in range(count)
        ),
    )


def packing_list(pallets: int = 3, lines: int = 5, *, language: Language = "en") -> PackingList:
    return PackingList(
        number="SHP-2026-00391",
        company=COMPANY,
        language=language,
        customer=CUSTOMER,
        orders=("SO-2026-1187",),
        customer_reference="PO 77/2026",
        ship_date=dt.date(2026, 11, 24),
        carrier="Nordlicht Spedition",
        warehouse="MAIN",
        pallets=tuple(
            Pallet(
                sscc=build(extension_digit=3, company_prefix="4012345", serial=1000 + pallet),
                gross_weight_grams=612_500 + 1_000 * pallet,
                lines=tuple(
                    PackedLine(
                        sku=sku(pallet * lines + index),
                        name=NAMES[(pallet + index) % len(NAMES)],
                        lot=lot(pallet * lines + index),
                        quantity=amount_of(pallet * lines + index),
                        best_before_date=DAY,
                    )
                    for index in range(lines)
                ),
            )
            for pallet in range(pallets)
        ),
    )


def delivery_note(
    count: int = 8, *, language: Language = "en", paper: PaperSize = "a4", lots: int = 2, pallets: int = 2
) -> DeliveryNote:
    return DeliveryNote(
        number="DN-2026-00391",
        company=COMPANY,
        language=language,
        paper=paper,
        customer=CUSTOMER,
        ship_to=SHIP_TO,
        order_number="SO-2026-1187",
        customer_reference="PO 77/2026",
        order_date=dt.date(2026, 11, 20),
        ship_date=dt.date(2026, 11, 24),
        delivery_date=dt.date(2026, 11, 25),
        carrier="Nordlicht Spedition",
        notes="Please return empty kegs.\nYard closes at 15:00.",
        pallets=tuple(
            DeliveryPallet(
                sscc=build(extension_digit=3, company_prefix="4012345", serial=1000 + pallet),
                gross_weight_grams=612_500,
            )
            for pallet in range(pallets)
        ),
        lines=tuple(
            DeliveryLine(
                sku=sku(index),
                name=NAMES[index % len(NAMES)],
                ordered=Quantity(units=480, units_per_case=24),
                delivered=Quantity(units=0 if index == 3 else 480 - index % 5, units_per_case=24),
                lots=()
                if index == 3
                else tuple(
                    LotQuantity(
                        lot=lot(10 * index + part),
                        quantity=Quantity(units=240 - part * (index % 5), units_per_case=24),
                        best_before_date=DAY + dt.timedelta(days=part),
                    )
                    for part in range(lots)
                ),
            )
            for index in range(count)
        ),
    )


def credit_note(count: int = 4, *, language: Language = "en") -> CreditNote:
    nets = [Decimal("14.40") * (index + 1) for index in range(count)]
    low = sum((net for index, net in enumerate(nets) if index % 3 == 2), Decimal(0))
    high = sum(nets, Decimal(0)) - low
    taxes = (
        TaxLine(rate_percent="19.00", net=f"{high:.2f}", tax=f"{high * 19 / 100:.2f}"),
        TaxLine(rate_percent="7.00", net=f"{low:.2f}", tax=f"{low * 7 / 100:.2f}"),
    )
    tax = sum(Decimal(line.tax) for line in taxes)
    return CreditNote(
        number="CN-2026-00031",
        company=COMPANY,
        language=language,
        customer=CUSTOMER,
        credit_date=dt.date(2026, 12, 1),
        shipment_number="SHP-2026-00391",
        shipped_date=dt.date(2026, 11, 24),
        order_number="SO-2026-1187",
        return_number="RET-2026-0008",
        lines=tuple(
            CreditLine(
                sku=sku(index),
                name=NAMES[index % len(NAMES)],
                quantity=Quantity(units=24 * (index + 1), units_per_case=24),
                unit_price="0.6000",
                net=f"{net:.2f}",
                tax_rate_percent="7.00" if index % 3 == 2 else "19.00",
                lot=lot(index),
                reason="Broken in transit" if index % 2 else "",
                price_unit="bottle",
            )
            for index, net in enumerate(nets)
        ),
        taxes=taxes,
        net_total=f"{high + low:.2f}",
        tax_total=f"{tax:.2f}",
        total=f"{high + low + tax:.2f}",
    )


def order_confirmation(
    count: int = 6, *, language: Language = "en", paper: PaperSize = "a4", discount: str = "5.00"
) -> OrderConfirmation:
    net = Decimal("1368.00") * count
    tax = net * 19 / 100
    return OrderConfirmation(
        number="SO-2026-1187",
        company=COMPANY,
        language=language,
        paper=paper,
        customer=CUSTOMER,
        ship_to=SHIP_TO,
        order_date=dt.date(2026, 11, 20),
        requested_date=dt.date(2026, 11, 25),
        customer_reference="PO 77/2026",
        payment_terms="30 days net" if language == "en" else "30 Tage netto",
        currency="EUR",
        discount_total=f"{Decimal('72.00') * count:.2f}" if discount else "",
        lines=tuple(
            ConfirmedLine(
                sku=sku(index),
                name=NAMES[index % len(NAMES)],
                ordered=Quantity(units=1440, units_per_case=24),
                unit_price="24.00",
                price_unit="case" if language == "en" else "Kiste",
                discount_percent=discount,
                tax_rate_percent="19.00",
                net="1368.00",
                promises=(
                    Promise(quantity=Quantity(units=960, units_per_case=24), date=dt.date(2026, 11, 25)),
                    *([Promise(quantity=Quantity(units=480, units_per_case=24))] if index % 2 else []),
                ),
            )
            for index in range(count)
        ),
        taxes=(TaxLine(rate_percent="19.00", net=f"{net:.2f}", tax=f"{tax:.2f}"),),
        net_total=f"{net:.2f}",
        tax_total=f"{tax:.2f}",
        total=f"{net + tax:.2f}",
    )


# --- Labels ------------------------------------------------------------------------------------------


def lot_of(index: int) -> LotQuantity:
    return LotQuantity(lot=lot(index), quantity=amount_of(index), best_before_date=DAY, expiry_date=DAY)


def discrepancy_note(count: int = 4, *, language: Language = "en") -> DiscrepancyNote:
    kinds = ("over", "short", "damaged", "short_dated", "not_ordered")
    outcomes = ("accepted", "missing", "quarantined", "refused", "refused")
    return DiscrepancyNote(
        number="GR-000042",
        company=COMPANY,
        language=language,
        supplier=CUSTOMER,
        received_date=DAY,
        warehouse="MAIN Hafenstraße, hall 3",
        lines=tuple(
            DifferenceLine(
                sku=sku(index),
                name=NAMES[index % len(NAMES)],
                lot=lot_of(index),
                kind=kinds[index % 5],
                outcome=outcomes[index % 5],
                supplier_sku=f"BREW-{index}" if index % 3 else "",
                order_number=f"PO-{index:06d}" if index % 2 else "",
                note="the film was torn, and the lowest layer stood in water" if index % 4 == 3 else "",
            )
            for index in range(count)
        ),
        delivery_note="LS 4711/2027",
        despatch_number="DESADV-2027-000815",
        signed_by="Żaneta",
    )


def goods_received(count: int = 4, *, language: Language = "en", paper: PaperSize = "a4") -> GoodsReceived:
    return GoodsReceived(
        number="GR-000042",
        company=COMPANY,
        language=language,
        paper=paper,
        supplier=CUSTOMER,
        received_date=DAY,
        warehouse="MAIN Hafenstraße, hall 3",
        lines=tuple(
            TakenInLine(
                sku=sku(index),
                name=NAMES[index % len(NAMES)],
                lot=lot_of(index),
                place="QUARANTINE-CAGE-01" if index % 5 == 4 else "RECV",
                order_number=f"PO-{index:06d}" if index % 2 else "",
                aside=index % 5 == 4,
            )
            for index in range(count)
        ),
        order_number="PO-000017",
        received_by="Żaneta",
        open=count < 10,
    )


def pallet_label(*, language: Language = "en", homogeneous: bool = True, lot: str = "L2409") -> PalletLabel:
    return PalletLabel(
        sscc=build(extension_digit=3, company_prefix="4012345", serial=1000),
        company=COMPANY.name,
        ship_to=SHIP_TO,
        content=PalletContent(
            gtin="19506000134359", count=48, name=NAMES[0], lot=lot, best_before_date=DAY, sku="ALE-330"
        )
        if homogeneous
        else None,
        orders=("SO-2026-1187", "SO-2026-1188"),
        shipment_number="SHP-2026-00391",
        pallet_number=2,
        pallets=5,
        gross_weight_grams=612_500,
        language=language,
    )


def lot_label(
    index: int = 0, *, gtin: str = "09506000134352", symbol: LotSymbol = "gs1_datamatrix"
) -> LotLabel:
    return LotLabel(
        sku=sku(index),
        name=NAMES[index % len(NAMES)],
        lot=lot(index),
        gtin=gtin,
        best_before_date=DAY,
        pack_name="case of 24",
        symbol=symbol,
    )


def location_label(code: str = "A-01-02", *, arrow: Arrow | None = None) -> LocationLabel:
    return LocationLabel(warehouse="MAIN", location=code, zone="Ambient", arrow=arrow)
