"""Table 2: when X happened, do Y. Everything that follows from something else stands here."""

from stillage.core.events import HoldsEnded, PromisesTaken, StockFreed

ROUTES: dict[type, tuple[str, ...]] = {
    # stock came, or was given back: those who were promised some first are served first
    StockFreed: ("stillage.sales.backorders.stock_was_freed",),
    # a count found less than was promised: nobody is sent for what is not there
    PromisesTaken: ("stillage.sales.mending.promises_were_taken",),
    # a hold ends: not of what is called back
    HoldsEnded: ("stillage.recalls.guarding.recalled_lots_stay_held",),
}
