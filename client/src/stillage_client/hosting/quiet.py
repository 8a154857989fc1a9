"""Keeps Flet's loggers from telling what must not be told: session ids at INFO, everything typed at DEBUG."""

import logging
import re

LOGGERS = ("flet", "flet_web", "flet_web.fastapi", "flet_transport", "flet_object_patch", "flet_controls")
# "Unhandled error processing page session: <id>", "reconnecting session <id>: …"
SESSION_ID = re.compile(r"(session:? )[A-Za-z0-9_\-]{8,}", re.IGNORECASE)


class NoSecrets(logging.Filter):
    """Lets warnings and worse through, without session ids; stays even when somebody lowers the level."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return False
        record.msg, record.args = SESSION_ID.sub(r"\1…", record.getMessage()), ()
        return True


def quieten() -> None:
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        if not any(isinstance(known, NoSecrets) for known in logger.filters):
            logger.addFilter(NoSecrets())
