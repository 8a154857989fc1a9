"""Guessing is slowed for the guesser and for nobody else (SAFETY A11)."""

import datetime as dt
import itertools
import time
from typing import Any

import pytest

from stillage.accounts import guessing
from stillage.accounts.errors import TooManyAttempts
from stillage.accounts.models import Attempt
from stillage.accounts.networks import network_of
from stillage.audit.models import Entry
from stillage.core.clock import now
from tests.people import PASSWORD, anonymous_client, make_session, make_user

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/auth/token"
HERE, THERE = "203.0.113.7", "198.51.100.7"


@pytest.fixture(autouse=True)
def the_clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wait of a second must not be over because the machine was busy; time passes by `let_time_pass` alone."""
    standing = now()
    monkeypatch.setattr("stillage.accounts.api.now", lambda: standing)


def sign_in(username: str, password: str = PASSWORD, *, address: str = HERE) -> Any:
    return anonymous_client().post(TOKEN, {"username": username, "password": password}, REMOTE_ADDR=address)


def let_time_pass(**by: int) -> None:
    """Age every counter."""
    for row in Attempt.objects.all():
        row.window_started_at -= dt.timedelta(**by)
        if row.next_allowed_at:
            row.next_allowed_at -= dt.timedelta(**by)
        row.save()


def spray(names: int, address: str = HERE) -> list[int]:
    return [sign_in(f"name-{number}", "wrong", address=address).status_code for number in range(names)]


def test_after_ten_wrong_ones_one_waits_and_is_told_how_long() -> None:
    user = make_user()
    codes = [sign_in(user.username, "wrong").status_code for _ in range(11)]
    assert codes == [401] * 10 + [429]
    answer = sign_in(user.username)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert int(answer["Retry-After"]) == answer.json()["retry_after_seconds"] == 1
    let_time_pass(seconds=2)
    assert sign_in(user.username).status_code == 200


def test_the_wait_doubles_up_to_a_quarter_of_an_hour() -> None:
    waits = []
    for _ in range(25):
        answer = sign_in("somebody", "wrong")
        if answer.status_code == 429:
            waits.append(int(answer["Retry-After"]))
            let_time_pass(seconds=waits[-1] + 1)
    assert waits[:4] == [1, 2, 4, 8]
    assert all(later >= earlier for earlier, later in itertools.pairwise(waits))
    assert guessing.PAIR.delay(500) == dt.timedelta(minutes=15)


def test_the_waits_are_the_same_for_names_that_nobody_has() -> None:
    user = make_user()
    answers = [[sign_in(name, "wrong") for _ in range(12)] for name in (user.username, "nobody-of-that-name")]
    plain = [[(one.status_code, one.content) for one in row] for row in answers]
    assert plain[0] == plain[1]


def test_a_thousand_guesses_from_one_network_do_not_lock_the_person_out_of_another() -> None:
    user = make_user()
    codes = {
        sign_in(user.username, f"guess {number}", address=f"203.0.113.{number % 250}").status_code
        for number in range(1000)
    }
    assert codes == {401, 429}
    started = time.perf_counter()
    assert sign_in(user.username, address=THERE).status_code == 200
    assert time.perf_counter() - started < 2


def test_a_colleague_behind_the_same_address_still_comes_in() -> None:
    attacked, colleague = make_user(), make_user()
    for number in range(50):
        sign_in(attacked.username, f"guess {number}")
    assert sign_in(colleague.username).status_code == 200


def test_trying_many_names_from_one_network_is_slowed_for_those_not_known_there() -> None:
    codes = spray(40)
    assert codes[:30] == [401] * 30
    assert 429 in codes[30:]
    stranger = make_user()
    answer = sign_in(stranger.username)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 30
    let_time_pass(seconds=31)
    assert sign_in(stranger.username).status_code == 200
    assert sign_in(make_user().username, address=THERE).status_code == 200


def test_who_has_signed_in_there_before_does_not_wait_for_those_who_try_many_names() -> None:
    regular = make_user()
    make_session(regular, network=network_of(HERE), address=HERE, revoked_at=now())
    spray(60)
    assert sign_in(make_user().username).status_code == 429
    assert sign_in(regular.username).status_code == 200


def test_a_wrong_password_of_a_regular_is_answered_as_a_strangers_while_the_network_waits() -> None:
    regular = make_user()
    make_session(regular, network=network_of(HERE), address=HERE)
    spray(60)
    known, unknown = sign_in(regular.username, "wrong"), sign_in("nobody-of-that-name", "wrong")
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.status_code == 429


def test_ones_own_right_password_clears_nobody_elses_counter() -> None:
    insider, victim = make_user(), make_user()
    codes = []
    for number in range(40):
        codes.append(sign_in(victim.username, f"guess {number}").status_code)
        assert sign_in(insider.username).status_code == 200
    assert codes.count(401) <= 12


def test_signing_in_rightly_forgets_the_wrong_ones_before_it() -> None:
    user = make_user()
    for _ in range(5):
        for _ in range(9):
            sign_in(user.username, "wrong")
        assert sign_in(user.username).status_code == 200
    assert not Attempt.objects.filter(key__startswith="p:").exists()
    assert Attempt.objects.get(key="n:203.0.113.0/24").failures == 0


def test_changing_the_last_digits_of_the_address_is_no_new_network() -> None:
    user = make_user()
    codes = [
        sign_in(user.username, "wrong", address=f"2001:db8:1:2:{number:x}::9").status_code
        for number in range(11)
    ]
    assert codes == [401] * 10 + [429]
    assert sign_in(user.username, address="2001:db8:1:3::9").status_code == 200


def test_networks_are_read_from_any_address() -> None:
    assert network_of("203.0.113.7") == "203.0.113.0/24"
    assert network_of("::ffff:203.0.113.7") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert network_of("") == network_of("a socket") == "unknown"


def test_a_window_that_has_passed_starts_anew() -> None:
    for _ in range(12):
        sign_in("somebody", "wrong")
    let_time_pass(hours=25)
    assert [sign_in("somebody", "wrong").status_code for _ in range(11)] == [401] * 10 + [429]


def test_guesses_from_everywhere_at_once_slow_strangers_for_a_second_at_most() -> None:
    at = now()
    for number in range(guessing.EVERYWHERE.free):
        guessing.take_place(username=f"n{number}", network=f"10.{number // 250}.{number % 250}.0/24", at=at)
    with pytest.raises(TooManyAttempts) as refused:
        guessing.take_place(username="stranger", network="192.0.2.0/24", at=at)
    assert refused.value.retry_after_seconds == 1
    regular = make_user()
    make_session(regular, network=network_of(THERE))
    assert sign_in(regular.username, address=THERE).status_code == 200
    guessing.take_place(username="stranger", network="192.0.2.0/24", at=at + dt.timedelta(seconds=2))


def test_the_trail_says_once_that_guessing_was_slowed() -> None:
    user = make_user()
    for _ in range(30):
        sign_in(user.username, "wrong")
    entry = Entry.objects.get(action="auth.guessing_slowed")
    assert (entry.object_label, entry.address) == (user.username, HERE)
    # Turning guessers away writes nothing: the trail cannot be flooded.
    assert Entry.objects.filter(action="auth.sign_in_refused").count() <= 12


def test_what_was_typed_as_a_name_is_not_stored_in_the_counters() -> None:
    sign_in("my-secret-password", "wrong")
    assert not Attempt.objects.filter(key__contains="secret").exists()
