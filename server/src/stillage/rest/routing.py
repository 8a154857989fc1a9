"""Addresses without a variable part are looked up instead of tried one after the other."""

from typing import Any

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern


class Addresses(URLResolver):
    """`path(route, include(patterns))`, which remembers where addresses led that hold no variable."""

    def __init__(self, route: str, patterns: list[URLPattern | URLResolver]) -> None:
        super().__init__(RoutePattern(route, is_endpoint=False), patterns)
        self._known: dict[str, tuple[Any, ...]] = {}
        # As many as there are patterns, twice for the slash at the end: what strangers ask for cannot fill it.
        self._room = 2 * len(patterns)

    def resolve(self, path: Any) -> ResolverMatch:
        found = self._known.get(path)
        if found is None:
            match: Any = super().resolve(path)
            if not match.args and not match.captured_kwargs and len(self._known) < self._room:
                self._known[str(path)] = (match.func, match.url_name, match.route, match.extra_kwargs)
            return match
        func, name, route, extra = found
        return ResolverMatch(func, (), {}, name, route=route, captured_kwargs={}, extra_kwargs=extra)
