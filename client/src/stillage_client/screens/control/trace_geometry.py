"""Where the nodes and ribbons of a trace stand in a picture of a given width. Pure numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from stillage_client.screens.control.trace_flow import Flow, Node

NODE_LEAST, GAP = 46.0, 14.0
CUSTOMER_TALL, CUSTOMER_LOW = 54.0, 44.0
CUSTOMERS_TALL = 7
LEAST_HEIGHT, MOST_HEIGHT = 300.0, 660.0
RIBBON_LEAST = 1.5
SHARES = (0.214, 0.229, 0.238, 0.319)  # of what the gaps between the columns leave
GUTTER = 0.073


@dataclass(frozen=True)
class Box:
    """A node with its place."""

    node: Node
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Ribbon:
    """From a node's right edge to another's left edge, as wide as its units at the start."""

    x1: float
    y1: float
    wide1: float
    x2: float
    y2: float
    wide2: float
    node: Node  # whose colour it has


@dataclass(frozen=True)
class Picture:
    """Everything with its place."""

    width: float
    height: float
    columns: tuple[float, ...]
    boxes: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]


def place(flow: Flow, width: float) -> Picture:
    """Set the nodes in their columns; the scale is the largest at which the tallest column fits."""
    lefts, widths = _columns(width)
    tall = CUSTOMER_TALL if len(flow.customers) <= CUSTOMERS_TALL else CUSTOMER_LOW
    step = tall + (12.0 if tall == CUSTOMER_TALL else 8.0)
    customers_high = len(flow.customers) * step - (step - tall) if flow.customers else 0.0
    height = min(
        max(LEAST_HEIGHT if len(flow.where) < 3 else 400.0, customers_high, _least(flow.where)), MOST_HEIGHT
    )
    scale = _scale(flow, height)

    where = _stack(flow.where, lefts[2], widths[2], height, scale)
    origins = _stack(flow.origins, lefts[0], widths[0], height, scale)
    lot_high = max(flow.lot.units * scale, NODE_LEAST)
    lot = Box(flow.lot, lefts[1], (height - lot_high) / 2, widths[1], lot_high)
    top = max((height - customers_high) / 2, 0.0)
    customers = [
        Box(node, lefts[3], top + number * step, widths[3], tall)
        for number, node in enumerate(flow.customers)
    ]
    ribbons = [*_into(origins, lot, scale), *_out_of(lot, where, scale)]
    shipped = next((box for box in where if box.node.key == "shipped"), None)
    if shipped is not None:
        ribbons += _out_of(shipped, customers, scale, narrow=tall)
    return Picture(width, height, tuple(lefts), (*origins, lot, *where, *customers), tuple(ribbons))


def _columns(width: float) -> tuple[list[float], list[float]]:
    gutter = width * GUTTER
    room = width - 3 * gutter
    widths = [room * share for share in SHARES]
    lefts = [0.0]
    for one in widths[:-1]:
        lefts.append(lefts[-1] + one + gutter)
    return lefts, widths


def _least(nodes: Sequence[Node]) -> float:
    return len(nodes) * (NODE_LEAST + GAP) - GAP if nodes else 0.0


def _high(nodes: Sequence[Node], scale: float) -> float:
    return sum(max(node.units * scale, NODE_LEAST) for node in nodes) + GAP * max(len(nodes) - 1, 0)


def _scale(flow: Flow, height: float) -> float:
    """Pixels a unit, by halving: both outer columns must fit."""
    most = max(flow.lot.units, sum(node.units for node in flow.where), 1)
    low, high = 0.0, height / most
    for _ in range(30):
        middle = (low + high) / 2
        fits = max(_high(flow.where, middle), _high(flow.origins, middle)) <= height
        low, high = (middle, high) if fits else (low, middle)
    return low


def _stack(nodes: Sequence[Node], left: float, width: float, height: float, scale: float) -> list[Box]:
    top = max((height - _high(nodes, scale)) / 2, 0.0)
    boxes = []
    for node in nodes:
        high = max(node.units * scale, NODE_LEAST)
        boxes.append(Box(node, left, top, width, high))
        top += high + GAP
    return boxes


def _into(boxes: Sequence[Box], target: Box, scale: float) -> list[Ribbon]:
    ribbons, y = [], _middle(target, sum(box.node.units for box in boxes) * scale)
    for box in boxes:
        wide = max(box.node.units * scale, RIBBON_LEAST)
        start = _middle(box, wide)
        ribbons.append(Ribbon(box.left + box.width, start, wide, target.left, y, wide, box.node))
        y += box.node.units * scale
    return ribbons


def _out_of(source: Box, boxes: Sequence[Box], scale: float, narrow: float | None = None) -> list[Ribbon]:
    ribbons, y = [], _middle(source, sum(box.node.units for box in boxes) * scale)
    for box in boxes:
        wide = max(box.node.units * scale, RIBBON_LEAST)
        end = min(wide, narrow) if narrow is not None else wide
        arrival = _middle(box, end)
        if box.node.units > 0:
            ribbons.append(Ribbon(source.left + source.width, y, wide, box.left, arrival, end, box.node))
        y += box.node.units * scale
    return ribbons


def _middle(box: Box, wide: float) -> float:
    """Where a ribbon of this width begins, in the middle of the box."""
    return box.top + max((box.height - wide) / 2, 0.0)
