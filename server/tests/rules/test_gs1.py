"""Every rule by which a scanned code is accepted or refused. Pure: no database, today is given."""

import contextlib
import datetime as dt
import time
from decimal import Decimal

import pytest

from stillage.scanning.gs1 import (
    MAX_LENGTH,
    ParsedCode,
    ScanError,
    bracketed,
    element_string,
    parse,
    parse_label,
)

TODAY = dt.date(2026, 6, 1)
GS = "\x1d"
GTIN = "09506000134352"
CASE = "19506000134359"
SSCC = "395060001343520001"
GLN = "9506000134376"
ITEM = f"01{GTIN}"


def read(data: str, symbology_id: str | None = None, today: dt.date = TODAY) -> ParsedCode:
    return parse(data, today=today, symbology_id=symbology_id)


def refusal(data: str, symbology_id: str | None = None) -> ScanError:
    with pytest.raises(ScanError) as refused:
        read(data, symbology_id)
    return refused.value


# --- Elements a beverage warehouse meets ------------------------------------------------------------


def test_a_case_label_says_product_lot_and_both_dates() -> None:
    code = read(f"]C1{ITEM}15270331" + "17270630" + f"10L24A{GS}3012")
    assert code.format == "gs1_element_string"
    assert (code.gtin, code.lot, code.quantity) == (GTIN, "L24A", 12)
    assert code.best_before_date == dt.date(2027, 3, 31)
    assert code.expiry_date == dt.date(2027, 6, 30)
    assert [element.ai for element in code.elements] == ["01", "15", "17", "10", "30"]
    assert code.warnings == ()


def test_a_pallet_label_says_sscc_content_and_count() -> None:
    code = read(f"]C100{SSCC}02{CASE}3748{GS}10L24A")
    assert (code.sscc, code.content_gtin, code.count, code.lot) == (SSCC, CASE, 48, "L24A")
    assert code.gtin is None


def test_production_packaging_and_sell_by_dates_are_kept_apart() -> None:
    code = read(f"]C1{ITEM}11260101" + "13260102" + "16270103")
    assert code.production_date == dt.date(2026, 1, 1)
    assert code.packaging_date == dt.date(2026, 1, 2)
    assert code.sell_by_date == dt.date(2027, 1, 3)


def test_expiry_with_time_gives_the_moment_and_the_day() -> None:
    code = read(f"]C1{ITEM}70032612312330")
    assert code.expiry_at == dt.datetime(2026, 12, 31, 23, 30)  # noqa: DTZ001 - labels carry local time
    assert code.expiry_date == dt.date(2026, 12, 31)


def test_two_expiries_that_disagree_are_shown() -> None:
    code = read(f"]C1{ITEM}17270101" + "70032612312330")
    assert code.expiry_date == dt.date(2027, 1, 1)
    assert [warning.code for warning in code.warnings] == ["dates_disagree"]


@pytest.mark.parametrize(
    ("data", "ai", "value"),
    [
        ("3103001250", "3103", Decimal("1.250")),
        ("3152000750", "3152", Decimal("7.50")),
        ("3150000750", "3150", Decimal("750")),
        ("3575123456", "3575", Decimal("1.23456")),
    ],
)
def test_weights_and_volumes_carry_their_decimals_in_the_ai(data: str, ai: str, value: Decimal) -> None:
    element = read(f"]C1{ITEM}{data}").element(ai)
    assert element is not None
    assert element.value == value
    assert str(element.value) == str(value)


def test_a_place_is_a_gln_with_its_extension() -> None:
    code = read(f"]C1414{GLN}254A-01-02")
    assert (code.gln, code.gln_extension) == (GLN, "A-01-02")


def test_a_keg_is_a_returnable_asset_with_check_digit() -> None:
    code = read(f"]C180030{GLN}KEG42")
    assert code.elements[0].text == f"0{GLN}KEG42"
    assert refusal(f"]C180030{GLN[:-1]}7KEG42").code == "check_digit"
    assert refusal(f"]C180031{GLN}KEG42").code == "bad_value"


