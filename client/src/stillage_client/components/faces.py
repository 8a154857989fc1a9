"""Little pictures: the mark of Stillage, a tile for a product by its category, initials for a person."""

import flet as ft
import flet.canvas as cv

from stillage_client import theme
from stillage_client.components.layout import text

# words found in a category or a name → (ground, ink, icon); the first that fits wins
_TILES: list[tuple[tuple[str, ...], str, str, ft.IconData]] = [
    (("water",), "#CDE6F5", "#0C4763", ft.Icons.WATER_DROP_ROUNDED),
    (("soft", "soda", "lemon", "tonic", "juice", "mixer", "cola", "pressé", "iced tea", "orange", "grapefruit"),
     "#FFD3C2", "#7A2400", ft.Icons.LOCAL_DRINK_ROUNDED),
    (("cider", "perry"), "#DDEBB8", "#3C5200", ft.Icons.SPORTS_BAR_ROUNDED),
    (("stout", "porter", "dark"), "#D9C8BE", "#4A2C1A", ft.Icons.SPORTS_BAR_ROUNDED),
    (("pils", "lager", "wheat", "low alcohol"), "#F7EBB5", "#5C4A00", ft.Icons.SPORTS_BAR_ROUNDED),
    (("wine", "rosé", "sparkling", "champagne", "cava", "prosecco"), "#EBCBD8", "#67193A", ft.Icons.WINE_BAR_ROUNDED),
    (("gin", "vodka", "whisk", "spirit", "tequila", "rum", "liqueur"), "#D3E9E1", "#0F4B3B", ft.Icons.LIQUOR_ROUNDED),
    (("ale", "ipa", "beer", "bitter", "saison", "mild"), "#F3D9A4", "#6B4300", ft.Icons.SPORTS_BAR_ROUNDED),
    (("coffee", "tea"), "#E6D5C3", "#4F3216", ft.Icons.COFFEE_ROUNDED),
    (("return", "gas"), "#DCE6EA", "#12414F", ft.Icons.PROPANE_TANK_OUTLINED),
]  # fmt: skip
_PLAIN = ("#DCE6EA", "#12414F", ft.Icons.LOCAL_DRINK_ROUNDED)


def product_tile(category: str, name: str = "", size: float = 36) -> ft.Container:
    """A tile that tells beers from waters at a glance: by the category, else by the name."""
    ground, ink, icon = _tile_of(category) or _tile_of(name) or _PLAIN
    return ft.Container(
        ft.Icon(icon, size=size * 0.52, color=ink),
        width=size,
        height=size,
        border_radius=size * 0.26,
        bgcolor=ground,
        alignment=ft.Alignment.CENTER,
    )


def _tile_of(words: str) -> tuple[str, str, ft.IconData] | None:
    wanted = words.lower()
    return next(
        ((ground, ink, icon) for said, ground, ink, icon in _TILES if any(w in wanted for w in said)), None
    )


def icon_tile(icon: ft.IconData, kind: theme.Kind = "info", size: float = 36) -> ft.Container:
    """An icon on its status colour."""
    return ft.Container(
        ft.Icon(icon, size=size / 2, color=theme.ON_TINT[kind]),
        width=size,
        height=size,
        border_radius=size * 0.3,
        bgcolor=theme.TINT[kind],
        alignment=ft.Alignment.CENTER,
    )


def avatar(name: str, size: float = 28) -> ft.Container:
    """A person's initials."""
    parts = name.replace(".", " ").split()
    letters = (parts[0][:1] + parts[-1][:1]) if len(parts) > 1 else name[:2]
    return ft.Container(
        text(letters.upper(), "over", theme.ON_TINT["info"]),
        width=size,
        height=size,
        border_radius=size,
        bgcolor=theme.TINT["info"],
        alignment=ft.Alignment.CENTER,
    )


def logo(size: float = 28) -> ft.Container:
    """Three cases on a shelf."""
    bars = ((0.22, 0.56, "#7CCDE6"), (0.435, 0.56, "#FFFFFF"), (0.65, 0.34, "#FFC76F"))
    shapes: list[cv.Shape] = [
        cv.Rect(
            size * 0.22,
            y * size,
            size * width,
            size * 0.13,
            border_radius=size * 0.05,
            paint=ft.Paint(color=color),
        )
        for y, width, color in bars
    ]
    return ft.Container(
        cv.Canvas(shapes, width=size, height=size),
        width=size,
        height=size,
        border_radius=size * 0.28,
        bgcolor="#0B4658",
    )
