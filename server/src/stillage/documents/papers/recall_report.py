"""The report of a recall or a drill: where the goods are, who was told, and how long it took."""

from reportlab.platypus import Flowable

from stillage.documents.content import RecallReport, ReportedCustomer, ReportedLot, ReportedStep
from stillage.documents.frame import Column, build, table
from stillage.documents.letterhead import letterhead, notes
from stillage.documents.papers.rows import dates, nothing
from stillage.documents.pieces import Cell, gap, lines, quiet, strong, text
from stillage.documents.words import number, quantity, say


def recall_report(content: RecallReport) -> bytes:
    """A PDF of all that is known of a recall."""
    language = content.language
    title = say("drill_report" if content.drill else "recall_report", language)
    head = letterhead(
        content,
        title,
        facts=[
            (say("product", language), content.title),
            (say("opened", language), f"{content.opened}, {content.opened_by}"),
            (say("closed", language), content.closed),
            (say("back_percent", language), f"{content.back_percent}%"),
        ],
    )
    drill = [text(say("drill_only", language), size=10), gap(4)] if content.drill else []
    said = _said(content)
    return build(
        content,
        title,
        [*head, *drill, *said, *_lots(content), *_customers(content), *_steps(content), *notes(content)],
    )


def _said(content: RecallReport) -> list[Flowable]:
    parts = (("reason", content.reason), ("recall_do", content.instructions), ("outcome", content.outcome))
    story: list[Flowable] = []
    for key, words in parts:
        if words.strip():
            story += [quiet(say(key, content.language)), *lines(words, size=9.5), gap(3)]
    return story


def _titled(content: RecallReport, key: str) -> list[Flowable]:
    return [gap(6), strong(say(key, content.language), size=11), gap(2)]


def _lots(content: RecallReport) -> list[Flowable]:
    language = content.language
    columns = [
        Column(say("lot", language)),
        Column(say("came_in", language), 26, "right"),
        Column(say("here", language), 26, "right"),
        Column(say("with_customers", language), 26, "right"),
        Column(say("came_back", language), 22, "right"),
        Column(say("scrapped", language), 22, "right"),
    ]
    return [
        *_titled(content, "recall"),
        table(content, columns, [_lot(content, one) for one in content.lots]),
    ]


def _lot(content: RecallReport, one: ReportedLot) -> list[Cell]:
    language = content.language
    amounts = (one.lot.quantity, one.here, one.with_customers, one.returned, one.scrapped)
    open_sum = [] if one.closes else [strong(say("does_not_close", language))]
    names: list[Flowable] = [
        strong(f"{one.name} {one.lot.lot}".strip()),
        quiet(one.sku),
        *dates(one.lot.best_before_date, one.lot.expiry_date, language),
        *open_sum,
    ]
    return [names, *[[text(quantity(units, language), align="right")] for units in amounts]]


def _customers(content: RecallReport) -> list[Flowable]:
    language = content.language
    columns = [
        Column(say("customer", language)),
        Column(say("delivered", language), 22, "right"),
        Column(say("came_back", language), 22, "right"),
        Column(say("told", language), 42),
        Column(say("left_there", language), 22, "right"),
    ]
    rows = [_customer(content, one) for one in content.customers]
    return [*_titled(content, "customers"), table(content, columns, rows) if rows else nothing(content)]


def _customer(content: RecallReport, one: ReportedCustomer) -> list[Cell]:
    language = content.language
    reached = "  ·  ".join(filter(None, (one.customer.code, one.customer.phone, one.customer.email)))
    names: list[Flowable] = [strong(one.customer.name), quiet(reached)]
    if one.note:
        names.append(quiet(one.note))
    left = "" if one.left_there is None else number(one.left_there, language)
    return [
        names,
        [text(number(one.shipped, language), align="right")],
        [text(number(one.returned, language), align="right")],
        [text(one.told)],
        [text(left, align="right")],
    ]


def _steps(content: RecallReport) -> list[Flowable]:
    language = content.language
    columns = [
        Column(say("when", language), 38),
        Column(say("after_start", language), 24, "right"),
        Column(say("what_happened", language)),
        Column(say("by_whom", language), 30),
    ]
    rows = [_step(one) for one in content.steps]
    return [*_titled(content, "what_happened"), table(content, columns, rows)]


def _step(one: ReportedStep) -> list[Cell]:
    return [[text(one.when)], [text(one.after, align="right")], [text(one.what)], [text(one.by)]]
