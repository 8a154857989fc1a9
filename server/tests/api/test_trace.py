"""The trace of a lot through the API: back to the supplier's paper, forward to every customer, and it closes."""

from __future__ import annotations

from typing import Any

import pytest

from stillage.core.clock import now
from stillage.places.models import Location, Warehouse
from stillage.purchasing.models import PurchaseOrder, PurchaseOrderLine, Receipt, ReceiptLine, Supplier
from stillage.sales import operations as sales
from stillage.sales.models import ReturnLine, Shipment, ShipmentLine
from stillage.stock import operations as stock
from stillage.stock.models import Lot
from stillage.transfers.models import Transfer, TransferItem, TransferStatus
from tests import selling
from tests.builders import BOSS, make_location, make_product, make_warehouse, receive
from tests.people import Client, signed_in_client
from tests.promises.model import Real

pytestmark = pytest.mark.django_db
API = "/api/v1/"
SKU = "ALE-330"


def lot_id(number: str = "L1") -> int:
    return Lot.objects.get(number=number).pk


def traced(client: Client, number: str = "L1") -> dict[str, Any]:
    said = client.get(f"{API}lots/{lot_id(number)}/trace")
    assert said.status_code == 200, said.json()
    found: dict[str, Any] = said.json()
    return found


def balance_of(found: dict[str, Any]) -> dict[str, int]:
    return {
        name: units
        for name, units in found["balance"].items()
        if name not in ("closes", "sentence_parts") and units
    }


def booked_in(product: Any, lot: str, units: int, *, order: str = "PO-000001") -> None:
    """Goods that came for an order, with the papers that say so."""
    answer = receive(product, lot, quantity=units)
    main = Warehouse.objects.get(code="MAIN")
    supplier = Supplier.objects.get_or_create(code="BREW", name="The Brewery")[0]
    at = now()
    common: dict[str, Any] = {"supplier": supplier, "warehouse": main, "username": "boss"}
    bought = PurchaseOrder.objects.create(number=order, expected_date=at.date(), currency="GBP", **common)
    line = PurchaseOrderLine.objects.create(
        order=bought,
        position=1,
        product=product,
        pack_name="bottle",
        units_per_pack=1,
        quantity_packs=units,
        quantity=units,
        received=units,
        pack_cost="0.61",
        net_amount="1.00",
    )
    place = Location.objects.get(full_code="MAIN/A-01")
    delivery = Receipt.objects.create(
        number=order.replace("PO", "GR"),
        order=bought,
        location=place,
        delivery_note="DN 77",
        opened_at=at,
        **common,
    )
    ReceiptLine.objects.create(
        receipt=delivery,
        operation_id=answer["operation_id"],
        order_line=line,
        product=product,
        lot=Lot.objects.get(product=product, number=lot),
        location=place,
        quantity=units,
        unit_cost="0.61",
        username="boss",
        received_at=at,
    )


def take(kind: str, units: int, place: str = "MAIN/A-01", **more: Any) -> Any:
    line = {
        "scrap": lambda: stock.ScrapLine(SKU, place, units, "broken", "L1"),
        "adjust": lambda: stock.AdjustLine(SKU, place, units, "found", "L1"),
        "move": lambda: stock.MoveLine(SKU, place, more["to"], units, "L1"),
    }[kind]()
    return getattr(stock, kind)(actor=BOSS, lines=[line], reference=more.get("reference", ""), at=now())


def undo(answer: Any) -> Any:
    return stock.reverse(actor=BOSS, operation_id=answer["operation_id"], reason="", at=now())


def on_its_way(units: int) -> None:
    """Sent from MAIN to NORTH, as a transfer does it."""
    main, north = Warehouse.objects.get(code="MAIN"), Warehouse.objects.get(code="NORTH")
    way = make_location(north, "TRANSIT", kind="transit")
    here = Location.objects.get(full_code="MAIN/A-01")
    sent = Transfer.objects.create(
        number="TR-000001",
        from_warehouse=main,
        to_warehouse=north,
        transit_location=way,
        status=TransferStatus.DISPATCHED,
        username="boss",
        dispatched_at=now(),
    )
    item = TransferItem.objects.create(
        transfer=sent, product_id=Lot.objects.get(pk=lot_id()).product_id, lot_id=lot_id(), dispatched=units
    )
    stock.transfer(
        actor=BOSS,
        units=[stock.Units(item.demand_id, lot_id(), here.pk, way.pk, units)],
        reference=sent.number,
        at=now(),
    )