def test_temperature_limits_are_signed_hundredths() -> None:
    code = read(f"]C100{SSCC}4331000850{GS}4333000150-")
    assert [element.value for element in code.elements[1:]] == [Decimal("8.50"), Decimal("-1.50")]


def test_country_of_origin_order_number_and_consignment_are_read() -> None:
    code = read(f"]C1{ITEM}422380{GS}400PO-77{GS}401950600012345")
    assert [element.text for element in code.elements[1:]] == ["380", "PO-77", "950600012345"]


# --- Associations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "ai"),
    [
        (f"00{SSCC}02{CASE}", "02"),  # 02 needs 37
        (f"00{SSCC}3712", "37"),  # 37 needs 02 or 8026
        (f"02{CASE}3712", "37"),  # 37 needs 00
        (f"00{SSCC}01{GTIN}02{CASE}3712", "01"),  # 01 excludes 37, and 02 excludes 01
        ("10L24A", "10"),
        ("11260101", "11"),
        ("15260101", "15"),
        ("17260101", "17"),
        ("21SERIAL", "21"),
        (f"01{GTIN}250SECOND", "250"),  # 250 needs 21 as well
        (f"01{GTIN}3101000100" + "3102001000", "3101"),  # one net weight only
        (f"01{GTIN}21S{GS}235T", "21"),  # 21 excludes 235
        (f"00{SSCC}4303LINE2", "4303"),  # 4303 needs 4302
    ],
)
def test_a_broken_association_is_refused(data: str, ai: str) -> None:
    error = refusal(f"]C1{data}")
    assert (error.code, error.ai) == ("broken_association", ai)


@pytest.mark.parametrize(
    "data",
    [
        f"03{GTIN}21S1",
        f"8006{GTIN}0102{GS}21S1",
        f"00{SSCC}8026{GTIN}0102{GS}3712",
        f"255{GLN}17270101",
        f"01{GTIN}7004123{GS}10L1",
        f"00{SSCC}4302LINE1{GS}4303LINE2",
    ],
)
def test_each_alternative_of_an_association_is_enough(data: str) -> None:
    assert read(f"]C1{data}").format == "gs1_element_string"


def test_the_refusal_names_what_is_needed() -> None:
    error = refusal("]C110L24A")
    assert error.detail == ("AI 10 (BATCH/LOT), character 6: it needs AI 01 or 02 or 03 or 8006 or 8026.")
    assert error.position == 5


def test_the_same_ai_twice_must_carry_the_same_value() -> None:
    assert read(f"]C1{ITEM}10L1{GS}{ITEM}10L1").lot == "L1"
    error = refusal(f"]C1{ITEM}10L1{GS}10L2")
    assert (error.code, error.ai) == ("repeated_ai", "10")


def test_the_codes_of_one_label_may_complete_each_other() -> None:
    upper, lower = f"02{CASE}3748{GS}10L24A", f"00{SSCC}"
    assert refusal(f"]C1{upper}").code == "broken_association"
    first, second = parse_label([(upper, "]C1"), (lower, "]C1")], today=TODAY)
    assert isinstance(first, ParsedCode) and isinstance(second, ParsedCode)
    assert (first.count, second.sscc) == (48, SSCC)


def test_codes_of_different_labels_do_not_complete_each_other() -> None:
    codes = [(f"02{CASE}3748{GS}10L1", "]C1"), (f"02{CASE}3748{GS}10L2", "]C1"), (f"00{SSCC}", "]C1")]
    first, second, third = parse_label(codes, today=TODAY)
    assert isinstance(first, ScanError) and first.code == "broken_association"
    assert isinstance(second, ScanError)
    assert isinstance(third, ParsedCode)


