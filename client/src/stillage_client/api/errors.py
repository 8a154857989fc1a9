"""Why something did not happen, as classes with data, each with a sentence for the person at the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stillage_client.locale import t


class ApiError(Exception):
    """Something did not happen; `sentence` says what and why in words for the person at the screen."""

    @property
    def sentence(self) -> str:
        return t("Something went wrong.")

    def __str__(self) -> str:
        return self.sentence


class Unreachable(ApiError):
    """The server did not answer. A write may have happened; asking again with its key is safe."""

    @property
    def sentence(self) -> str:
        return t("The server does not answer. Nothing you did is lost; try again in a moment.")


class Unauthorized(ApiError):
    """Nobody is signed in any more."""

    def __init__(self, code: str = "not_signed_in", detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail

    @property
    def sentence(self) -> str:
        if self.code == "invalid_credentials":
            return t("That name and password do not match.")
        return t("You were signed out. Sign in again to go on.")


@dataclass(frozen=True)
class Fault:
    """One thing wrong with what was sent; `pointer` (as /lines/2/quantity) says where."""

    pointer: str = ""
    code: str = ""
    detail: str = ""


class Refused(ApiError):
    """The server understood and said no. `errors` names every fault at once."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        errors: tuple[Fault, ...] = (),
        *,
        title: str = "",
        retry_after: int | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(status, code, detail)
        self.status, self.code, self.detail, self.errors = status, code, detail, errors
        self.title, self.retry_after, self.body = title, retry_after, body or {}

    @property
    def sentence(self) -> str:
        if self.status == 429:
            return _too_many(self.retry_after)
        if self.status == 403 and not self.detail:
            return t("Your role does not allow this.")
        if self.status in (412, 428):
            return t("Somebody changed this in the meantime. Look at it again, then save.")
        if self.status == 503:
            return t("The server is busy. Try again in a moment.")
        if self.status >= 500:
            return t("The server could not do this. The fault is written down.")
        said = self.detail or self.title
        faults = " ".join(fault.detail for fault in self.errors if fault.detail and fault.detail not in said)
        return " ".join(part for part in (said, faults) if part) or t("The server refused this.")


def _too_many(seconds: int | None) -> str:
    if not seconds:
        return t("Too many tries. Wait a minute, then try again.")
    return t("Too many tries. Try again in {seconds} seconds.", seconds=seconds)


class FileRefused(ApiError):
    """A chosen file was not taken: too large, or it never arrived."""

    def __init__(self, limit_bytes: int | None = None) -> None:
        super().__init__(limit_bytes)
        self.limit_bytes = limit_bytes

    @property
    def sentence(self) -> str:
        if self.limit_bytes is None:
            return t("The file did not arrive. Choose it again.")
        return t("The file is too large; {mb} MB is the most.", mb=self.limit_bytes // 1_000_000)


class Unreadable(ApiError, ValueError):
    """An answer lacks what cannot be left out, or has it in a shape nobody agreed on."""

    @property
    def sentence(self) -> str:
        return t(
            "The server's answer could not be read. This page may be older than the server: load it again."
        )
