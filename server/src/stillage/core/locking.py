"""Transactions and locks, named in one place. docs/locking.md says in which order things are locked."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

P = ParamSpec("P")
R = TypeVar("R")


def operation(function: Callable[P, R]) -> Callable[P, R]:
    """All or nothing: opens a transaction, or joins the request's without a savepoint.

    Without a savepoint a refusal inside dooms the whole transaction, which is what a refusal means.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            # What `atomic(savepoint=False)` does inside another, without what it asks first.
            try:
                return function(*args, **kwargs)
            except BaseException:
                connection.needs_rollback = True
                raise
        with transaction.atomic(savepoint=False):
            return function(*args, **kwargs)

    return run


def in_transaction() -> bool:
    """Whether somebody has opened one."""
    return connection.in_atomic_block


def for_update(table: str) -> str:
    """The locking clause of a SELECT. SQLite needs none: its write transactions are IMMEDIATE."""
    return f" FOR NO KEY UPDATE OF {table}" if connection.vendor == "postgresql" else ""
