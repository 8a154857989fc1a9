"""SSCCs: built so that a scanner takes them, and refused where they do not fit."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillage.core.errors import Refusal
from stillage.documents import sscc
from stillage.scanning.gs1 import parse

TODAY = dt.date(2026, 6, 1)


def test_the_parts_stand_in_order_and_the_check_digit_comes_last() -> None:
    assert sscc.build(extension_digit=3, company_prefix="9506000", serial=134352000) == "395060001343520001"
    assert sscc.build(extension_digit=0, company_prefix="9506000134", serial=7) == "095060001340000079"


@given(
    extension=st.integers(0, 9),
    prefix=st.text("0123456789", min_size=7, max_size=10),
    share=st.floats(0, 1, exclude_max=True),
)
def test_what_is_built_is_read_by_the_scanner_and_taken_apart_again(
    extension: int, prefix: str, share: float
) -> None:
    serial = int(share * sscc.capacity(prefix))
    number = sscc.build(extension_digit=extension, company_prefix=prefix, serial=serial)
    assert parse(f"(00){number}", today=TODAY).sscc == number
    assert sscc.parse(number) == number
    assert sscc.parse(f"(00) {number[:9]} {number[9:]}") == number
    assert sscc.parse("00" + number) == number
    assert sscc.serial_of(number, company_prefix=prefix) == serial


@pytest.mark.parametrize("prefix", ["9506000", "95060001", "950600013", "9506000134"])
def test_the_last_serial_fits_and_the_next_does_not(prefix: str) -> None:
    room = sscc.capacity(prefix)
    assert room == 10 ** (16 - len(prefix))
    assert len(sscc.build(extension_digit=9, company_prefix=prefix, serial=room - 1)) == 18
    with pytest.raises(sscc.SsccError) as refused:
        sscc.build(extension_digit=9, company_prefix=prefix, serial=room)
    assert refused.value.code == "serial_out_of_range"


@pytest.mark.parametrize(
    ("extension", "prefix", "serial", "code"),
    [
        (10, "9506000", 1, "bad_extension_digit"),
        (-1, "9506000", 1, "bad_extension_digit"),
        (3, "950600", 1, "bad_company_prefix"),
        (3, "95060001345", 1, "bad_company_prefix"),
        (3, "950600A", 1, "bad_company_prefix"),
        (3, "٩٥٠٦٠٠٠", 1, "bad_company_prefix"),
        (3, "", 1, "bad_company_prefix"),
        (3, "9506000", -1, "serial_out_of_range"),
    ],
)
def test_parts_that_make_no_sscc_are_refused(extension: int, prefix: str, serial: int, code: str) -> None:
    with pytest.raises(sscc.SsccError) as refused:
        sscc.build(extension_digit=extension, company_prefix=prefix, serial=serial)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("395060001343520002", "check_digit"),
        ("39506000134352000", "bad_length"),
        ("(01)395060001343520001", "bad_character"),
        ("٣95060001343520001", "bad_character"),
        ("", "empty"),
        ("(00)", "empty"),
        ("PALLET 7", "bad_character"),
    ],
)
def test_a_text_that_is_no_sscc_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        sscc.parse(text)
    assert refused.value.code == code


def test_another_companys_sscc_has_no_serial_of_ours() -> None:
    with pytest.raises(sscc.SsccError) as refused:
        sscc.serial_of("395060001343520001", company_prefix="4012345")
    assert refused.value.code == "other_company_prefix"
