"""The way of a lot as nodes in four columns, and the sentence that says whether every case is accounted for. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stillage_client import theme, words
from stillage_client.api.tracing_records import RecallCustomer, Trace, TraceCustomer, TracePlace
from stillage_client.locale import t, tn
from stillage_client.screens.amounts import Packed
from stillage_client.screens.movement_lines import bare

CUSTOMERS_DRAWN = 12  # with more the picture is a thicket: a table then
ORIGINS_DRAWN = 8


@dataclass(frozen=True)
class Target:
    """Where a node leads: what is written on the way, and its address."""

    label: str
    route: str


@dataclass(frozen=True)
class Node:
    """So many units, standing for something that can be opened."""

    key: str
    kind: theme.Kind
    mark: str  # which icon; the picture knows them
    title: str
    note: str
    units: int
    targets: tuple[Target, ...] = ()


def lot_name(trace: Trace) -> str:
    """Harrow Pale Ale, lot L2609A; the product alone where lots are not kept."""
    lot = trace.lot
    return t("{product}, lot {lot}", product=lot.product_name, lot=lot.lot) if lot.lot else lot.product_name


@dataclass(frozen=True)
class Flow:
    """Came from → the lot → where it is → who has it. Units of a column and of its neighbours agree."""

    origins: tuple[Node, ...]
    lot: Node
    where: tuple[Node, ...]
    customers: tuple[Node, ...]

    @property
    def crowded(self) -> bool:
        """Too much for a picture."""
        return len(self.customers) > CUSTOMERS_DRAWN or len(self.origins) > ORIGINS_DRAWN


class Figures:
    """Units said in one measure throughout: in cases where all of them are whole, in units where one is not."""

    def __init__(self, packed: Packed, units: Iterable[int]) -> None:
        self.per = max(packed.units_per_case, 1)
        self.in_cases = self.per > 1 and all(amount % self.per == 0 for amount in units)
        self._base, self._case = packed.base_unit or "unit", packed.case_name or "case"

    def number(self, units: int) -> str:
        """The number alone."""
        return words.number(units // self.per if self.in_cases else units)

    def said(self, units: int) -> str:
        """With its word: 12 cases."""
        count = units // self.per if self.in_cases else units
        return f"{words.number(count)} {words.unit(self._case if self.in_cases else self._base, count)}"

    def otherwise(self, units: int) -> str:
        """The same in the other measure: 7,200 cans beside 300 cases; nothing where there is only one."""
        if self.per <= 1:
            return ""
        if self.in_cases:
            return words.units(units, self._base)
        return words.cases(units, self.per, self._base, self._case).partition(" (")[0]

    @property
    def measure(self) -> str:
        """cases, bottles."""
        return words.unit(self._case if self.in_cases else self._base, 2)


def figures_of(trace: Trace) -> Figures:
    """The measure in which this trace can be told without fractions."""
    b = trace.balance
    balance = (b.received, b.returned_to_supplier, b.on_hand, b.in_transit, b.shipped, b.returned)
    rest = (b.scrapped, b.counted, b.adjusted, b.transferred)
    parts = [one.net for one in trace.customers] + [place.on_hand for place in trace.places]
    return Figures(trace, [*balance, *rest, *parts, *[one.quantity for one in trace.origins]])


def flow_of(trace: Trace, told: Mapping[str, RecallCustomer] | None = None) -> Flow:
    """The nodes. With `told`, the customers of a recall, their colour says whether they know."""
    say = figures_of(trace)
    recalled = trace.lot.held or told is not None
    lot = trace.lot
    first = min((one.received_at for one in trace.origins if one.received_at), default=None)
    middle = Node(
        "lot",
        "held" if recalled else "info",
        "lot",
        t("Lot {lot}", lot=lot.lot) if lot.lot else lot.product_name,
        t("Received {day}", day=words.day(first.date())) if first else "",
        _come_in(trace),
        (Target(lot.product_name or lot.product, f"/products/{lot.product}"),),
    )
    return Flow(_origins(trace, say), middle, _where(trace, say), _customers(trace, say, told))


def _come_in(trace: Trace) -> int:
    """Everything that ever stood here: received, and found since."""
    b = trace.balance
    return b.received + max(b.counted, 0) + max(b.adjusted, 0) + max(b.transferred, 0)


def _origins(trace: Trace, say: Figures) -> tuple[Node, ...]:
    b = trace.balance
    nodes = []
    for number, origin in enumerate(trace.origins):
        papers = [part for part in (origin.purchase_order, origin.receipt) if part]
        targets = []
        if origin.receipt:
            targets.append(Target(origin.receipt, f"/receive/{origin.receipt}"))
        if origin.purchase_order:
            targets.append(Target(origin.purchase_order, f"/purchases/{origin.purchase_order}"))
        day = words.day(origin.received_at.date()) if origin.received_at else ""
        note = ", ".join(part for part in (papers[0] if papers else "", day) if part)
        name = origin.supplier_name or origin.supplier or origin.reference or t("Supplier not named")
        nodes.append(
            Node(f"origin-{number}", "info", "supplier", name, note, origin.quantity, tuple(targets))
        )
    rest = b.received - sum(origin.quantity for origin in trace.origins)
    if rest > 0:
        nodes.append(
            Node("origin-rest", "mute", "supplier", t("Received without a paper"), say.said(rest), rest)
        )
    found = max(b.counted, 0) + max(b.adjusted, 0)
    if found:
        nodes.append(Node("found", "mute", "count", t("Found"), t("counted or corrected up"), found))
    if b.transferred > 0:
        elsewhere = t("From another warehouse")
        nodes.append(Node("from-elsewhere", "mute", "transfer", elsewhere, "", b.transferred))
    return tuple(nodes)


def _where(trace: Trace, say: Figures) -> tuple[Node, ...]:
    b = trace.balance
    nodes: list[Node] = []
    net = b.shipped - b.returned
    if b.shipped:
        note = tn("{n} customer", "{n} customers", len(trace.customers))
        if b.returned:
            note = f"{note}, {t('{n} came back', n=say.number(b.returned))}"
        nodes.append(Node("shipped", "info", "shipped", t("With customers"), note, net))
    held: list[TracePlace] = []
    staged: list[TracePlace] = []
    free: list[TracePlace] = []
    for place in trace.places:
        if place.kind == "transit":
            continue
        pile = held if place.held else staged if place.kind == "staging" else free
        pile.append(place)
    lying: list[tuple[str, theme.Kind, str, str, list[TracePlace]]] = [
        ("held", "held", "held", t("On hold here"), held),
        ("free", "ok", "stock", t("In stock"), free),
        ("staged", "soon", "picked", t("Picked"), staged),
    ]
    for key, kind, mark, title, places in lying:
        units = sum(place.on_hand for place in places)
        if units:
            nodes.append(Node(key, kind, mark, title, _names(places), units, _place_targets(places, say)))
    if b.in_transit:
        ways = tuple(
            Target(f"{w.transfer}, {say.said(w.quantity)}", f"/transfers/{w.transfer}")
            for w in trace.on_the_way
        )
        to = ", ".join(sorted({w.to_warehouse for w in trace.on_the_way}))
        note = t("to {place}", place=to) if to else ""
        nodes.append(Node("transit", "info", "transfer", t("On the way"), note, b.in_transit, ways))
    if b.scrapped:
        by = next((one.user for one in trace.scrapped if one.user), "")
        when = next((one.at for one in trace.scrapped if one.at), None)
        said = [t("by {who}", who=by) if by else "", words.day(when.date()) if when else ""]
        note = ", ".join(part for part in said if part)
        nodes.append(Node("scrapped", "expired", "scrapped", t("Scrapped"), note, b.scrapped))
    if b.returned_to_supplier:
        nodes.append(
            Node(
                "sent-back", "mute", "supplier", t("Sent back"), t("to the supplier"), b.returned_to_supplier
            )
        )
    lost = max(-b.counted, 0) + max(-b.adjusted, 0)
    if lost:
        nodes.append(Node("lost", "expired", "count", t("Missing"), t("counted or corrected down"), lost))
    if b.transferred < 0:
        nodes.append(Node("elsewhere", "mute", "transfer", t("In another warehouse"), "", -b.transferred))
    return tuple(node for node in nodes if node.units > 0 or node.key == "shipped")


def _names(places: list[TracePlace]) -> str:
    shown = [bare(place.location) for place in places[:2]]
    more = [t("{n} more", n=len(places) - 2)] if len(places) > 2 else []
    return ", ".join([*shown, *more])


def _place_targets(places: list[TracePlace], say: Figures) -> tuple[Target, ...]:
    return tuple(
        Target(f"{place.location}, {say.said(place.on_hand)}", f"/locations/{place.location}")
        for place in places
    )


def _customers(trace: Trace, say: Figures, told: Mapping[str, RecallCustomer] | None) -> tuple[Node, ...]:
    rows = sorted(trace.customers, key=lambda one: _urgency(one, told))
    return tuple(_customer(one, say, told) for one in rows)


def _urgency(one: TraceCustomer, told: Mapping[str, RecallCustomer] | None) -> tuple[bool, int, str]:
    """Who knows already stands on top, so that the ribbons do not cross; the most units first."""
    known = told is not None and one.customer in told and told[one.customer].told_at is not None
    return (not known, -one.net, one.customer_name)


def _customer(one: TraceCustomer, say: Figures, told: Mapping[str, RecallCustomer] | None) -> Node:
    kind: theme.Kind = "info"
    mark = "customer"
    back = t("{n} back", n=say.number(one.returned)) if one.returned else ""
    if told is None:
        last = max((s.shipped_at for s in one.shipments if s.shipped_at), default=None)
        sent = t("last on {day}", day=words.day(last.date())) if last else ""
        note = ", ".join(part for part in (sent, back) if part) or one.city
    else:
        known = told.get(one.customer)
        if known is not None and known.told_at is not None:
            kind, mark = "ok", "told"
            left = known.left_there
            rest = (
                t("none left") if left == 0 else t("{n} left there", n=words.number(left)) if left else back
            )
            note = ", ".join(part for part in (t("Told"), rest) if part)
        else:
            kind, mark, note = "soon", "wait", t("Not told yet")
    targets = [Target(one.customer_name or one.customer, f"/customers/{one.customer}")]
    for sent_ in one.shipments:
        day = words.day(sent_.shipped_at.date()) if sent_.shipped_at else ""
        paper = " · ".join(part for part in (sent_.order, say.said(sent_.quantity), day) if part)
        targets.append(
            Target(paper, f"/orders/{sent_.order}" if sent_.order else f"/shipments/{sent_.shipment}")
        )
    return Node(
        f"customer-{one.customer}",
        kind,
        mark,
        one.customer_name or one.customer,
        note,
        one.net,
        tuple(targets),
    )


# --- the sentence ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Closing:
    """300 received = 238 shipped + 50 on hold + 12 scrapped."""

    closes: bool
    title: str
    sentence: str


def closing(trace: Trace) -> Closing:
    """What came in against where it is, with the server's own verdict."""
    b, say = trace.balance, figures_of(trace)
    held = sum(place.on_hand for place in trace.places if place.held and place.kind != "transit")
    left = [
        _plus(say, b.received, t("received")),
        _plus(say, b.counted if b.counted > 0 else 0, t("found in counts")),
    ]
    left += [
        _plus(say, b.adjusted if b.adjusted > 0 else 0, t("corrected up")),
        _plus(say, b.transferred if b.transferred > 0 else 0, t("from elsewhere")),
    ]
    right = [
        _plus(say, b.shipped, t("shipped")),
        _plus(say, -b.returned, t("came back")),
        _plus(say, min(held, b.on_hand), t("on hold")),
        _plus(say, b.on_hand - min(held, b.on_hand), t("in stock")),
        _plus(say, b.in_transit, t("on the way")),
        _plus(say, b.scrapped, t("scrapped")),
        _plus(say, b.returned_to_supplier, t("sent back")),
        _plus(say, -b.counted if b.counted < 0 else 0, t("missing in counts")),
        _plus(say, -b.adjusted if b.adjusted < 0 else 0, t("corrected down")),
        _plus(say, -b.transferred if b.transferred < 0 else 0, t("elsewhere")),
    ]
    sentence = f"{_sum(left) or '0'} = {_sum(right) or '0'}"
    if b.closes:
        whole = t("Every case is accounted for") if say.in_cases else t("Everything is accounted for")
        return Closing(True, whole, sentence)
    gone = b.on_hand + b.in_transit + b.scrapped + b.returned_to_supplier + b.shipped - b.returned
    missing = b.received + b.counted + b.adjusted + b.transferred - gone
    title = (
        t("Not accounted for: {amount}", amount=say.said(abs(missing)))
        if missing
        else t("This does not add up")
    )
    return Closing(False, title, sentence)


def _plus(say: Figures, units: int, what: str) -> str:
    """+ 12 scrapped; empty for none."""
    if not units:
        return ""
    return f"{words.MINUS if units < 0 else '+'} {say.number(abs(units))} {what}"


def _sum(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part).removeprefix("+ ")


def in_words(flow: Flow, say: Figures) -> str:
    """The picture as one sentence, for who cannot see it."""
    where = "; ".join(f"{node.title} {say.said(node.units)}" for node in flow.where)
    who = "; ".join(f"{node.title} {say.said(node.units)}, {node.note}" for node in flow.customers)
    return ". ".join(part for part in (f"{flow.lot.title}, {say.said(flow.lot.units)}", where, who) if part)
