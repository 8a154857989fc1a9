"""What a barcode means here: from its text or from a photograph."""

from stillage_client.api.records import ImageSymbol, ScanResult
from stillage_client.api.transport import Api


async def scan(
    api: Api,
    data: str,
    *,
    symbology_id: str | None = None,
    warehouse: str | None = None,
    key: str | None = None,
) -> ScanResult:
    """Refused (422) with a code such as check_digit and a sentence that says what and where."""
    body = {"data": data, "symbology_id": symbology_id, "warehouse": warehouse}
    answer = await api.post("scan", {name: value for name, value in body.items() if value}, key=key)
    return ScanResult.read(answer)


async def scan_image(
    api: Api, image: bytes, *, content_type: str = "image/jpeg", key: str | None = None
) -> tuple[ImageSymbol, ...]:
    answer = await api.upload("scan/image", {"image": ("scan", image, content_type)}, key=key)
    return ImageSymbol.read_all(answer["symbols"])
