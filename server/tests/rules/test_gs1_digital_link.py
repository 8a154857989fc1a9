"""GS1 Digital Link URIs: which web addresses are goods, and what they must say."""

import datetime as dt

import pytest

from stillage.scanning.gs1 import ParsedCode, ScanError, parse

TODAY = dt.date(2026, 6, 1)
GTIN = "09506000134352"
LINK = f"https://id.example.com/01/{GTIN}"


def read(data: str, symbology_id: str | None = None) -> ParsedCode:
    return parse(data, today=TODAY, symbology_id=symbology_id)


def refusal(data: str) -> ScanError:
    with pytest.raises(ScanError) as refused:
        read(data)
    return refused.value


def test_a_digital_link_says_product_lot_and_expiry() -> None:
    code = read(f"{LINK}/10/L24a?17=261231&3103=001250", "]Q1")
    assert code.format == "gs1_digital_link"
    assert (code.gtin, code.lot, code.expiry_date) == (GTIN, "L24a", dt.date(2026, 12, 31))
    assert [element.ai for element in code.elements] == ["01", "10", "17", "3103"]


@pytest.mark.parametrize(
    "link",
    [
        f"http://x.test/01/{GTIN}",
        f"HTTPS://X.TEST/01/{GTIN}",
        f"https://x.test:8443/some/stem/01/{GTIN}",
        f"https://x.test/2024/01/{GTIN}/",
        f"https://x.test/01/{GTIN}?linkType=gs1:pip&utm=1#top",
        f"https://x.test/01/{GTIN}?",
    ],
)
def test_any_domain_stem_and_foreign_parameter_is_accepted(link: str) -> None:
    assert read(link).gtin == GTIN


@pytest.mark.parametrize("short", ["9506000134352", "614141000036", "96385074"])
def test_a_short_gtin_of_an_older_link_is_padded(short: str) -> None:
    assert read(f"https://x.test/01/{short}").gtin == short.zfill(14)


def test_percent_encoding_is_decoded() -> None:
    assert read(f"{LINK}/10/L%2F2%3F%25").lot == "L/2?%"
    assert read(f"{LINK}/10/%c3%A9".replace("%c3%A9", "%41")).lot == "A"


@pytest.mark.parametrize("bad", ["L%2", "L%", "L%ZZ"])
def test_broken_percent_encoding_is_refused(bad: str) -> None:
    error = refusal(f"{LINK}/10/{bad}")
    assert (error.code, error.ai) == ("bad_character", "10")
    assert error.position == len(f"{LINK}/10/L")


def test_a_plus_in_the_query_is_a_blank_and_blanks_are_no_data() -> None:
    assert refusal(f"{LINK}?240=A+B").code == "bad_character"
    assert read(f"{LINK}?240=A%2BB").elements[1].text == "A+B"
    assert read(f"{LINK}/10/A+B").lot == "A+B"


def test_sscc_place_and_asset_links_are_read() -> None:
    assert read("https://x.test/00/395060001343520001").sscc == "395060001343520001"
    place = read("https://x.test/414/9506000134376/254/A-01-02")
    assert (place.gln, place.gln_extension) == ("9506000134376", "A-01-02")
    assert read("https://x.test/8004/9506000KEG42").elements[0].ai == "8004"
    assert read("https://x.test/253/9506000134376DOC7").elements[0].text == "9506000134376DOC7"


def test_qualifiers_must_stand_in_order() -> None:
    assert read(f"{LINK}/22/V1/10/L1/21/S1").serial == "S1"
    assert read(f"{LINK}/235/T1").elements[1].ai == "235"
    for path in ("/21/S1/10/L1", "/10/L1/235/T1", "/17/261231"):
        assert refusal(LINK + path).code == "bad_digital_link"


def test_only_attributes_may_stand_in_the_query() -> None:
    assert refusal(f"{LINK}?21=S1").code == "bad_digital_link"
    error = refusal(f"{LINK}?99999=1")
    assert (error.code, error.position) == ("unknown_ai", len(LINK) + 1)


def test_the_rules_of_element_strings_hold_for_links() -> None:
    assert refusal("https://x.test/01/09506000134359").code == "check_digit"
    assert refusal("https://x.test/01/9506000134359").code == "check_digit"
    assert refusal(f"{LINK}/10/{'x' * 21}").code == "too_long"
    assert refusal(f"{LINK}?17=261301").code == "bad_date"
    assert refusal(f"{LINK}?17=").code == "too_short"
    assert refusal(f"{LINK}?37=12").code == "broken_association"
    assert refusal(f"{LINK}/10/L1?10=L2").code == "repeated_ai"
    assert read(f"{LINK}/10/L1?10=L1").lot == "L1"
    assert read(f"{LINK}?17=270200").expiry_date == dt.date(2027, 2, 28)


def test_a_lot_in_a_link_is_not_doubted() -> None:
    assert read(f"{LINK}/10/L24A17261231").warnings == ()


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "https://example.com/",
        "https://example.com/beer/01",
        "https://example.com/2024/01/15",
        "https://example.com/01/pale-ale",
        f"https://example.com/?01={GTIN}",
        "https://example.com/10/L24A",
        f"ftp://example.com/01/{GTIN}",
        f"https:/example.com/01/{GTIN}",
    ],
)
def test_another_web_address_is_plain_text(address: str) -> None:
    assert read(address) == ParsedCode(format="plain", text=address)


def test_the_domain_is_never_taken_for_an_ai() -> None:
    assert read("https://01/09506000134352").format == "plain"