def came_back(shipment: Shipment, units: int, **decision: Any) -> None:
    line = ShipmentLine.objects.get(shipment=shipment)
    announced = sales.Announced(units, shipment_line=line.pk)
    one = sales.announce_return(actor=BOSS, shipment=shipment.pk, lines=[announced], at=now())
    pk = ReturnLine.objects.get(of_return=one).pk
    sales.receive_return(actor=BOSS, of_return=one.pk, lines=[sales.CameBack(units, line=pk)], at=now())
    if decision:
        sales.dispose(actor=BOSS, of_return=one.pk, decisions=[sales.Decision(pk, **decision)], at=now())


def a_life() -> None:
    """A lot with every thing that can happen to it: 300 on order, 40 without; 35 are gone for ever."""
    selling.make_house()
    make_warehouse("NORTH", "N-01")
    product = make_product(SKU)
    booked_in(product, "L1", 300)
    line = stock.ReceiveLine(product=SKU, lot="L1", location="MAIN/A-02", quantity=40, unit_cost="0.50")  # type: ignore[arg-type]
    stock.receive(actor=BOSS, lines=[line], reference="by the back door", at=now())
    selling.make_customer("PUB", phone="01904 1", email="pub@example.org", address="1 Street", postcode="YO1")
    selling.make_customer("INN")
    first = selling.shipped((SKU, 60))
    selling.shipped((SKU, 24), customer="INN")
    came_back(first, 10, outcome="scrap", quantity=4, reason="warm")
    take("scrap", 5)
    take("adjust", -3)
    take("adjust", 2, reference="R1")
    undo(take("scrap", 7))
    undo(undo(take("adjust", -1)))
    on_its_way(30)
    take("move", 20, to="NORTH/N-01")
    selling.picked((SKU, 6))


def test_a_trace_says_all_of_it_and_closes() -> None:
    a_life()
    found = traced(signed_in_client("manager"))
    assert balance_of(found) == {
        "received": 340,
        "shipped": 84,
        "returned": 10,
        "scrapped": 9,
        "adjusted": -2,
        "on_hand": 225,
        "in_transit": 30,
    }
    assert found["balance"]["closes"]
    parts = found["balance"]["sentence_parts"]
    sides = {
        side: sum(part["sign"] * part["quantity"] for part in parts if part["side"] == side)
        for side in ("moved", "there")
    }
    assert sides == {"moved": 255, "there": 255}
    ordered, plain = found["origins"]
    assert (ordered["supplier"], ordered["receipt"], ordered["purchase_order"]) == (
        "BREW",
        "GR-000001",
        "PO-000001",
    )
    assert (ordered["delivery_note"], ordered["quantity"], ordered["unit_cost"]) == ("DN 77", 300, "0.6100")
    assert (plain["supplier"], plain["reference"], plain["quantity"]) == ("", "by the back door", 40)
    pub, inn = found["customers"]
    assert (pub["customer"], pub["shipped"], pub["returned"], pub["net"]) == ("PUB", 60, 10, 50)
    assert (pub["phone"], pub["city"]) == ("01904 1", "YO1 York")
    assert (inn["customer"], inn["net"]) == ("INN", 24)
    assert [one["quantity"] for one in pub["shipments"]] == [60]
    assert pub["shipments"][0]["shipment"] == "SH-000001"
    (back,) = found["returns"]
    assert (back["quantity"], back["outcome"]) == (10, "several")
    assert back["outcomes"] == {"waiting": 6, "scrap": 4}
    assert sorted(one["quantity"] for one in found["scrapped"]) == [4, 5]
    assert sorted(one["quantity"] for one in found["adjusted"]) == [-3, -1, 2]
    assert [(one["transfer"], one["quantity"]) for one in found["on_the_way"]] == [("TR-000001", 30)]
    (promised,) = found["promised"]
    assert (promised["quantity"], promised["picked"], promised["customer"]) == (6, True, "PUB")
    assert sum(place["on_hand"] for place in found["places"]) == 255
    assert (found["case_name"], found["units_per_case"], found["base_unit"]) == ("case", 24, "bottle")


