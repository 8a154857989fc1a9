"""Labels for pallets, lots and places, as PDF and as ZPL II, from one layout."""

import io
from collections.abc import Sequence
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from stillage.documents.content import Label, LotLabel, PalletLabel
from stillage.documents.fonts import ONE_AT_A_TIME
from stillage.documents.labels import pdf_ink, zpl_ink
from stillage.documents.labels.marks import Device, LabelError, Layout
from stillage.documents.labels.pallet import pallet_layout
from stillage.documents.labels.shelf import location_layout, lot_layout

__all__ = ["DPIS", "PDF_DEVICE", "LabelError", "layout", "pdf", "zpl"]

DPIS: Final = (203, 300)
PDF_DEVICE: Final = Device(600)


def pdf(labels: Sequence[Label]) -> bytes:
    """One page a label, each as large as its label. The same bytes for the same labels."""
    if not labels:
        raise LabelError("There are no labels to print.", code="no_labels")
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1, pageCompression=1)
    canvas.setCreator("Stillage")
    canvas.setTitle("Labels")
    for label in labels:
        drawn = layout(label, PDF_DEVICE)
        canvas.setPageSize((drawn.width * mm, drawn.height * mm))
        pdf_ink.draw(canvas, drawn, left=0, top=drawn.height * mm)
        canvas.showPage()
    with ONE_AT_A_TIME:
        canvas.save()
    return out.getvalue()


def zpl(labels: Sequence[Label], *, dpi: int = 203) -> str:
    """One ZPL II format a label, for a printer of 203 or 300 dots an inch; to be sent as UTF-8."""
    if dpi not in DPIS:
        raise LabelError("Printers for ZPL have 203 or 300 dots an inch.", code="bad_dpi")
    if not labels:
        raise LabelError("There are no labels to print.", code="no_labels")
    device = Device(dpi)
    return "".join(zpl_ink.write(layout(label, device), device) for label in labels)


def layout(label: Label, device: Device) -> Layout:
    """The marks of a label for a device. Refuses what the label's numbers do not allow."""
    if isinstance(label, PalletLabel):
        return pallet_layout(label, device)
    return lot_layout(label, device) if isinstance(label, LotLabel) else location_layout(label, device)
