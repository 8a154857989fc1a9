"""What this room refuses, in words that tell a guesser nothing."""

from stillage.core.errors import Kind, Refusal


class InvalidToken(Refusal):
    """The token is forged, expired, of another kind, or its session has ended; which of them is not said."""

    code = "invalid_token"
    kind = Kind.UNAUTHENTICATED

    def __init__(self, detail: str = "This sign-in is not valid or has ended; sign in again.") -> None:
        super().__init__(detail)


class InvalidCredentials(Refusal):
    """Unknown name, wrong password or dismissed person: the same words for all three."""

    code = "invalid_credentials"
    kind = Kind.UNAUTHENTICATED

    def __init__(self) -> None:
        super().__init__("The name or the password is not right.")


class TooManyAttempts(Refusal):
    """Guessing is slowed; the same words whether or not such a person exists."""

    code = "too_many_attempts"
    kind = Kind.TOO_MANY

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many tries to sign in; try again in {seconds} s.", retry_after_seconds=seconds)


class Busy(Refusal):
    """More passwords are waiting to be checked than this process can check soon."""

    code = "busy"
    kind = Kind.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("Many people sign in just now; try again in a moment.", retry_after_seconds=1)


class BeyondOwnRights(Refusal):
    """Nobody gives, or takes over, more than he has himself."""

    code = "beyond_own_rights"
    kind = Kind.FORBIDDEN


class LastAdmin(Refusal):
    """Somebody must be left who can let people in."""

    code = "last_admin"
    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__("This is the last administrator; make another one first.")