def test_who_sees_one_house_is_told_of_that_house_alone_and_it_closes_too() -> None:
    """SAFETY B15: what went to the other house is a term of the sum, and no more than that."""
    a_life()
    main, north = Warehouse.objects.get(code="MAIN"), Warehouse.objects.get(code="NORTH")
    whole = traced(signed_in_client("manager"))
    here = traced(signed_in_client("manager", warehouses=[main]))
    there = traced(signed_in_client("manager", warehouses=[north]))
    assert here["balance"]["transferred"] == -50
    assert balance_of(there) == {"transferred": 50, "on_hand": 20, "in_transit": 30}
    assert all(found["balance"]["closes"] for found in (whole, here, there))
    for name in ("received", "shipped", "returned", "scrapped", "adjusted"):
        assert here["balance"][name] == whole["balance"][name]
    assert here["balance"]["on_hand"] + there["balance"]["on_hand"] == whole["balance"]["on_hand"]
    assert "NORTH" not in str(here)
    assert here["on_the_way"] == []
    assert {
        name: there[name] for name in ("origins", "customers", "returns", "scrapped", "adjusted", "promised")
    } == {
        "origins": [],
        "customers": [],
        "returns": [],
        "scrapped": [],
        "adjusted": [],
        "promised": [],
    }
    assert [(one["from_warehouse"], one["quantity"]) for one in there["on_the_way"]] == [
        ("another warehouse", 30)
    ]
    for secret in ("PUB", "BREW", "SH-0", "SO-0", "GR-0", "MAIN", "back door"):
        assert secret not in str(there), secret


def test_an_order_of_another_house_served_from_here_names_nobody() -> None:
    """NORTH sells what lies in MAIN: who works in MAIN sees that it went, not to whom."""
    selling.make_house()
    selling.make_house("NORTH")
    receive(make_product(SKU), "L1", quantity=50)
    order = selling.make_order((SKU, 20), warehouse="NORTH")
    sales.allocate(actor=BOSS, order=order.pk, at=now(), warehouses=["MAIN"])
    main = Warehouse.objects.get(code="MAIN")
    client = signed_in_client("manager", warehouses=[main])
    (promised,) = traced(client)["promised"]
    assert (promised["order"], promised["customer"], promised["quantity"]) == ("another warehouse", "", 20)
    sales.pick_order(actor=BOSS, order=order.pk, at=now())
    sales.pack(actor=BOSS, order=order.pk, at=now())
    sales.ship(actor=BOSS, order=order.pk, at=now())
    found = traced(client)
    assert (found["balance"]["shipped"], found["balance"]["closes"]) == (20, True)
    (nobody,) = found["customers"]
    assert (nobody["customer"], nobody["customer_name"], nobody["shipped"]) == ("", "another warehouse", 20)
    assert order.number not in str(found) and "PUB" not in str(found)


def test_a_lot_of_another_house_is_like_one_that_is_not_there() -> None:
    selling.make_house()
    north = make_warehouse("NORTH")
    receive(make_product(SKU), "L1")
    client = signed_in_client("manager", warehouses=[north])
    missing = client.get(f"{API}lots/999999/trace")
    theirs = client.get(f"{API}lots/{lot_id()}/trace")
    assert missing.status_code == theirs.status_code == 404
    hidden = ("instance", "request_id")
    assert {k: v for k, v in missing.json().items() if k not in hidden} == {
        k: v for k, v in theirs.json().items() if k not in hidden
    }
    for name in ("x", "9" * 30, "1.5", "L1"):
        assert client.get(f"{API}lots/{name}/trace").status_code == 404
    assert client.get(f"{API}lots/{lot_id()}/trace?colour=red").status_code == 400


def test_costs_and_contacts_are_for_those_who_may_know() -> None:
    a_life()
    picker = traced(signed_in_client("picker"))
    assert all("unit_cost" not in one for one in picker["origins"])
    assert all("phone" in one for one in picker["customers"])  # pickers see customers
    sales_rep = traced(signed_in_client("sales"))
    assert "0.61" not in str(sales_rep["origins"])


