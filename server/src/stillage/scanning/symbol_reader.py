"""
The process that decodes photos: `python -m stillage.scanning.symbol_reader`, started by `symbols.py`.

Photos come in on stdin and answers go out on stdout, each after its length in four bytes. Nothing is
stored, and nothing of a photo but its symbols goes out.
"""

import io
import json
import struct
import sys
import warnings
from typing import Any, BinaryIO, Final

import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS: Final = 25_000_000
LONGEST_SIDE: Final = 1_600
MEMORY_LIMIT_BYTES: Final = 1_500_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP")
_NOT_READ: Final = {"code": "photo_unreadable", "detail": "The photo is damaged or cut off."}
_SYMBOLOGIES: Final = zxingcpp.barcode_formats_from_str(
    "EAN-13,EAN-8,UPC-A,UPC-E,Code128,Code39,ITF,DataBar,DataBarExpanded,DataMatrix,QRCode"
)


class _Refused(Exception):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.answer = {"code": code, "detail": detail}


def read(photo: bytes) -> dict[str, Any]:
    """The symbols of one photo, or the code and words with which it is refused."""
    try:
        image, scale = _upright_grey(photo)
        found = zxingcpp.read_barcodes(image, formats=_SYMBOLOGIES, text_mode=zxingcpp.TextMode.Plain)
    except _Refused as refused:
        return refused.answer
    except (
        OSError,
        SyntaxError,
        ValueError,
        MemoryError,
        EOFError,
        struct.error,
        Image.DecompressionBombError,
    ):
        return _NOT_READ
    symbols = [_symbol(symbol, scale) for symbol in found]
    return {
        "symbols": sorted(symbols, key=lambda symbol: (symbol["position"][0][1], symbol["position"][0][0]))
    }


def _upright_grey(photo: bytes) -> tuple[Image.Image, float]:
    """The picture in grey, at most 1,600 pixels long, turned as EXIF says; EXIF itself is left behind."""
    image = _opened(photo)
    full_width = image.width
    image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    scale = full_width / image.width
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        upright = upright.convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright)
    return upright.convert("L"), scale


def _opened(photo: bytes) -> Image.Image:
    """The file's header read, and refused on what it says before a single pixel is decoded."""
    webp = _webp_size(photo)
    if webp:
        _require_few_pixels(*webp)
    try:
        image = Image.open(io.BytesIO(photo), formats=FORMATS)
    except UnidentifiedImageError:
        raise _Refused("photo_format", "Only JPEG, PNG and WEBP photos are read.") from None
    except Image.DecompressionBombError:  # Pillow's own limit is seven times ours
        raise _too_many_pixels() from None
    _require_few_pixels(*image.size)
    return image


def _require_few_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> _Refused:
    detail = f"The photo is too large: at most {MAX_PIXELS // 1_000_000} megapixels are read."
    return _Refused("photo_too_many_pixels", detail)


def _webp_size(photo: bytes) -> tuple[int, int] | None:
    """Width and height of a WEBP from its first chunk: its library sets memory aside on mere opening."""
    if photo[:4] != b"RIFF" or photo[8:12] != b"WEBP" or len(photo) < 30:
        return None
    kind, data = photo[12:16], photo[20:30]
    if kind == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if kind == b"VP8L":
        both = int.from_bytes(data[1:5], "little")
        return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
    return int.from_bytes(data[6:8], "little") & 0x3FFF, int.from_bytes(data[8:10], "little") & 0x3FFF


def _symbol(symbol: zxingcpp.Barcode, scale: float) -> dict[str, Any]:
    corners = symbol.position
    four = (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
    return {
        "symbology": str(symbol.format),
        "symbology_id": symbol.symbology_identifier,
        "data": symbol.text,
        "position": [[round(point.x * scale), round(point.y * scale)] for point in four],
    }


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the time limit and the pixel limit hold there
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))


def _serve(incoming: BinaryIO, outgoing: BinaryIO) -> None:
    while len(header := incoming.read(4)) == 4:
        (length,) = struct.unpack(">I", header)
        answer = json.dumps(read(incoming.read(length))).encode()
        outgoing.write(struct.pack(">I", len(answer)) + answer)
        outgoing.flush()


if __name__ == "__main__":
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    _limit_memory()
    _serve(sys.stdin.buffer, sys.stdout.buffer)