def test_a_bad_code_on_a_label_does_not_hide_the_good_ones() -> None:
    first, second = parse_label([("0109506000134359", "]C1"), ("9506000134352", "]E0")], today=TODAY)
    assert isinstance(first, ScanError) and first.code == "check_digit"
    assert isinstance(second, ParsedCode) and second.gtin == GTIN


# --- Separators --------------------------------------------------------------------------------------


def test_predefined_lengths_need_no_separator() -> None:
    code = read(f"]C100{SSCC}" + f"410{GLN}" + f"02{CASE}" + "11260101" + "2001" + "3102001250" + "3748")
    assert [element.ai for element in code.elements] == ["00", "410", "02", "11", "20", "3102", "37"]


def test_a_superfluous_leading_or_trailing_separator_is_tolerated() -> None:
    want = read(f"]C1{ITEM}17270101" + "10L1").elements
    for data in (f"{ITEM}{GS}17270101{GS}10L1{GS}", f"{GS}{ITEM}17270101{GS}{GS}10L1"):
        assert read(f"]C1{data}").elements == want


@pytest.mark.parametrize(
    ("ai", "data"), [("402", "95060001343520123"), ("7003", "2612312330"), ("422", "380"), ("8005", "000123")]
)
def test_fixed_lengths_that_are_not_predefined_still_need_their_separator(ai: str, data: str) -> None:
    assert read(f"]C1{ITEM}{ai}{data}{GS}10L1").lot == "L1"
    error = refusal(f"]C1{ITEM}{ai}{data}10L1")
    assert (error.code, error.ai) == ("separator_missing", ai)
    assert "AI 10" in error.detail


@pytest.mark.parametrize("substitute", ["<GS>", "|", "~", "{GS}"])
def test_a_configured_substitute_stands_for_gs(substitute: str) -> None:
    code = read(f"]C1{ITEM}10L24A{substitute}17261231")
    assert (code.lot, code.expiry_date) == ("L24A", dt.date(2026, 12, 31))
    assert read(f"{ITEM}10L24A{substitute}17261231").elements == code.elements


def test_substitutes_are_ordinary_characters_where_real_separators_are_sent() -> None:
    assert read(f"]C1{ITEM}10A<GS>17261231{GS}21S").lot == "A<GS>17261231"
    assert refusal(f"]C1{ITEM}10A|B{GS}21S").code == "bad_character"


def test_other_substitutes_can_be_configured() -> None:
    code = parse(f"]C1{ITEM}10L1^21S1", today=TODAY, separators=("^",))
    assert (code.lot, code.serial) == ("L1", "S1")
    with pytest.raises(ScanError):
        parse(f"]C1{ITEM}10L1|21S1", today=TODAY, separators=("^",))
    assert parse(f"]C1{ITEM}10L1{GS}21S1", today=TODAY, separators=()).serial == "S1"


@pytest.mark.parametrize("bad", ["", "7", "GS"])
def test_a_substitute_that_data_could_hold_is_not_configurable(bad: str) -> None:
    with pytest.raises(ValueError, match="substitute"):
        parse(f"]C1{ITEM}", today=TODAY, separators=(bad,))


def test_a_lot_that_swallowed_its_date_is_kept_and_doubted() -> None:
    code = read(f"]C1{ITEM}10L24A17261231")
    assert code.lot == "L24A17261231"
    assert code.expiry_date is None
    (warning,) = code.warnings
    assert (warning.code, warning.ai) == ("separator_doubtful", "10")
    assert "2026-12-31" in warning.detail and "is it L24A?" in warning.detail


def test_a_swallowed_date_is_doubted_when_more_follows_it() -> None:
    assert [w.code for w in read(f"]C1{ITEM}10L2417261231" + "21S9").warnings] == ["separator_doubtful"]


@pytest.mark.parametrize("lot", ["L24A", "L172613", "L17261331", "17261231", "L2109", "L2417261231ZZ"])
def test_an_ordinary_lot_is_not_doubted(lot: str) -> None:
    code = read(f"]C1{ITEM}10{lot}")
    assert (code.lot, code.warnings) == (lot, ())


