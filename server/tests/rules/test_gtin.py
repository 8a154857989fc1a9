"""Numbers on goods: check digits, the 14-digit form, UPC-E. No database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillage.catalogue.gtin import (
    GtinError,
    check_digit,
    expand_upc_e,
    has_check_digit,
    normalise_gln,
    normalise_gtin,
    normalise_sscc,
    pack_indicator,
    read_eight_digits,
    require_check_digit,
)


@pytest.mark.parametrize(
    ("number", "fourteen"),
    [
        ("96385074", "00000096385074"),
        ("614141000036", "00614141000036"),
        ("9506000134352", "09506000134352"),
        ("10614141000415", "10614141000415"),
    ],
)
def test_a_gtin_of_any_length_is_kept_as_fourteen_digits(number: str, fourteen: str) -> None:
    assert normalise_gtin(number) == fourteen


def test_a_wrong_check_digit_is_refused_and_the_right_one_named() -> None:
    with pytest.raises(GtinError) as refused:
        normalise_gtin("9506000134359")
    assert refused.value.code == "check_digit"
    assert refused.value.detail == "The last digit should be 2, the code has 9."
    assert refused.value.position == 12


@pytest.mark.parametrize("number", ["", "1", "1234567", "123456789", "95060001343521", "123456789012345"])
def test_other_lengths_are_no_gtins(number: str) -> None:
    with pytest.raises(GtinError):
        normalise_gtin(number)


@pytest.mark.parametrize("number", ["950600013435A", " 9506000134352", "９506000134352", "²506000134352"])
def test_only_ascii_digits_are_digits(number: str) -> None:
    with pytest.raises(GtinError) as refused:
        normalise_gtin(number)
    assert refused.value.code == "bad_character"


def test_sscc_and_gln_carry_the_same_check_digit_rule() -> None:
    assert normalise_sscc("395060001343520001") == "395060001343520001"
    assert normalise_gln("9506000134352") == "9506000134352"
    for normalise, number in ((normalise_sscc, "395060001343520002"), (normalise_gln, "9506000134353")):
        with pytest.raises(GtinError) as refused:
            normalise(number)
        assert refused.value.code == "check_digit"
    for normalise, number in ((normalise_sscc, "9506000134352"), (normalise_gln, "395060001343520001")):
        with pytest.raises(GtinError) as refused:
            normalise(number)
        assert refused.value.code == "bad_length"


@given(st.text("0123456789", min_size=7, max_size=17), st.data())
def test_a_changed_digit_never_passes(body: str, data: st.DataObject) -> None:
    number = body + check_digit(body)
    require_check_digit(number)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert not has_check_digit(number[:place] + other + number[place + 1 :])


# The zero-suppression table of the GS1 General Specifications, one line for each last digit.
@pytest.mark.parametrize(
    ("upc_e", "upc_a_without_check"),
    [
        ("0123450", "01200000345"),
        ("0123451", "01210000345"),
        ("0123452", "01220000345"),
        ("0123453", "01230000045"),
        ("0123454", "01234000005"),
        ("0123455", "01234500005"),
        ("0123456", "01234500006"),
        ("0123457", "01234500007"),
        ("0123458", "01234500008"),
        ("0123459", "01234500009"),
        ("1123450", "11200000345"),
        ("1987659", "19876500009"),
    ],
)
def test_upc_e_expands_by_its_last_digit(upc_e: str, upc_a_without_check: str) -> None:
    upc_a = upc_a_without_check + check_digit(upc_a_without_check)
    assert expand_upc_e(upc_e) == upc_a
    assert expand_upc_e(upc_e + upc_a[-1]) == upc_a


def test_upc_e_is_expanded_before_its_check_digit_is_tested() -> None:
    assert not has_check_digit("04252614")
    assert expand_upc_e("04252614") == "042100005264"
    with pytest.raises(GtinError) as refused:
        expand_upc_e("04252613")
    assert refused.value.detail == "The last digit should be 4, the code has 3."


def test_six_digits_of_upc_e_mean_number_system_zero() -> None:
    assert expand_upc_e("425261") == "042100005264"


def test_upc_e_of_another_number_system_is_refused() -> None:
    with pytest.raises(GtinError) as refused:
        expand_upc_e("24252614")
    assert refused.value.code == "bad_number_system"


def test_eight_digits_that_are_only_ean_8_read_as_ean_8() -> None:
    assert read_eight_digits("96385074") == ("00000096385074",)


def test_eight_digits_that_are_only_upc_e_read_as_upc_e() -> None:
    assert read_eight_digits("04252614") == ("00042100005264",)


def test_eight_digits_that_are_both_keep_both_readings() -> None:
    assert read_eight_digits("01234565") == ("00000001234565", "00012345000065")


def test_eight_digits_that_are_neither_name_both_right_digits() -> None:
    with pytest.raises(GtinError) as refused:
        read_eight_digits("01234560")
    assert refused.value.detail == "The last digit should be 5 (EAN-8) or 5 (UPC-E), the code has 0."
    with pytest.raises(GtinError) as refused:
        read_eight_digits("96385070")
    assert refused.value.detail == "The last digit should be 4, the code has 0."


@pytest.mark.parametrize(
    ("number", "indicator"), [("9506000134352", 0), ("10614141000415", 1), ("90614141000411", 9)]
)
def test_the_indicator_is_the_first_of_fourteen_digits(number: str, indicator: int) -> None:
    if not has_check_digit(number):
        number = number[:-1] + check_digit(number[:-1])
    assert pack_indicator(number) == indicator
