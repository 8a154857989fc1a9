"""PostgreSQL asked over libpq itself: prepared statements, and BEGIN and COMMIT sent along with what they enclose.

psycopg connects, knows the types and the errors. What its cursors do besides (formats, streams, adaptation of what
they return, a loop of generators for each answer) costs twice what sending a small statement costs. Only
`core.sql` uses this, and only where nobody watches.
"""

import select
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from psycopg import errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus

# So many statements are kept prepared on one line; the one that was asked for first makes room.
MOST_PLANS = 200
_SEEN = b""
_AUTO = PyFormat.AUTO
_FINE = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)


@dataclass(slots=True)
class _Line:
    """What is known of one connection: its statements, and how to wait for it."""

    ready: Any
    plans: dict[tuple[str, Any], bytes] = field(default_factory=dict)
    made: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement came to."""

    result: Any
    types: Any

    def rows(self) -> list[tuple[Any, ...]]:
        self.types.set_pgresult(self.result)
        found: list[tuple[Any, ...]] = self.types.load_rows(0, self.result.ntuples, tuple)
        return found

    def count(self) -> int:
        if self.result.status == ExecStatus.TUPLES_OK:
            return int(self.result.ntuples)
        return int(self.result.command_tuples or 0)


@lru_cache(maxsize=1024)
def _numbered(sql: str) -> bytes:
    """`%s` as PostgreSQL counts it."""
    first, *others = sql.split("%s")
    parts = [first, *(f"${number}{part}" for number, part in enumerate(others, 1))]
    return "".join(parts).replace("%%", "%").encode()


def ask(connection: Any, sql: str, parameters: Sequence[Any], *, commit: bool = False) -> Answer:
    """Send a statement and wait for its answer; with `commit`, the end of the transaction, too, if all is well."""
    own: _Line | None = vars(connection).get("stillage_line")
    if own is None:
        own = vars(connection)["stillage_line"] = _opened(connection)
    server = connection.pgconn
    types: Any = Transformer(connection)
    values = types.dump_sequence(parameters, [_AUTO] * len(parameters)) if parameters else None
    key = (sql, types.types)
    name = own.plans.get(key)
    if name is None:
        # Prepared when it comes again: what is asked once is not worth it.
        _make_room(own, server)
        own.plans[key] = _SEEN
    elif name is _SEEN:
        own.made += 1
        name = own.plans[key] = b"line_%d" % own.made
        try:
            _checked(server.prepare(name, _numbered(sql), types.types))
        except errors.Error:
            del own.plans[key]
            raise
    begin = not connection.autocommit and server.transaction_status == TransactionStatus.IDLE
    if begin or commit:
        server.enter_pipeline_mode()
    if begin:
        server.send_query_params(b"BEGIN", None)
    if name:
        server.send_query_prepared(name, values, types.formats)
    else:
        server.send_query_params(_numbered(sql), values, types.types, types.formats)
    if commit:
        server.send_query_params(b"COMMIT", None)
    if begin or commit:
        server.pipeline_sync()
        result = _piped(server, own.ready, begin=begin)
    else:
        result = _next(server, own.ready)
        while _next(server, own.ready) is not None:
            pass
        if result is None:
            raise errors.OperationalError("the line to the database is lost")
        _checked(result)
    return Answer(result, types)


def _opened(connection: Any) -> _Line:
    ready = select.poll()
    ready.register(connection.pgconn.socket, select.POLLIN)
    own = _Line(ready)
    # After a rollback the driver throws away all statements on the line (DEALLOCATE ALL), if it has made any.
    theirs = connection._prepared
    clear = theirs.clear

    def clear_both() -> bool:
        thrown_away: bool = clear()
        if thrown_away:
            own.plans.clear()
        return thrown_away

    theirs.clear = clear_both
    return own


def _next(server: Any, ready: Any) -> Any:
    """The next answer; other threads go on while it is not there."""
    while server.flush():
        ready.modify(server.socket, select.POLLIN | select.POLLOUT)
        ready.poll()
        ready.modify(server.socket, select.POLLIN)
        server.consume_input()
    while server.is_busy():
        ready.poll()
        server.consume_input()
    return server.get_result()


def _piped(server: Any, ready: Any, *, begin: bool) -> Any:
    """The answer to the statement between BEGIN and COMMIT. Raises what the first of them that failed came to."""
    found = []
    while True:
        result = _next(server, ready)
        if result is not None and result.status == ExecStatus.PIPELINE_SYNC:
            break
        if result is not None:
            found.append(result)
        elif server.status != ConnStatus.OK:
            # Nothing more will come. What was said last says why, if anything was said.
            for one in found:
                _checked(one)
            raise errors.OperationalError("the line to the database is lost")
    server.exit_pipeline_mode()
    for result in found:
        _checked(result)
    return found[1 if begin else 0]


def _checked(result: Any) -> None:
    if result.status in _FINE:
        return
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        # Said by libpq and not by the server: there is no line any more.
        raise errors.OperationalError(result.get_error_message())
    raise errors.error_from_result(result)


def _make_room(own: _Line, server: Any) -> None:
    if len(own.plans) < MOST_PLANS:
        return
    oldest = next(iter(own.plans))
    name = own.plans.pop(oldest)
    if name:
        server.exec_(b"DEALLOCATE " + name)