def test_a_lot_is_not_doubted_when_the_date_is_there_already_or_brackets_say_so() -> None:
    assert read(f"]C1{ITEM}17270101" + "10L24A17261231").warnings == ()
    assert read(f"(01){GTIN}(10)L24A17261231").warnings == ()


def test_a_lot_that_swallowed_what_must_be_there_is_refused() -> None:
    error = refusal(f"]C100{SSCC}02{CASE}10L24A3748")
    assert (error.code, error.ai) == ("separator_missing", "10")
    assert "AI 37" in error.detail
    error = refusal(f"]C110L24{ITEM}")
    assert (error.code, error.ai) == ("separator_missing", "10")


def test_a_count_that_runs_into_a_lot_is_refused_as_missing_separator() -> None:
    error = refusal(f"]C100{SSCC}02{CASE}374810L24A")
    assert (error.code, error.ai, error.position) == (
        "separator_missing",
        "37",
        len(f"]C100{SSCC}02{CASE}3748"),
    )
    assert "AI 10" in error.detail
    assert refusal(f"]C1{ITEM}304x").code == "bad_character"


def test_a_lot_too_long_because_a_date_follows_is_refused_as_missing_separator() -> None:
    error = refusal(f"]C1{ITEM}10ABCDEFGHIJKLMNO17261231")
    assert (error.code, error.ai) == ("separator_missing", "10")
    assert error.position == len(f"]C1{ITEM}10ABCDEFGHIJKLMNO")


def test_a_lot_that_is_only_too_long_is_refused_as_too_long() -> None:
    assert refusal(f"]C1{ITEM}10{'A' * 21}").code == "too_long"


# --- Symbology identifiers, brackets, raw text -------------------------------------------------------


@pytest.mark.parametrize("identifier", ["]C1", "]d2", "]Q3", "]J1", "]e0"])
def test_gs1_symbology_identifiers_announce_element_strings(identifier: str) -> None:
    inline, apart = read(f"{identifier}{ITEM}10L1"), read(f"{ITEM}10L1", identifier)
    assert inline == apart
    assert (inline.symbology_id, inline.lot) == (identifier, "L1")
    assert refusal("A-01-02", identifier).code == "unknown_ai"
    assert refusal("614141000036", identifier).code == "unknown_ai"


def test_plain_symbology_identifiers_carry_plain_codes() -> None:
    assert read("]E09506000134352").gtin == GTIN
    assert read("]E496385074").gtin == "00000096385074"
    assert read(f"]I1{CASE}").gtin == CASE
    assert read("]C0A-01-02") == ParsedCode(format="plain", text="A-01-02", symbology_id="]C0")


def test_a_plain_symbol_with_gs1_data_stays_plain_and_says_so() -> None:
    code = read(f"{ITEM}10L24A", "]C0")
    assert (code.format, code.text, code.gtin) == ("plain", f"{ITEM}10L24A", None)
    assert [warning.code for warning in code.warnings] == ["not_gs1_symbol"]


def test_an_identifier_sent_twice_must_be_the_same() -> None:
    assert read(f"]C1{ITEM}", "]C1").gtin == GTIN
    assert refusal(f"]C1{ITEM}", "]d2").code == "symbology_conflict"


def test_an_identifier_that_is_none_is_refused() -> None:
    assert refusal(ITEM, "QR_CODE").code == "bad_symbology_id"
    assert read(ITEM, "C1").symbology_id == "]C1"


def test_bracketed_text_is_accepted_as_typed() -> None:
    code = read(f" (01) {GTIN} (10) L24a (17) 261231 ")
    assert (code.gtin, code.lot, code.expiry_date) == (GTIN, "L24a", dt.date(2026, 12, 31))


