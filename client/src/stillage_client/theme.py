"""The look in values: colours, sizes, type and the two Material themes made of them.

Status colours sit in Material's *_fixed slots, which no stock control uses: they switch between light
and dark on the client, with the system setting, and nothing has to be drawn again. No controls in here.
"""

from typing import Any, Literal

import flet as ft

SEED = "#0E6B86"  # petrol: no status colour looks like it
FONT = "Inter"

TABLET, DESK, WIDE = 600, 1100, 1680  # page widths at which the layout changes
TOUCH, BUTTON, ROW = 56, 40, 56
RADIUS_XS, RADIUS_SM, RADIUS, RADIUS_LG, RADIUS_XL, PILL = 6, 8, 12, 16, 24, 99
CURVE = ft.AnimationCurve.EASE_OUT_CUBIC
SMALL_MOTION_MS, ENTER_MOTION_MS = 160, 220

Kind = Literal["ok", "soon", "expired", "held", "info", "mute"]
ScanKind = Literal["ok", "error", "queued", "ready"]
Role = Literal[
    "giant", "scan", "scan2", "code", "display", "title", "lead", "h2", "body", "strong", "small", "small_strong",
    "caption", "label", "over",
]  # fmt: skip

LIGHT: dict[str, str] = {
    "surface": "#F5F6F7",
    "surface_container_lowest": "#FFFFFF",
    "surface_container_low": "#FAFBFB",
    "surface_container": "#F0F2F3",
    "surface_container_high": "#E9ECEE",
    "surface_container_highest": "#E1E5E8",
    "surface_bright": "#FFFFFF",
    "surface_dim": "#E4E7E9",
    "surface_tint": "#FFFFFF",
    "on_surface": "#14191C",
    "on_surface_variant": "#545F66",
    "outline": "#7A858C",
    "outline_variant": "#E1E5E8",
    "primary": "#0B5F78",
    "on_primary": "#FFFFFF",
    "primary_container": "#DDF0F6",
    "on_primary_container": "#074658",
    "secondary": "#4A5A62",
    "on_secondary": "#FFFFFF",
    "secondary_container": "#E3EEF2",
    "on_secondary_container": "#0B4656",
    "inverse_surface": "#1D2428",
    "on_inverse_surface": "#F2F5F6",
    "inverse_primary": "#7FD1EA",
    "error": "#C9282D",  # expired
    "on_error": "#FFFFFF",
    "error_container": "#FDE8E7",
    "on_error_container": "#9B161B",
    "tertiary_fixed": "#E1F4E8",  # ok
    "on_tertiary_fixed": "#11633A",
    "tertiary_fixed_dim": "#1F8F50",
    "primary_fixed": "#FFF0D4",  # soon
    "on_primary_fixed": "#7F4700",
    "primary_fixed_dim": "#CB7C05",
    "secondary_fixed": "#EFE9FB",  # held
    "on_secondary_fixed": "#5A30A6",
    "secondary_fixed_dim": "#7C52CF",
    "shadow": "#101A20",
}
DARK: dict[str, str] = {
    "surface": "#0E1113",
    "surface_container_lowest": "#171B1E",
    "surface_container_low": "#14181A",
    "surface_container": "#1D2225",
    "surface_container_high": "#252B2F",
    "surface_container_highest": "#2E353A",
    "surface_bright": "#2A3034",
    "surface_dim": "#0B0E10",
    "surface_tint": "#171B1E",
    "on_surface": "#EBEFF1",
    "on_surface_variant": "#A4AFB6",
    "outline": "#7C878E",
    "outline_variant": "#2A3135",
    "primary": "#7CCDE6",
    "on_primary": "#00303E",
    "primary_container": "#123A48",
    "on_primary_container": "#B5E6F5",
    "secondary": "#AEBEC6",
    "on_secondary": "#1B2A31",
    "secondary_container": "#1C3640",
    "on_secondary_container": "#BFE3F0",
    "inverse_surface": "#E6EBED",
    "on_inverse_surface": "#1A2023",
    "inverse_primary": "#0B5F78",
    "error": "#F26B66",
    "on_error": "#3A0506",
    "error_container": "#42191A",
    "on_error_container": "#FFACA6",
    "tertiary_fixed": "#12321F",
    "on_tertiary_fixed": "#85DFA8",
    "tertiary_fixed_dim": "#3FB473",
    "primary_fixed": "#3A2907",
    "on_primary_fixed": "#FFC76F",
    "primary_fixed_dim": "#E39C26",
    "secondary_fixed": "#2D2149",
    "on_secondary_fixed": "#CBB6FF",
    "secondary_fixed_dim": "#9A7AE8",
    "shadow": "#000000",
}

