"""Which shortcut leads where, and what may be done anew on which screen. Pure."""

from collections.abc import Iterable

from stillage_client.locale import t

# The letter after g, and the list it opens.
GO = {
    "T": "/",
    "S": "/stock",
    "L": "/scan/lookup",
    "O": "/orders",
    "P": "/picking",
    "H": "/shipments",
    "R": "/returns",
    "C": "/customers",
    "B": "/purchases",
    "I": "/receiving",
    "N": "/replenish",
    "W": "/put-away",
    "U": "/suppliers",
    "A": "/locations",
    "E": "/expiry",
    "M": "/transfers",
    "K": "/counts",
    "X": "/recalls",
    "F": "/forecasts",
    "D": "/audit",
}
# What n begins on a list and on the pages below it, and the right it needs.
NEW = {
    "/orders": ("sales.change", "/orders/new"),
    "/purchases": ("buying.change", "/purchases/new"),
    "/transfers": ("transfers.change", "/transfers/new"),
    "/counts": ("counts.change", "/counts/new"),
    "/recalls": ("recalls.run", "/recalls/new"),
    "/returns": ("sales.change", "/returns/new"),
    "/supplier-returns": ("supplier_returns.run", "/supplier-returns/new"),
}
# Here what is being written would be lost.
WRITING = ("/new", "/pack")


def goes_to(word: str, places: Iterable[str]) -> str:
    """The address a shortcut opens, among the places one may go to; empty when it opens none."""
    path = GO.get(word[1:], "") if len(word) == 2 and word[0] == "G" else ""
    return path if path in set(places) else ""


def begins(location: str, rights: frozenset[str] | set[str]) -> str:
    """What n opens here; empty where there is nothing new to begin."""
    path = location.partition("?")[0].rstrip("/")
    if path.endswith(WRITING):
        return ""
    root = "/" + path.strip("/").split("/")[0]
    right, target = NEW.get(root, ("", ""))
    return target if right and right in rights else ""


def general() -> list[tuple[tuple[str, ...], str]]:
    """The shortcuts that work everywhere: keys and what they do."""
    return [
        ((t("Ctrl K"),), t("Search everywhere")),
        (("/",), t("Search everywhere")),
        (("?",), t("This sheet")),
        (("N",), t("New: an order among orders, a count among counts …")),
        (("Esc",), t("Close")),
    ]


def letter_of(path: str) -> str:
    """The letter after g that opens a list."""
    return next((letter for letter, known in GO.items() if known == path), "")
