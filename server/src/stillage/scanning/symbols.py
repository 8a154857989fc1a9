"""
Bar code symbols as pictures: reads those in a photo, draws those we print.

Photos come from outside, so they are decoded in a process of their own (`symbol_reader.py`) that is killed
when it takes too long. What the symbols say is `gs1.py`'s work.
"""

import atexit
import datetime as dt
import io
import json
import os
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import zxingcpp
from PIL import Image

from stillage.catalogue.gtin import GtinError, expand_upc_e, normalise_gtin
from stillage.core.errors import Kind, Refusal
from stillage.scanning.element_strings import bracketed
from stillage.scanning.gs1 import parse

MAX_PHOTO_BYTES: Final = 8_000_000
TIME_LIMIT_SECONDS: Final = 10.0


class PhotoError(Refusal):
    """A photo that is not read: what is wrong with the file, never what it shows."""

    code = "photo"

    def __init__(self, code: str, detail: str, *, kind: Kind = Kind.INVALID) -> None:
        super().__init__(detail, code=code, kind=kind)


class SymbolError(Refusal):
    """Content that cannot be drawn as the symbol wanted."""

    code = "bad_symbol"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol found in a photo. `position`: its four corners in pixels of the upright photo."""

    symbology: str
    symbology_id: str
    data: str
    position: tuple[tuple[int, int], ...]


class Symbology(StrEnum):
    """The symbols we draw."""

    GS1_128 = "gs1_128"
    GS1_DATAMATRIX = "gs1_datamatrix"
    GS1_QR = "gs1_qr"
    ITF_14 = "itf_14"
    EAN_13 = "ean_13"
    UPC_E = "upc_e"
    CODE_128 = "code_128"


_FORMATS: Final[dict[Symbology, zxingcpp.BarcodeFormat]] = {
    Symbology.GS1_128: zxingcpp.BarcodeFormat.Code128,
    Symbology.GS1_DATAMATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    Symbology.GS1_QR: zxingcpp.BarcodeFormat.QRCode,
    Symbology.ITF_14: zxingcpp.BarcodeFormat.ITF14,
    Symbology.EAN_13: zxingcpp.BarcodeFormat.EAN13,
    Symbology.UPC_E: zxingcpp.BarcodeFormat.UPCE,
    Symbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
}
GS1_SYMBOLOGIES: Final = frozenset({Symbology.GS1_128, Symbology.GS1_DATAMATRIX, Symbology.GS1_QR})


def write_symbol(
    symbology: Symbology, content: str, *, today: dt.date, scale: int = 3, with_text: bool = True
) -> bytes:
    """
    A PNG of one symbol, quiet zones included.

    GS1 symbols take bracketed text, `(01)…(10)…`, which must pass the parser: what we print, we can read.
    The others take their digits or text; check digits are tested, never made up.
    """
    if not 1 <= scale <= 20:
        raise SymbolError("The scale is a whole number from 1 to 20.")
    options: dict[str, Any] = {}
    if symbology in GS1_SYMBOLOGIES:
        content = _sound_elements(content, today)
        # Left alone the encoder may choose the rectangular extension, which GS1 does not allow.
        options = {"gs1": True, "force_square": symbology == Symbology.GS1_DATAMATRIX}
    else:
        _require_sound_content(symbology, content)
    try:
        symbol = zxingcpp.create_barcode(content, _FORMATS[symbology], **options)
        picture: Any = symbol.to_image(scale=scale, add_hrt=with_text, add_quiet_zones=True)
    except ValueError as error:
        raise SymbolError(f"This cannot be drawn as {symbology}: {error}") from None
    height, width = picture.shape
    out = io.BytesIO()
    Image.frombuffer("L", (width, height), bytes(picture)).save(out, "PNG", optimize=True)
    return out.getvalue()


def _sound_elements(content: str, today: dt.date) -> str:
    code = parse(content, today=today)
    if code.format != "gs1_element_string":
        raise SymbolError("A GS1 symbol needs its content as (01)…(10)…")
    return bracketed([(element.ai, element.text) for element in code.elements])


def _require_sound_content(symbology: Symbology, content: str) -> None:
    if not content or not all(" " <= char <= "~" for char in content):
        raise SymbolError("A symbol needs content of printable ASCII characters.")
    digits = {Symbology.ITF_14: 14, Symbology.EAN_13: 13, Symbology.UPC_E: 8}.get(symbology)
    if digits is None:
        return
    if len(content) != digits:
        raise GtinError("bad_length", f"This symbol needs {digits} digits, there are {len(content)}.")
    if symbology == Symbology.UPC_E:
        expand_upc_e(content)
    else:
        normalise_gtin(content)


def read_symbols(photo: bytes, *, time_limit_seconds: float = TIME_LIMIT_SECONDS) -> list[Symbol]:
    """The symbols in a JPEG, PNG or WEBP, top to bottom; an empty list when there are none."""
    if len(photo) > MAX_PHOTO_BYTES:
        raise PhotoError(
            "photo_too_large",
            f"The photo has {len(photo) / 1e6:.1f} MB, at most {MAX_PHOTO_BYTES / 1e6:.0f} MB are read.",
            kind=Kind.TOO_LARGE,
        )
    answer = _READER.ask(photo, time_limit_seconds=time_limit_seconds)
    if "code" in answer:
        raise PhotoError(answer["code"], answer["detail"])
    return [
        Symbol(
            symbology=found["symbology"],
            symbology_id=found["symbology_id"],
            data=found["data"],
            position=tuple((x, y) for x, y in found["position"]),
        )
        for found in answer["symbols"]
    ]


class _Reader:
    """
    One reading process, started by the first photo and killed when a photo takes too long.

    Callers wait for each other; one that waited as long as a photo may take is told to come back.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, photo: bytes, *, time_limit_seconds: float) -> dict[str, Any]:
        """Send a photo, wait for the answer; a process that dies on it is replaced for the next."""
        if not self._turn.acquire(timeout=time_limit_seconds):
            raise PhotoError(
                "photo_reader_busy", "Other photos are being read, try again.", kind=Kind.UNAVAILABLE
            )
        try:
            return self._exchange(self._running(), photo, time_limit_seconds)
        finally:
            self._turn.release()

    def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()

    def forget(self) -> None:
        """After a fork the child leaves the process to its parent and will start its own."""
        self._turn = threading.Lock()
        self._process = None

    def _exchange(self, process: subprocess.Popen[bytes], photo: bytes, limit: float) -> dict[str, Any]:
        late = threading.Event()

        def too_late() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(limit, too_late)
        timer.start()
        try:
            return _call(process, photo)
        except (OSError, EOFError):
            if late.is_set():
                detail = f"Reading the photo took longer than {limit:g} seconds; take one nearer to the code."
                raise PhotoError("photo_time_limit", detail) from None
            self.stop()
            raise PhotoError("photo_unreadable", "The photo cannot be read.") from None
        finally:
            timer.cancel()
            timer.join()  # so that a late kill never meets the next photo
            if late.is_set():
                self.stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = _start()
        return self._process


def _start() -> subprocess.Popen[bytes]:
    """The reading process gets our code and nothing of our environment: no settings, no secrets."""
    source = Path(__file__).resolve().parents[2]
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "stillage.scanning.symbol_reader"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**kept, "PYTHONPATH": str(source)},
        bufsize=0,
    )


def _call(process: subprocess.Popen[bytes], photo: bytes) -> dict[str, Any]:
    if process.stdin is None or process.stdout is None:
        raise EOFError
    _write(process.stdin, struct.pack(">I", len(photo)) + photo)
    (length,) = struct.unpack(">I", _read(process.stdout, 4))
    answer: dict[str, Any] = json.loads(_read(process.stdout, length))
    return answer


def _write(pipe: Any, message: bytes) -> None:
    rest = memoryview(message)
    while rest:
        rest = rest[pipe.write(rest) :]


def _read(pipe: Any, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = pipe.read(length - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


_READER: Final = _Reader()
atexit.register(_READER.stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_READER.forget)