def test_a_bracket_of_the_data_is_written_with_a_backslash() -> None:
    assert read(f"(01){GTIN}(10)L\\(10)A").lot == "L(10)A"
    assert read(bracketed([("01", GTIN), ("10", "((x))")])).lot == "((x))"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (f"(01){GTIN}(10)L(x)A", "bad_brackets"),
        (f"(01){GTIN}(10", "bad_brackets"),
        (f"(1){GTIN}", "unknown_ai"),
        (f"(010){GTIN}", "unknown_ai"),
        ("(01)9506000134352", "too_short"),
        (f"(01){GTIN}(10)", "too_short"),
        ("(01)09506000134359", "check_digit"),
        (f"(99999){GTIN}", "unknown_ai"),
    ],
)
def test_broken_brackets_are_refused(data: str, code: str) -> None:
    assert refusal(data).code == code


def test_a_raw_element_string_is_recognised_without_identifier() -> None:
    assert read(f"{ITEM}10L24A").lot == "L24A"
    assert read(f"00{SSCC}").sscc == SSCC
    assert read(f"414{GLN}").gln == GLN
    assert read(f"17270101{ITEM}10L24A").gtin == GTIN


def test_a_raw_element_string_that_starts_with_a_sound_key_is_refused_when_broken() -> None:
    assert refusal(f"{ITEM}10").code == "check_digit"  # 18 digits are an SSCC before all
    assert refusal(f"{ITEM}3102123").code == "too_short"
    assert refusal(f"{ITEM}ZZ").code == "trailing_data"
    assert refusal(f"{ITEM}0512").code == "unknown_ai"
    assert refusal(f"02{CASE}10L24A").code == "broken_association"


def test_a_raw_element_string_wrong_only_in_its_check_digit_is_refused() -> None:
    assert refusal("010950600013435910L24A").code == "check_digit"
    assert refusal("00395060001343520002").code == "check_digit"


def test_a_gs_announces_an_element_string() -> None:
    assert refusal(f"10L24A{GS}17270101").code == "broken_association"
    assert refusal(f"ABC{GS}").code == "unknown_ai"


@pytest.mark.parametrize(
    "text",
    [
        "A-01-02",
        "ALE-330",
        "PAL-000123",
        "10L24A",
        "17261231L",
        "01-02-03-04-05-06-07",
        "01 Receiving dock north",
        "9012345678901234567890",
        "4101234567890123",
        "STL-CMD-DONE",
        "Bière brune",
        "https://example.com/menu?17=261231",
        "AB|CD~EF",
        "]",
        "(A)1",
    ],
)
def test_a_code_that_is_no_gs1_is_plain_text(text: str) -> None:
    assert read(text) == ParsedCode(format="plain", text=text)


# --- Check digits, bare numbers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "gtin"),
    [
        ("96385074", "00000096385074"),
        ("614141000036", "00614141000036"),
        ("9506000134352", GTIN),
        (CASE, CASE),
        ("9506000134352\r\n", GTIN),
        ("\t9506000134352 ", GTIN),
    ],
)
def test_a_bare_number_with_a_right_check_digit_is_a_gtin(data: str, gtin: str) -> None:
    code = read(data)
    assert (code.format, code.gtin) == ("gtin", gtin)


def test_a_bare_sscc_is_recognised() -> None:
    assert (read(SSCC).format, read(SSCC).sscc) == ("sscc", SSCC)


@pytest.mark.parametrize(
    "data", ["96385070", "614141000030", "9506000134350", "19506000134350", SSCC[:-1] + "9"]
)
def test_a_bare_number_with_a_wrong_check_digit_is_refused(data: str) -> None:
    error = refusal(data)
    assert error.code == "check_digit"
    assert error.detail.startswith("The last digit should be ")
    assert error.position == len(data) - 1


def test_check_digits_inside_an_element_string_are_tested() -> None:
    for data in ("]C10109506000134359", f"]C100{SSCC[:-1]}2", "]C14149506000134377"):
        error = refusal(data)
        assert error.code == "check_digit"
        assert error.position == len(data) - 1
    assert "the last digit should be 2, the code has 9" in refusal("]C10109506000134359").detail


