"""Whom a request speaks for, as DRF's `request.user`."""

from stillage.core.actor import Actor


class Principal(Actor):
    """An actor whose token was checked; what DRF calls the user."""

    __slots__ = ()
    is_authenticated = True
    is_active = True

    @property
    def pk(self) -> int | None:
        return self.user_id