def test_a_lot_nothing_happened_to_has_an_empty_life() -> None:
    selling.make_house()
    undo(receive(make_product(SKU), "L1"))
    found = traced(signed_in_client("manager"))
    assert balance_of(found) == {}
    assert found["balance"]["closes"]
    assert found["origins"] == found["places"] == found["customers"] == []


def test_papers_of_every_kind_are_named() -> None:
    """Sent back to the supplier, counted, on its way, arrived with a surplus, lost: by the documents' own steps."""
    real = Real()
    assert real.receive("ALE", "L1", "MAIN/A-01", 50, other_date=False) is None
    assert real.send_back("ALE", "L1", "MAIN/A-01", 5) is None
    real.count(("ALE", "L1", "MAIN/A-01"), 40)
    assert real.approve(0) is None
    assert real.send("ALE", "L1", "MAIN/A-01", 10) is None
    assert real.send("ALE", "L1", "MAIN/A-01", 6) is None
    assert real.arrive(0, 12, surplus=True) is None
    assert real.arrive(1, 2, surplus=False) is None
    client = signed_in_client("manager")
    found = traced(client)
    assert balance_of(found) == {
        "received": 50,
        "returned_to_supplier": 5,
        "counted": -5,
        "adjusted": 2,
        "on_hand": 38,
        "in_transit": 4,
    }
    assert found["balance"]["closes"]
    (back,) = found["supplier_returns"]
    assert (back["number"], back["supplier"], back["quantity"]) == ("SR-000001", "BREW", 5)
    assert [(one["number"], one["quantity"]) for one in found["counts"]] == [("CT-000001", -5)]
    assert [(one["number"], one["quantity"]) for one in found["adjusted"]] == [("TR-000001", 2)]
    assert [(one["transfer"], one["quantity"]) for one in found["on_the_way"]] == [("TR-000002", 4)]
    assert real.lose(1) is None
    assert traced(client)["balance"]["adjusted"] == -2
    assert real.call_back("ALE", "L1") is None
    sheet = client.get(f"{API}recalls/RC-000001/sheet?format=csv").content.decode("utf-8-sig").splitlines()
    events = [line.split(",")[1] for line in sheet[1:]]
    assert sorted(events) == [
        "adjusted",
        "adjusted",
        "counted",
        "moved between houses",
        "moved between houses",
        "received",
        "returned to supplier",
    ]
    (told,) = traced(client)["recalls"]
    assert (told["number"], told["status"], told["drill"]) == ("RC-000001", "open", False)


def test_a_delivery_by_its_own_steps_is_traced_to_its_order() -> None:
    selling.make_house()
    make_product(SKU)
    Supplier.objects.create(code="BREW", name="The Brewery")
    client = signed_in_client("manager")

    def post(address: str, body: dict[str, Any]) -> dict[str, Any]:
        said = client.post(API + address, body)
        assert said.status_code in (200, 201), said.json()
        found: dict[str, Any] = said.json()
        return found

    line = {"product": SKU, "quantity": 48, "pack_cost": "0.61"}
    order = post("purchase-orders", {"supplier": "BREW", "warehouse": "MAIN", "lines": [line], "place": True})
    opened = post(
        "receipts", {"warehouse": "MAIN", "purchase_order": order["number"], "delivery_note": "DN 5"}
    )
    goods = {"product": SKU, "lot": "L1", "expiry_date": "2199-01-01"}
    first = post(f"receipts/{opened['number']}/receive", {"lines": [{**goods, "quantity": 24}]})
    post(f"receipts/{opened['number']}/receive", {"lines": [{**goods, "quantity": 20}]})
    found = traced(client)
    assert [(one["purchase_order"], one["receipt"], one["quantity"]) for one in found["origins"]] == [
        (order["number"], opened["number"], 24),
        (order["number"], opened["number"], 20),
    ]
    assert found["origins"][0]["delivery_note"] == "DN 5"
    assert (found["balance"]["received"], found["balance"]["closes"]) == (44, True)
    post(f"receipts/{opened['number']}/undo", {"operation_id": first["operation_id"]})
    found = traced(client)
    assert [one["quantity"] for one in found["origins"]] == [20]
    assert (found["balance"]["received"], found["balance"]["closes"]) == (20, True)
