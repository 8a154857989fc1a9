"""Lines over time: a chart of two layers with bands, markers and axes, and the small line beside a number.

The lower layer is deaf and holds the grid, the bands and what is marked; the upper one holds the lines that answer a
pointer. A single chart whose points partly have no tooltip fails while painting. Numbers that are charted are plain
floats; dates are numbered by the caller.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import flet as ft
import flet.canvas as cv
import flet_charts as fch

from stillage_client import theme, words
from stillage_client.components.layout import quiet, row, text

LEFT_AXIS, BOTTOM_AXIS = 46, 28
_NOWHERE = -1e9  # an empty list of labels would bring the chart's own ones back
_TAG_GAP, _COUNT_WIDTH = 4, 20

Say = Callable[[float, float], str]


@dataclass(frozen=True)
class Tag:
    """A word above the chart at a place on the axis."""

    at: float
    label: str
    kind: theme.Kind
    icon: ft.IconData | None = None
    told: str = ""  # what it means, for a pointer that rests on it


def line(
    points: Sequence[tuple[float, float]],
    color: ft.ColorValue,
    *,
    width: float = 2.5,
    dash: Sequence[int] | None = None,
    say: Say | None = None,
    fill: ft.ColorValue | None = None,
) -> fch.LineChartData:
    """A line; with `say` each of its points has a tooltip."""
    inverse = theme.style("label", ft.Colors.ON_INVERSE_SURFACE)
    return fch.LineChartData(
        points=[
            fch.LineChartDataPoint(
                x,
                y,
                tooltip=fch.LineChartDataPointTooltip(
                    text=say(x, y) if say else "", text_style=inverse, text_align=ft.TextAlign.LEFT
                ),
                show_tooltip=say is not None,
            )
            for x, y in points
        ],
        color=color,
        stroke_width=width,
        dash_pattern=list(dash) if dash else None,
        rounded_stroke_cap=True,
        rounded_stroke_join=True,
        below_line_bgcolor=fill,
        selected_point=fch.ChartCirclePoint(radius=5, color=color, stroke_color=theme.CARD, stroke_width=2),
        selected_below_line=fch.ChartPointLine(color=ft.Colors.OUTLINE, width=1, dash_pattern=[3, 3]),
    )


def band(points: Sequence[tuple[float, float, float]], color: ft.ColorValue) -> fch.LineChartData:
    """The room between a low and a high edge: along the top, back along the bottom, filled below."""
    edge = [(x, high) for x, _, high in points] + [(x, low) for x, low, _ in reversed(points)]
    return fch.LineChartData(
        points=[fch.LineChartDataPoint(x, y, show_tooltip=False) for x, y in edge],
        color=ft.Colors.TRANSPARENT,
        stroke_width=0,
        below_line_bgcolor=color,
    )


def upright(at: float, top: float, color: ft.ColorValue, width: float = 1.5) -> fch.LineChartData:
    """A dashed line from the bottom to the top."""
    return line([(at, 0.0), (at, top)], color, width=width, dash=[3, 4])


def block(first: float, last: float, top: float, color: ft.ColorValue) -> fch.LineChartData:
    """A stretch of the axis with a ground of its own."""
    return band([(first, 0.0, top), (last, 0.0, top)], color)


def steps_up_to(most: float) -> tuple[float, ...]:
    """Round numbers from 0 on, four or five steps, that reach over `most`: 0, 250, 500, 750, 1000."""
    if most <= 0:
        return (0.0, 1.0)
    step = min(
        (_round_step(most / lines) for lines in (4, 5)), key=lambda one: math.ceil(most / one - 1e-9) * one
    )
    count = max(math.ceil(most / step - 1e-9), 1)
    return tuple(round(step * number, 6) for number in range(count + 1))


def _round_step(rough: float) -> float:
    unit = 10.0 ** math.floor(math.log10(rough))
    return next(unit * many for many in (1, 2, 2.5, 5, 10) if unit * many >= rough * 0.999)


def picture(
    back: Sequence[fch.LineChartData],
    front: Sequence[fch.LineChartData],
    *,
    across: tuple[float, float],
    up: Sequence[float],
    labels: Sequence[tuple[float, str]],
    label: str,
    say_up: Callable[[float], str] | None = None,
    height: int = 240,
) -> ft.Control:
    """The two layers on one place, and the sentence a screen reader says for them."""
    top, step = up[-1], (up[1] - up[0]) or 1.0
    name = say_up or _number
    left = [(value, name(value)) for value in up]

    def one(series: Sequence[fch.LineChartData], live: bool) -> fch.LineChart:
        return fch.LineChart(
            data_series=list(series),
            min_x=across[0],
            max_x=across[1],
            min_y=0,
            max_y=top,
            expand=True,
            interactive=live,
            animation=ft.Animation(0),
            left_axis=_axis(left if live else [(_NOWHERE, "")], LEFT_AXIS, step),
            bottom_axis=_axis(labels if live else [(_NOWHERE, "")], BOTTOM_AXIS, 1),
            horizontal_grid_lines=None
            if live
            else fch.ChartGridLines(interval=step, color=theme.HAIRLINE, width=1),
            tooltip=fch.LineChartTooltip(
                bgcolor=ft.Colors.INVERSE_SURFACE,
                border_radius=8,
                padding=ft.Padding.symmetric(horizontal=10, vertical=8),
                fit_inside_horizontally=True,
                fit_inside_vertically=True,
                max_width=280,
            ),
        )

    stack = ft.Stack([one(back, False), one(front, True)], expand=True, fit=ft.StackFit.EXPAND)
    return ft.Semantics(content=ft.Container(stack, height=height), label=label, image=True)


def _axis(labels: Sequence[tuple[float, str]], size: int, step: float) -> fch.ChartAxis:
    beside = size == LEFT_AXIS
    padding = ft.Padding.only(right=6) if beside else ft.Padding.only(top=6)
    return fch.ChartAxis(
        label_size=size,
        label_spacing=step,
        labels=[
            fch.ChartAxisLabel(value=value, label=ft.Container(quiet(said), padding=padding))
            for value, said in labels
        ],
        show_min=True,
        show_max=True,
    )


def _number(value: float) -> str:
    return words.number(value, 0 if value == int(value) else 1)


def spread(ends: tuple[float, float], wanted: int, step: int = 1) -> list[int]:
    """So many even places between two ends, both near their edge, in whole multiples of a step."""
    first, last = math.ceil(ends[0]), math.floor(ends[1])
    gap = max(round((last - first) / max(wanted - 1, 1) / step) * step, step)
    return list(range(first, last + 1, gap))


def tags(found: Sequence[Tag], across: tuple[float, float], width: float, *, rows: int = 2) -> ft.Control:
    """The tags in a strip above a chart of this width; those that do not fit beside each other are counted."""
    room = max(width - LEFT_AXIS, 1.0)
    scale = room / ((across[1] - across[0]) or 1.0)
    placed: list[tuple[float, int, Tag, list[str]]] = []
    ends = [-1e9] * rows
    for tag in sorted(found, key=lambda one: one.at):
        wide = _tag_width(tag)
        middle = (tag.at - across[0]) * scale
        left = min(max(middle - wide / 2, -LEFT_AXIS / 2), room - wide)
        level = next((number for number, end in enumerate(ends) if left >= end + _TAG_GAP), None)
        if level is None:
            begin, beside, last, more = placed[-1]
            more.append(tag.told or tag.label)
            ends[beside] = begin + _tag_width(last) + _COUNT_WIDTH
            continue
        ends[level] = left + wide
        placed.append((left, level, tag, []))
    used = 1 + max((level for _, level, _, _ in placed), default=0)
    return ft.Stack(
        [
            ft.Container(
                _tag(one, more),
                left=LEFT_AXIS + left,
                top=(used - 1 - level) * 25,
            )
            for left, level, one, more in placed
        ],
        height=used * 25,
        width=width,
    )


def _tag_width(tag: Tag) -> float:
    return (8 * len(tag.label) + 14 if tag.label else 0) + (22 if tag.icon else 0)


def _tag(tag: Tag, more: Sequence[str]) -> ft.Control:
    label = tag.label
    color = theme.ON_TINT[tag.kind]
    told = "\n".join([tag.told or tag.label, *more])
    return ft.Container(
        row(
            ft.Icon(tag.icon, size=13, color=color) if tag.icon else None,
            text(label, "over", color) if label else None,
            text(f"+{len(more)}", "over", color) if more else None,
            gap=3,
            tight=True,
        ),
        bgcolor=theme.TINT[tag.kind],
        border_radius=theme.RADIUS_XS,
        padding=ft.Padding.symmetric(horizontal=7 if tag.label else 4, vertical=3),
        tooltip=told if told != label else None,
    )


def legend(*items: tuple[str, str, ft.ColorValue]) -> ft.Control:
    """What the colours are: (how, word, colour), how being line, dash or band."""
    shapes: dict[str, Any] = {"line": (14, 3), "dash": (14, 2), "band": (14, 10)}
    parts: list[ft.Control] = []
    for how, word, color in items:
        width, height = shapes[how]
        mark: ft.Control = ft.Container(width=width, height=height, border_radius=2, bgcolor=color)
        if how == "dash":
            mark = row(
                *[ft.Container(width=4, height=height, bgcolor=color) for _ in range(2)], gap=3, tight=True
            )
        parts.append(row(mark, quiet(word), gap=6, tight=True))
    return ft.Row(parts, spacing=16, run_spacing=4, wrap=True, tight=True)


def spark(
    values: Sequence[float], label: str, *, width: int = 96, height: int = 30, kind: theme.Kind = "info"
) -> ft.Control:
    """A small line from left to right with its ground filled; the label says it in words."""
    most = max(values, default=0.0) or 1.0
    step = width / max(len(values) - 1, 1)
    points = [(number * step, 3 + (height - 6) * (1 - max(v, 0.0) / most)) for number, v in enumerate(values)]
    if not points:
        return ft.Container(width=width, height=height)
    along: list[cv.Path.PathElement] = [
        cv.Path.MoveTo(*points[0]),
        *[cv.Path.LineTo(*point) for point in points[1:]],
    ]
    ground = [*along, cv.Path.LineTo(width, height), cv.Path.LineTo(0, height), cv.Path.Close()]
    color = theme.SOLID[kind]
    paint = ft.Paint(
        color=color,
        stroke_width=1.8,
        style=ft.PaintingStyle.STROKE,
        stroke_cap=ft.StrokeCap.ROUND,
        stroke_join=ft.StrokeJoin.ROUND,
    )
    drawn = cv.Canvas(
        [
            cv.Path(ground, ft.Paint(color=ft.Colors.with_opacity(0.10, color), style=ft.PaintingStyle.FILL)),
            cv.Path(along, paint),
        ],
        width=width,
        height=height,
    )
    return ft.Semantics(content=drawn, label=label, image=True)
