"""Draws the icons in assets/ like the logo: `python -m stillage_client.hosting.icons` makes them anew."""

from pathlib import Path

from PIL import Image, ImageDraw

GROUND = "#0B4658"
BARS = ((0.22, 0.56, "#7CCDE6"), (0.435, 0.56, "#FFFFFF"), (0.65, 0.34, "#FFC76F"))  # as components/faces.py
SMOOTH = 4


def draw(size: int, *, corner: float, share: float = 1.0) -> Image.Image:
    """Three cases on a shelf. `corner` rounds the ground; `share` leaves a margin where icons get cut."""
    big = size * SMOOTH
    image = Image.new("RGBA", (big, big), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, big - 1, big - 1), big * corner, fill=GROUND)
    inner, edge = big * share, big * (1 - share) / 2
    for y, width, colour in BARS:
        left, top = edge + 0.22 * inner, edge + y * inner
        box = (left, top, left + width * inner, top + 0.13 * inner)
        pen.rounded_rectangle(box, 0.05 * inner, fill=colour)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def write_all(assets: Path) -> None:
    icons = assets / "icons"
    icons.mkdir(parents=True, exist_ok=True)
    draw(32, corner=0.28).save(assets / "favicon.png", optimize=True)
    for size in (192, 512):
        draw(size, corner=0.28).save(icons / f"icon-{size}.png", optimize=True)
        draw(size, corner=0, share=0.72).save(icons / f"icon-maskable-{size}.png", optimize=True)
    draw(192, corner=0, share=0.86).save(icons / "apple-touch-icon-192.png", optimize=True)
    draw(512, corner=0.28).save(icons / "loading-animation.png", optimize=True)


if __name__ == "__main__":
    write_all(Path(__file__).parent.parent / "assets")