SOLID: dict[Kind, ft.Colors] = {
    "ok": ft.Colors.TERTIARY_FIXED_DIM,
    "soon": ft.Colors.PRIMARY_FIXED_DIM,
    "expired": ft.Colors.ERROR,
    "held": ft.Colors.SECONDARY_FIXED_DIM,
    "info": ft.Colors.PRIMARY,
    "mute": ft.Colors.OUTLINE,
}
ON_TINT: dict[Kind, ft.Colors] = {
    "ok": ft.Colors.ON_TERTIARY_FIXED,
    "soon": ft.Colors.ON_PRIMARY_FIXED,
    "expired": ft.Colors.ON_ERROR_CONTAINER,
    "held": ft.Colors.ON_SECONDARY_FIXED,
    "info": ft.Colors.ON_PRIMARY_CONTAINER,
    "mute": ft.Colors.ON_SURFACE_VARIANT,
}
TINT: dict[Kind, ft.Colors] = {
    "ok": ft.Colors.TERTIARY_FIXED,
    "soon": ft.Colors.PRIMARY_FIXED,
    "expired": ft.Colors.ERROR_CONTAINER,
    "held": ft.Colors.SECONDARY_FIXED,
    "info": ft.Colors.PRIMARY_CONTAINER,
    "mute": ft.Colors.SURFACE_CONTAINER_HIGH,
}
# A scan answers with a filled panel, the same in both themes: ground, text, softer text.
SCAN: dict[ScanKind, tuple[str, str, str]] = {
    "ok": ("#0E6B3D", "#FFFFFF", "#CFEFDC"),
    "error": ("#B21A1F", "#FFFFFF", "#FFD9D6"),
    "queued": ("#FFC65C", "#2A1900", "#5A3A00"),
    "ready": ("#10303B", "#FFFFFF", "#B9D9E4"),
}

SUBDUED = ft.Colors.ON_SURFACE_VARIANT
CARD = ft.Colors.SURFACE_CONTAINER_LOWEST
HAIRLINE = ft.Colors.OUTLINE_VARIANT
PROMISED = ft.Colors.with_opacity(0.38, ft.Colors.PRIMARY)
CARD_SHADOW = [
    ft.BoxShadow(blur_radius=2, offset=ft.Offset(0, 1), color=ft.Colors.with_opacity(0.05, ft.Colors.SHADOW))
]
FLOATING_SHADOW = [
    ft.BoxShadow(
        blur_radius=40,
        spread_radius=-6,
        offset=ft.Offset(0, 18),
        color=ft.Colors.with_opacity(0.28, ft.Colors.SHADOW),
    )
]

_WEIGHT = ft.FontWeight
TYPE: dict[Role, tuple[float, ft.FontWeight, float, float]] = {  # size, weight, line height, letter spacing
    "giant": (76, _WEIGHT.W_700, 1.0, -2.6),
    "scan": (60, _WEIGHT.W_700, 1.0, -1.8),
    "scan2": (34, _WEIGHT.W_700, 1.12, -0.8),
    "code": (29, _WEIGHT.W_700, 1.15, -0.6),
    "display": (30, _WEIGHT.W_600, 1.15, -0.7),
    "title": (22, _WEIGHT.W_600, 1.25, -0.4),
    "lead": (17, _WEIGHT.W_500, 1.3, -0.2),
    "h2": (15, _WEIGHT.W_600, 1.35, -0.1),
    "body": (14, _WEIGHT.W_400, 1.43, -0.1),
    "strong": (14, _WEIGHT.W_500, 1.43, -0.1),
    "small": (13, _WEIGHT.W_400, 1.4, -0.05),
    "small_strong": (13, _WEIGHT.W_500, 1.4, -0.05),
    "caption": (12, _WEIGHT.W_400, 1.35, 0),
    "label": (12, _WEIGHT.W_500, 1.35, 0),
    "over": (11, _WEIGHT.W_600, 1.3, 0.3),
}


def style(role: Role, color: ft.ColorValue | None = None) -> ft.TextStyle:
    """The text style of a role: one typeface, fifteen sizes, no others."""
    size, weight, height, spacing = TYPE[role]
    return ft.TextStyle(
        size=size, weight=weight, height=height, letter_spacing=spacing, color=color, font_family=FONT
    )