def test_upc_e_by_identifier_is_expanded_before_its_check_digit_is_tested() -> None:
    assert read("]E004252614").gtin == "00042100005264"
    assert refusal("]E004252615").code == "check_digit"


def test_eight_digits_without_identifier_show_the_conflict_when_both_readings_fit() -> None:
    code = read("01234565")
    assert (code.format, code.gtin) == ("gtin", None)
    assert code.gtin_candidates == ("00000001234565", "00012345000065")
    assert [warning.code for warning in code.warnings] == ["ambiguous_gtin"]
    assert read("01234565", "]E0").gtin == "00012345000065"
    assert read("01234565", "]E4").gtin == "00000001234565"


@pytest.mark.parametrize(("data", "code"), [("]E0950600013435", "check_digit"), ("]E01234567", "bad_length")])
def test_a_retail_symbol_holds_nothing_but_a_gtin(data: str, code: str) -> None:
    assert refusal(data).code == code
    assert refusal("]E0ABCDEFGHIJKLM").code == "bad_character"
    assert refusal("]E49506000134352").code == "bad_length"


# --- Dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "century_of_75_76_77", "century_of_26"),
    [(2026, (2075, 2076, 1977), 2026)],
)
def test_a_year_more_than_fifty_ahead_is_of_the_century_before(
    year: int, century_of_75_76_77: tuple[int, int, int], century_of_26: int
) -> None:
    today = dt.date(year, 6, 1)
    years = [read(f"]C1{ITEM}17{yy}0101", today=today).expiry_date for yy in (75, 76, 77, 26)]
    assert [day.year for day in years if day] == [*century_of_75_76_77, century_of_26]


@pytest.mark.parametrize(
    ("this_year", "yy", "year"),
    [
        (2026, "00", 2000),
        (2026, "76", 2076),  # 50 ahead: still this century
        (2026, "77", 1977),  # 51 ahead: the one before
        (2049, "99", 2099),
        (2049, "00", 2000),  # 49 back: still this century
        (2050, "00", 2100),  # 50 back: the next
        (2075, "25", 2125),
        (2075, "26", 2026),
        (2099, "49", 2149),
        (2099, "50", 2050),
    ],
)
def test_the_century_rule_looks_51_back_and_50_ahead(this_year: int, yy: str, year: int) -> None:
    day = read(f"]C1{ITEM}15{yy}0615", today=dt.date(this_year, 1, 1)).best_before_date
    assert day == dt.date(year, 6, 15)


@pytest.mark.parametrize("ai", ["11", "13", "15", "16", "17"])
def test_day_zero_is_the_last_day_of_the_month(ai: str) -> None:
    days = {"280200": dt.date(2028, 2, 29), "270200": dt.date(2027, 2, 28), "261200": dt.date(2026, 12, 31)}
    for text, day in days.items():
        element = read(f"]C1{ITEM}{ai}{text}").element(ai)
        assert element is not None and element.value == day
        assert element.text == text


@pytest.mark.parametrize(
    "data",
    [
        f"{ITEM}70032612002330",
        f"{ITEM}7006261200",
        f"{ITEM}7007261200",
        f"{ITEM}7011261200",
        f"00{SSCC}4326261200",
    ],
)
def test_day_zero_is_refused_where_the_dictionary_says_so(data: str) -> None:
    error = refusal(f"]C1{data}")
    assert error.code == "bad_date"
    assert "day 00 is not allowed" in error.detail


@pytest.mark.parametrize("text", ["261301", "260001", "260230", "260431", "270229", "261232"])
def test_a_day_that_is_not_in_the_calendar_is_refused(text: str) -> None:
    error = refusal(f"]C1{ITEM}17{text}")
    assert (error.code, error.ai) == ("bad_date", "17")


