"""What happens once a week: a file with a fault, a photographed label, a wrong count, a lost line, another look."""

import uuid
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from behind import Warehouse
from browser import Visit
from line import Line
from loopback import serving
from PIL import Image
from playwright.sync_api import Browser
from walking import SLOW, go, signed_in

from stillage_client.hosting import create_app

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SKU = "MSW-750"


def fresh(start: str) -> str:
    return start + uuid.uuid4().hex[:6].upper()


def choose(visit: Visit, button: str, file: Path) -> None:
    """Press a button that opens the system's file chooser, and choose there."""
    with visit.page.expect_file_chooser(timeout=SLOW * 1000) as opened:
        visit.click("button", button)
    opened.value.set_files(str(file))


def test_a_file_with_a_bad_row_shows_the_fault_and_the_mended_one_comes_in(
    chrome: Browser, warehouse: Warehouse, tmp_path: Path
) -> None:
    one, two = fresh("IMP-"), fresh("IMP-")
    head = "sku,name,category,brand,container_ml,base_unit,abv_percent\n"
    good = f"{one},Quarry Test Ale,Ale,Quarry,330,can,4.8\n"
    bad = tmp_path / "bad.csv"
    bad.write_text(head + good + f"{two},,Ale,Quarry,many,can,480\n")
    mended = tmp_path / "mended.csv"
    mended.write_text(head + good + f"{two},Quarry Test Stout,Ale,Quarry,500,can,5.1\n")
    with signed_in(chrome, warehouse.url, "/import") as visit:
        visit.sees("Choose a file", seconds=SLOW)
        choose(visit, "Choose a file", bad)
        visit.sees("2 faults, so nothing was written", seconds=SLOW)
        visit.sees("many")
        visit.sees("480")  # every fault of the row, not only the first
        visit.shot("import-faults-desk")
        assert warehouse.get(f"products?search={one}")["results"] == []
        choose(visit, "Choose another", mended)
        visit.sees("Nothing is wrong with this file", seconds=SLOW)
        assert warehouse.get(f"products?search={one}")["results"] == []
        visit.click("button", "Import now")
        visit.sees("Imported: mended.csv", seconds=SLOW)
        visit.shot("import-done-desk")
        assert warehouse.get(f"products/{two}")["name"] == "Quarry Test Stout"


def test_a_photo_of_a_label_counts_as_a_scan(chrome: Browser, warehouse: Warehouse, tmp_path: Path) -> None:
    lot = fresh("P")
    content = f"(01){warehouse.case_gtin(SKU)}(15)291231(10){lot}"
    create: Any = zxingcpp.create_barcode
    symbol = create(content, zxingcpp.BarcodeFormat.DataMatrix, gs1=True, force_square=True)
    pixels = symbol.to_image(scale=8, add_quiet_zones=True)
    photo = tmp_path / "label.png"
    Image.frombuffer("L", pixels.shape[::-1], bytes(pixels)).save(photo)
    with signed_in(chrome, warehouse.url, "/scan/receive", size="phone") as visit:
        visit.sees("Receiving at RECV", seconds=SLOW)
        choose(visit, "Photo", photo)
        visit.sees("Received", seconds=SLOW)
        visit.sees(f"Lot {lot}")
        visit.shot("scan-photo-phone")
        assert warehouse.on_hand(SKU, lot, "MAIN/RECV") == 12


def test_a_wrong_count_is_corrected_with_its_reason(chrome: Browser, warehouse: Warehouse) -> None:
    lot = fresh("C")
    label = f"01{warehouse.case_gtin(SKU)}15291231" + f"10{lot}"
    with signed_in(chrome, warehouse.url, "/scan/receive") as visit:
        visit.sees("Receiving at RECV", seconds=SLOW)
        visit.scan(label)
        visit.sees(f"Lot {lot}", seconds=SLOW)
        visit.press("button", "Adjust", exact=True)
        visit.sees("Correcting", seconds=SLOW)
        visit.scan(label)
        visit.sees("How many are there?", seconds=SLOW)
        visit.shot("adjust-question-desk")
        visit.fill("Bottles", "9", exact=True)
        visit.press("button", "Correct", exact=True)
        visit.sees("Say why it differs", seconds=SLOW)
        visit.press("button", "Broken", exact=True)
        visit.press("button", "Correct", exact=True)
        visit.sees("Corrected", seconds=SLOW)
        visit.until(
            lambda: warehouse.on_hand(SKU, lot, "MAIN/RECV") == 9, "nine bottles in the books", seconds=SLOW
        )
        newest = warehouse.get(f"movements?product={SKU}&lot={lot}&kind=adjust")["results"][0]
        assert (newest["quantity"], newest["reason"]) == (3, "Broken")


def test_scans_are_kept_while_the_server_is_away_and_booked_when_it_is_back(
    chrome: Browser, warehouse: Warehouse, client_cache: Path
) -> None:
    lot = fresh("K")
    label = f"01{warehouse.case_gtin(SKU)}15291231" + f"10{lot}"
    with Line(warehouse.url) as line:
        client = create_app(
            api_base=line.url, allowed_hosts={"127.0.0.1"}, allowed_origins=set(), cache_dir=client_cache
        )
        with (
            serving(client) as own,
            signed_in(chrome, own.url, "/scan/receive", size="phone", api=warehouse.url) as visit,
        ):
            visit.sees("Receiving at RECV", seconds=SLOW)
            line.cut()
            for _ in range(3):
                visit.scan(label)
                visit.page.wait_for_timeout(300)
            visit.sees("Kept on this device", seconds=SLOW)
            visit.shot("scan-kept-phone")
            assert warehouse.on_hand(SKU, lot, "MAIN/RECV") == 0
            line.mend()
            visit.until(
                lambda: warehouse.on_hand(SKU, lot, "MAIN/RECV") == 36, "three cases booked", seconds=SLOW
            )
            visit.misses("Kept on this device", seconds=SLOW)
            visit.sees("Received", seconds=SLOW)


def test_a_chosen_look_is_still_there_after_a_reload(chrome: Browser, warehouse: Warehouse) -> None:
    def brightness(visit: Visit) -> float:
        file = visit.shot("theme-desk")
        assert file is not None
        return float(Image.open(file).convert("L").resize((1, 1)).getpixel((0, 0)))  # type: ignore[arg-type]

    with signed_in(chrome, warehouse.url, "/more") as visit:
        visit.sees("Looks", seconds=SLOW)
        assert brightness(visit) > 160
        visit.click("button", "Dark", exact=True)
        visit.until(lambda: brightness(visit) < 90, "the dark look")
        go(visit, f"{warehouse.url}/more")
        visit.sees("Looks", seconds=SLOW)
        assert brightness(visit) < 90
