"""Public holidays of a country or a part of it, as the `holidays` library knows them."""

import datetime as dt
from functools import lru_cache

Holiday = tuple[dt.date, str]


@lru_cache(maxsize=1)
def countries() -> dict[str, tuple[str, ...]]:
    """Countries that are known, each with its parts."""
    import holidays

    found = holidays.list_supported_countries(include_aliases=False)
    return {code: tuple(parts) for code, parts in found.items()}


@lru_cache(maxsize=256)
def _of_year(country: str, region: str, year: int) -> tuple[Holiday, ...]:
    import holidays

    book = holidays.country_holidays(
        country, subdiv=region or None, years=year, observed=False, language="en_US"
    )
    return tuple(sorted((day, name) for day, name in book.items() if day.year == year))


def holidays_between(country: str, region: str, first: dt.date, last: dt.date) -> list[Holiday]:
    """All of them from one day to another; none where no country is set."""
    if not country:
        return []
    years = range(first.year, last.year + 1)
    return [
        (day, name) for year in years for day, name in _of_year(country, region, year) if first <= day <= last
    ]


def fault_in(country: str, region: str) -> tuple[str, str] | None:
    """The field that is wrong and what to do about it, or None."""
    if not country:
        return ("holiday_region", "Name the country, too.") if region else None
    if country not in countries():
        return (
            "holiday_country",
            "Send a country's two letters (ISO 3166-1) whose holidays are known, such as DE.",
        )
    if region and region not in countries()[country]:
        known = ", ".join(countries()[country]) or "none"
        return "holiday_region", f"{country} has no such part; known are {known}."
    return None