def material_theme(scheme: dict[str, str]) -> ft.Theme:
    """Everything Material draws by itself (buttons, dialogs, tooltips) in our values."""
    shape = ft.RoundedRectangleBorder(radius=RADIUS_SM)
    padding = ft.Padding.symmetric(horizontal=14)
    label = style("strong")
    on_surface = scheme["on_surface"]
    edge = ft.BorderSide(1, scheme["surface_container_highest"])
    return ft.Theme(
        color_scheme_seed=SEED,
        color_scheme=ft.ColorScheme(**_colors(scheme)),
        font_family=FONT,
        scaffold_bgcolor=scheme["surface"],
        use_material3=True,
        splash_color=ft.Colors.with_opacity(0.06, on_surface),
        hover_color=ft.Colors.with_opacity(0.05, on_surface),
        highlight_color=ft.Colors.with_opacity(0.04, on_surface),
        divider_color=scheme["outline_variant"],
        visual_density=ft.VisualDensity.STANDARD,
        text_theme=_text_theme(),
        filled_button_theme=ft.FilledButtonTheme(
            style=ft.ButtonStyle(shape=shape, padding=padding, text_style=label)
        ),
        outlined_button_theme=ft.OutlinedButtonTheme(
            style=ft.ButtonStyle(side=edge, shape=shape, padding=padding, text_style=label)
        ),
        text_button_theme=ft.TextButtonTheme(
            style=ft.ButtonStyle(shape=shape, padding=ft.Padding.symmetric(horizontal=10), text_style=label)
        ),
        tooltip_theme=ft.TooltipTheme(
            decoration=ft.BoxDecoration(bgcolor=scheme["inverse_surface"], border_radius=RADIUS_XS),
            text_style=style("label", scheme["on_inverse_surface"]),
            padding=ft.Padding.symmetric(horizontal=8, vertical=6),
        ),
        snackbar_theme=ft.SnackBarTheme(
            bgcolor=scheme["inverse_surface"],
            content_text_style=style("body", scheme["on_inverse_surface"]),
            shape=ft.RoundedRectangleBorder(radius=RADIUS),
            behavior=ft.SnackBarBehavior.FLOATING,
        ),
        dialog_theme=ft.DialogTheme(
            shape=ft.RoundedRectangleBorder(radius=RADIUS_LG), bgcolor=scheme["surface_container_lowest"]
        ),
        navigation_bar_theme=ft.NavigationBarTheme(
            bgcolor=scheme["surface_container_lowest"], indicator_color=scheme["primary_container"], height=72
        ),
        popup_menu_theme=ft.PopupMenuTheme(
            color=scheme["surface_container_lowest"],
            shape=ft.RoundedRectangleBorder(radius=RADIUS),
            label_text_style=style("body", on_surface),
        ),
        checkbox_theme=ft.CheckboxTheme(
            fill_color={
                ft.ControlState.SELECTED: scheme["primary"],
                ft.ControlState.DEFAULT: ft.Colors.TRANSPARENT,
            },
            check_color=scheme["on_primary"],
            border_side=ft.BorderSide(1.5, scheme["outline"]),
            shape=ft.RoundedRectangleBorder(radius=4),
        ),
        data_table_theme=ft.DataTableTheme(
            heading_text_style=style("label", scheme["on_surface_variant"]),
            data_text_style=style("body", on_surface),
        ),
        scrollbar_theme=ft.ScrollbarTheme(
            thickness=6, radius=6, thumb_color=ft.Colors.with_opacity(0.25, on_surface)
        ),
    )


def _colors(scheme: dict[str, str]) -> dict[str, Any]:
    return dict(scheme)


def _text_theme() -> ft.TextTheme:
    return ft.TextTheme(
        title_large=style("title"),
        title_medium=style("h2"),
        title_small=style("strong"),
        body_large=style("body"),
        body_medium=style("body"),
        body_small=style("caption"),
        label_large=style("strong"),
        label_medium=style("label"),
        label_small=style("over"),
    )


def apply(page: ft.Page) -> None:
    """Give a fresh page the fonts and both themes."""
    page.fonts = {FONT: "/fonts/InterVar.woff2"}
    page.theme, page.dark_theme = material_theme(LIGHT), material_theme(DARK)
    page.padding, page.spacing = 0, 0


def contrast(one: str, other: str) -> float:
    """The WCAG contrast of two hex colours, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def solid(color: Kind | str) -> str:
    """The colour of a status, or the colour itself when it is one already."""
    return SOLID[color] if color in SOLID else str(color)
