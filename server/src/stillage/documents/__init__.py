"""
Papers and labels: PDF and ZPL out of plain values. No database, no HTTP, no clock; the same bytes for the same input.

`content` says what goes in, `papers` and `labels` draw it, `sscc` makes the numbers of pallets.
"""