def test_a_time_that_is_not_on_the_clock_is_refused() -> None:
    assert refusal(f"]C1{ITEM}70032612312400").code == "bad_date"
    assert refusal(f"]C1{ITEM}70032612312360").code == "bad_date"


# --- Lots and characters -----------------------------------------------------------------------------


def test_a_lot_keeps_its_case_and_every_one_of_the_82_characters() -> None:
    allowed = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
    assert len(set(allowed)) == 82
    for start in range(0, 82, 20):
        lot = allowed[start : start + 20]
        assert read(f"]C1{ITEM}10{lot}{GS}").lot == lot


@pytest.mark.parametrize(
    "char", [" ", "#", "$", "@", "[", "\\", "]", "^", "`", "{", "}", "é", "\x00", "\ud800", "٣"]
)
def test_a_character_outside_the_82_is_refused_with_its_place(char: str) -> None:
    error = refusal(f"]C1{ITEM}10L{char}1{GS}")
    assert (error.code, error.ai) == ("bad_character", "10")
    assert error.position == len(f"]C1{ITEM}10L")


def test_a_lot_has_at_most_twenty_characters() -> None:
    assert read(f"]C1{ITEM}10{'x' * 20}").lot == "x" * 20
    assert refusal(f"]C1{ITEM}10{'x' * 21}").code == "too_long"
    assert refusal(f"(01){GTIN}(10){'x' * 21}").code == "too_long"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (f"00{SSCC}7041AB12", "bad_value"),
        (f"{ITEM}8001" + "00000010010011", "bad_value"),
        (f"8006{GTIN}0302", "bad_value"),
        ("8010ab", "bad_character"),
        ("80101234-/#A", None),
        (f"00{SSCC}43212", "bad_value"),
        (f"00{SSCC}4300A%2", "bad_value"),
        (f"00{SSCC}4300A%2C", None),
        ("8013" + "1987654Ad4X4bL5ttr2310c2K", None),
        ("8013" + "1987654Ad4X4bL5ttr2310c2X", "check_digit"),
        (f"415{GLN}8020INV1{GS}8007GB82WEST12345698765432", None),
        (f"415{GLN}8020INV1{GS}8007GB82WEST12345698765433", "check_digit"),
        (f"8018{SSCC}{GS}72584/3{GS}7259BABY", "bad_value"),
        (f"8018{SSCC}{GS}72583/4{GS}7259BABY", None),
        (f"8030abc{GS}{ITEM}21S", None),
        (f"8030ab+{GS}{ITEM}21S", "bad_character"),
        (f"00{SSCC}43094000000000" + "0000000000", "bad_value"),
        (f"{ITEM}42200", "too_short"),
        (f"{ITEM}422000", "bad_value"),
        ("8004ABCDE", "bad_value"),
    ],
)
def test_component_checks_of_the_dictionary_are_made(data: str, code: str | None) -> None:
    if code is None:
        assert read(f"]C1{data}").format == "gs1_element_string"
    else:
        assert refusal(f"]C1{data}").code == code


# --- Refusals say what and where ---------------------------------------------------------------------


def test_an_unknown_ai_is_refused_with_its_place() -> None:
    error = refusal(f"]C1{ITEM}0512")
    assert (error.code, error.ai, error.position) == ("unknown_ai", "0512", 19)


def test_trailing_rubbish_is_refused_with_its_place() -> None:
    error = refusal(f"]C1{ITEM}17270101!!")
    assert (error.code, error.position) == ("trailing_data", 27)
    assert refusal(f"]C1{ITEM}1").code == "trailing_data"


def test_data_cut_short_is_refused() -> None:
    error = refusal("]C10109506000134")
    assert (error.code, error.ai) == ("too_short", "01")
    assert refusal(f"]C101095060{GS}00134352").code == "too_short"


@pytest.mark.parametrize("data", ["", "  ", "\r\n", "]C1", "]C1\x1d", "\x1d\x1d"])
def test_an_empty_code_is_refused(data: str) -> None:
    assert refusal(data).code == "empty"


