"""How quantities, dates, times and money are said. Labels and sentences live in the screens.

English: `14 cases + 5 (341)`, `3 Dec`, `€1,176.00`; German: `14 Kisten + 5 (341)`, `3. Dez.`, `1.176,00 €`.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from stillage_client.locale import language, t, tn

MINUS = "\u2212"
THIN = "\u202f"  # narrow no-break space

_MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "de": ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."],
}
_WEEKDAYS = {
    "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    "de": ["Mo.", "Di.", "Mi.", "Do.", "Fr.", "Sa.", "So."],
}
_GERMAN_UNITS = {
    "bottle": ("Flasche", "Flaschen"),
    "can": ("Dose", "Dosen"),
    "keg": ("Fass", "Fässer"),
    "unit": ("Stück", "Stück"),
    "case": ("Kiste", "Kisten"),
    "crate": ("Kasten", "Kästen"),
    "box": ("Karton", "Kartons"),
    "carton": ("Karton", "Kartons"),
    "pack": ("Pack", "Packs"),
    "pallet": ("Palette", "Paletten"),
    "layer": ("Lage", "Lagen"),
    "tray": ("Tray", "Trays"),
    "bag": ("Beutel", "Beutel"),
    "pouch": ("Beutel", "Beutel"),
    "cask": ("Fass", "Fässer"),
}


def number(value: int | Decimal | float, places: int = 0) -> str:
    """1,284 · −5 · 98.4 with one place."""
    exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    said = f"{abs(exact):,.{places}f}"
    if language() == "de":
        said = said.translate(str.maketrans(",.", ".,"))
    return MINUS + said if exact < 0 else said


def percent(value: int | Decimal | float, places: int = 1) -> str:
    """98.4% · 98,4 %. The value is the percentage itself."""
    return number(value, places) + (f"{THIN}%" if language() == "de" else "%")


def money(amount: Decimal | int, *, whole: bool = False, currency: str = "€") -> str:
    """€1,176.00, on dashboards whole: €1,176."""
    said = number(abs(Decimal(amount)), 0 if whole else 2)
    negative = MINUS if Decimal(amount) < 0 and said.strip("0.,") else ""
    return f"{negative}{said} {currency}" if language() == "de" else f"{negative}{currency}{said}"


def span(low: int, high: int) -> str:
    """3–5"""
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def unit(name: str, count: int) -> str:
    """The word for so many of a unit: unit("bottle", 5) → bottles."""
    one = (name.split() or ["unit"])[0].lower()
    if language() == "de":
        return _GERMAN_UNITS.get(one, (name, name))[0 if abs(count) == 1 else 1]
    if abs(count) == 1:
        return one
    return one + ("es" if one.endswith(("x", "s", "ch", "sh")) else "s")


def units(quantity: int, base_unit: str) -> str:
    """5 bottles · 1 keg."""
    return f"{number(quantity)} {unit(base_unit, quantity)}"


def cases(quantity: int, units_per_case: int, base_unit: str, case_name: str = "case") -> str:
    """Whole cases first: 14 cases + 5 (341) · 14 cases (336) · 1 case · 5 bottles · 6 kegs."""
    if units_per_case <= 1 or abs(quantity) < units_per_case:
        return units(quantity, base_unit)
    whole, rest = divmod(abs(quantity), units_per_case)
    said = f"{MINUS if quantity < 0 else ''}{number(whole)} {unit(case_name or 'case', whole)}"
    if whole == 1 and not rest:
        return said
    plus = f" + {number(rest)}" if rest else ""
    return f"{said}{plus} ({number(abs(quantity))})"


def volume(millilitres: int) -> str:
    """330 ml · 1.5 l · 30 l."""
    if millilitres < 1000:
        return f"{number(millilitres)} ml"
    litres = Decimal(millilitres) / 1000
    places = max(0, -litres.normalize().as_tuple().exponent)  # type: ignore[operator]
    return f"{number(litres, min(places, 2))} l"


def day(when: date, *, today: date | None = None, year: bool | None = None, weekday: bool = False) -> str:
    """3 Dec; 3 Dec 2027 when that is another year (or `year` asks for it); Wed 25 Nov with the weekday."""
    spoken = "de" if language() == "de" else "en"
    month = _MONTHS[spoken][when.month - 1]
    said = f"{when.day}. {month}" if spoken == "de" else f"{when.day} {month}"
    if year if year is not None else when.year != (today or _today()).year:
        said += f" {when.year}"
    return f"{_WEEKDAYS[spoken][when.weekday()]} {said}" if weekday else said


def month(year: int, in_year: int) -> str:
    """Nov 2026."""
    return f"{_MONTHS['de' if language() == 'de' else 'en'][in_year - 1]} {year}"


def days_left(until: date, *, today: date | None = None) -> str:
    """23 days left · expires today · expired 2 days ago · 4 months left · 2 years left."""
    days = (until - (today or _today())).days
    if days == 0:
        return t("expires today")
    if days < 0:
        return tn("expired {n} day ago", "expired {n} days ago", -days)
    if days < 100:
        return tn("{n} day left", "{n} days left", days)
    if days < 730:
        return tn("{n} month left", "{n} months left", round(days / 30.44))
    return tn("{n} year left", "{n} years left", days // 365)


def clock(at: datetime, *, seconds: bool = False, zone: str | tzinfo | None = None) -> str:
    """10:42, for scans 10:41:55, in the given zone (a warehouse's)."""
    return _there(at, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def moment(at: datetime, *, zone: str | tzinfo | None = None, now: datetime | None = None) -> str:
    """3 Dec, 10:42."""
    there = _there(at, zone)
    today = _there(now or datetime.now(UTC), zone).date()
    return f"{day(there.date(), today=today)}, {there:%H:%M}"


def ago(at: datetime, *, now: datetime | None = None, zone: str | tzinfo | None = None) -> str:
    """For feeds: Now · 3 min · 2 h · Yest. · 3 Dec."""
    now = now or datetime.now(UTC)
    passed = max(now - at, timedelta())
    today, then = _there(now, zone).date(), _there(at, zone).date()
    if passed < timedelta(minutes=1):
        return t("Now")
    if passed < timedelta(hours=1):
        return f"{passed.seconds // 60} min"
    if then == today:
        return f"{passed.seconds // 3600} h"
    if (today - then).days == 1:
        return t("Yest.")
    return day(then, today=today)


def _there(at: datetime, zone: str | tzinfo | None) -> datetime:
    return at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone or UTC)


def _today() -> date:
    return datetime.now(UTC).date()
