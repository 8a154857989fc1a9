"""Slowing those who guess passwords, by counters that several processes share. Who may never be locked out
by whom stands in docs/decisions/0002.

A try takes its place in the counters before the password is looked at, so that fifty tries at once are
fifty places; a sign-in that succeeds gives its place back.
"""

import datetime as dt
import math
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from stillage.accounts.errors import TooManyAttempts
from stillage.accounts.models import Attempt, Session
from stillage.core import text


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries are free within a window; behind them each waits twice as long as the one before."""

    free: int
    window: dt.timedelta
    first_delay_seconds: float
    longest_delay_seconds: float

    def delay(self, failures: int) -> dt.timedelta | None:
        """How long nobody may try again after this many failures."""
        over = failures - self.free
        if over < 0:
            return None
        doubled = self.first_delay_seconds * 2 ** min(over, 30)
        return dt.timedelta(seconds=min(doubled, self.longest_delay_seconds))


# One person from one network: about a hundred guesses a day.
PAIR = Limit(10, dt.timedelta(hours=24), 1, 900)
# Different names from one network, for those who have never signed in from there.
NETWORK = Limit(30, dt.timedelta(hours=1), 1, 30)
# All who try from where they have never signed in; short, for it makes the innocent wait as well.
EVERYWHERE = Limit(300, dt.timedelta(minutes=10), 0.25, 1)
KNOWN_FOR = dt.timedelta(days=90)

_CLAIM = """
INSERT INTO accounts_attempt (key, failures, window_started_at, next_allowed_at) VALUES (%s, 1, %s, NULL)
ON CONFLICT (key) DO UPDATE SET
  failures = CASE WHEN accounts_attempt.window_started_at <= %s THEN 1 ELSE accounts_attempt.failures + 1 END,
  window_started_at = CASE WHEN accounts_attempt.window_started_at <= %s
    THEN excluded.window_started_at ELSE accounts_attempt.window_started_at END
WHERE accounts_attempt.next_allowed_at IS NULL OR accounts_attempt.next_allowed_at <= %s
  OR accounts_attempt.window_started_at <= %s
RETURNING failures
"""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one try in the counters.

    `held_back_seconds` is set when a stranger would have been turned away: a wrong password must then
    be answered as the stranger is, or the answer would tell who has signed in from this network.
    `reached` names the counters that this try brought to their limit.
    """

    pair: str
    network: str
    known: bool
    held_back_seconds: int | None = None
    reached: tuple[str, ...] = ()


def take_place(*, username: str, network: str, at: dt.datetime) -> Place:
    """Count this try before it is made. Refuses: TooManyAttempts.

    Somebody who has signed in from this network before does not wait for what others do there or
    anywhere; only for the wrong passwords under his own name from this network.
    """
    pair = _pair_key(username, network)
    net = f"n:{network}"
    _refuse_early(pair, PAIR, at)
    known = _is_known(username, network, at)
    if known:
        with transaction.atomic():
            counts = {"person and network": (_claim(pair, PAIR, at), PAIR)}
        held_back = _wait(net, NETWORK, at) or _wait("all", EVERYWHERE, at)
        return Place(pair, net, known, held_back, _reached(counts))
    _refuse_early(net, NETWORK, at)
    _refuse_early("all", EVERYWHERE, at)
    with transaction.atomic():
        # Always in this order, so that no two tries wait for each other.
        counts = {"person and network": (_claim(pair, PAIR, at), PAIR)}
        if counts["person and network"][0] == 1 or _failures(net) >= NETWORK.free:
            counts["network"] = _claim(net, NETWORK, at), NETWORK
        counts["everywhere"] = _claim("all", EVERYWHERE, at), EVERYWHERE
    return Place(pair, net, known, reached=_reached(counts))


def give_back(place: Place) -> None:
    """The password was right: forget the wrong ones of this person from here, and nobody else's."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_attempt WHERE key = %s", [place.pair])
        if not place.known:
            cursor.execute(
                "UPDATE accounts_attempt SET failures = failures - 1"
                " WHERE key IN (%s, 'all') AND failures > 0",
                [place.network],
            )


def withdraw(place: Place) -> None:
    """The password was never looked at: only this try is uncounted."""
    with connection.cursor() as cursor:
        keys = [place.pair] if place.known else [place.pair, place.network, "all"]
        for key in keys:
            cursor.execute(
                "UPDATE accounts_attempt SET failures = failures - 1 WHERE key = %s AND failures > 0", [key]
            )


def forget_before(at: dt.datetime) -> int:
    """Clear counters whose longest window has passed. How many there were."""
    return Attempt.objects.filter(window_started_at__lt=at - PAIR.window).delete()[0]


def _reached(counts: dict[str, tuple[int, Limit]]) -> tuple[str, ...]:
    return tuple(name for name, (failures, limit) in counts.items() if failures == limit.free)


def _pair_key(username: str, network: str) -> str:
    # Keyed: people type their password into the wrong field, and a digest of it must tell nothing.
    return (
        "p:"
        + salted_hmac("stillage.attempt", f"{network} {text.key(username)}", algorithm="sha256").hexdigest()
    )


def _is_known(username: str, network: str, at: dt.datetime) -> bool:
    return Session.objects.filter(
        user__username=text.key(username), network=network, created_at__gt=at - KNOWN_FOR
    ).exists()


def _wait(key: str, limit: Limit, at: dt.datetime) -> int | None:
    """Whole seconds until this counter lets somebody through, or None when it does now."""
    row = Attempt.objects.filter(key=key).values_list("window_started_at", "next_allowed_at").first()
    if row is None or row[1] is None or row[1] <= at or row[0] <= at - limit.window:
        return None
    return max(1, math.ceil((row[1] - at).total_seconds()))


def _failures(key: str) -> int:
    return Attempt.objects.filter(key=key).values_list("failures", flat=True).first() or 0


def _refuse_early(key: str, limit: Limit, at: dt.datetime) -> None:
    """Turn away without writing whom the counter would turn away: a flood of tries costs one read each."""
    seconds = _wait(key, limit, at)
    if seconds is not None:
        raise TooManyAttempts(seconds)


def _claim(key: str, limit: Limit, at: dt.datetime) -> int:
    """Add one to a counter that lets us through, and say how many there are; all in one statement."""
    stamp = connection.ops.adapt_datetimefield_value(at)
    old = connection.ops.adapt_datetimefield_value(at - limit.window)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [key, stamp, old, old, stamp, old])
        row = cursor.fetchone()
    if row is None:
        raise TooManyAttempts(_wait(key, limit, at) or 1)
    failures = int(row[0])
    delay = limit.delay(failures)
    Attempt.objects.filter(key=key).update(next_allowed_at=None if delay is None else at + delay)
    return failures