@pytest.mark.parametrize("char", ["\x00", "\x07", "\u202e", "\u200b", "\ud800", "\ufeff", "\u2028"])
def test_plain_text_has_no_control_or_invisible_characters(char: str) -> None:
    error = refusal(f"SKU{char}1")
    assert (error.code, error.position) == ("bad_character", 3)


def test_positions_count_from_the_start_of_what_was_sent() -> None:
    assert refusal(" 9506000134359").position == 13
    assert refusal(f"  ]C1{ITEM}0512").position == 21


def test_a_code_longer_than_any_symbol_is_refused_unread() -> None:
    assert refusal("A" * (MAX_LENGTH + 1)).code == "too_long"
    assert read("A" * MAX_LENGTH).format == "plain"


# --- Speed -------------------------------------------------------------------------------------------

EDGES = [
    ("A", ""), ("0", ""), (GS, ""), ("|", ""), ("<GS>", ""), ("<GS", ""), ("{", ""), ("(", ""), ("(01)", ""),
    ("\\(", "(01)"), ("10", ""), (ITEM, ""), ("17261231", ITEM + "10"), (f"90A{GS}", ""), ("%", "https://x/01/"),
    ("/01", "https://x"), ("/01/" + GTIN, "https://x"), ("&17=", f"https://x/01/{GTIN}?"), ("]C1", ""),
    (" ", ""), ("91" + "A" * 90, ITEM),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "start"), EDGES)
def test_a_hundred_thousand_characters_are_answered_within_50_ms(unit: str, start: str) -> None:
    data = (start + unit * (100_000 // len(unit) + 1))[:100_000]
    started = time.thread_time()
    assert refusal(data).code == "too_long"
    assert time.thread_time() - started < 0.05


@pytest.mark.parametrize(("unit", "start"), EDGES)
@pytest.mark.parametrize("identifier", [None, "]C1"])
def test_the_longest_code_is_read_or_refused_within_10_ms(
    unit: str, start: str, identifier: str | None
) -> None:
    data = (start + unit * MAX_LENGTH)[:MAX_LENGTH]
    fastest = 1.0
    for _ in range(3):
        started = time.thread_time()
        with contextlib.suppress(ScanError):
            read(data, identifier)
        fastest = min(fastest, time.thread_time() - started)
    assert fastest < 0.02


@pytest.mark.parametrize(("unit", "start"), EDGES)
def test_the_parser_itself_is_linear_beyond_its_limit(
    unit: str, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is one guard; this shows that the parser would not need it."""
    monkeypatch.setattr("stillage.scanning.gs1.MAX_LENGTH", 1_000_000)

    def fastest(length: int, identifier: str | None) -> float:
        data = (start + unit * (length // len(unit) + 1))[:length]
        times = []
        for _ in range(5):
            started = time.thread_time()
            with contextlib.suppress(ScanError):
                read(data, identifier)
            times.append(time.thread_time() - started)
        return min(times)

    for identifier in (None, "]C1"):
        small, large = fastest(10_000, identifier), fastest(100_000, identifier)
        # Linear is 10 times, caches and the collector make it 20 to 30; quadratic would be 100.
        assert large < max(45 * small, 0.05), (
            f"{small:.4f} s for 10,000, {large:.4f} s for 100,000 characters"
        )


# --- Writing -----------------------------------------------------------------------------------------


def test_an_element_string_has_gs_exactly_where_one_is_needed() -> None:
    pairs = [("01", GTIN), ("10", "L1"), ("17", "270101"), ("21", "S1")]
    assert element_string(pairs) == f"{ITEM}10L1{GS}17270101" + "21S1"
    assert [(e.ai, e.text) for e in read(element_string(pairs)).elements] == pairs
    assert [(e.ai, e.text) for e in read(bracketed(pairs)).elements] == pairs
