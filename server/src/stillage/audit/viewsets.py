"""Master data: lists, ETags, and an audit row for every write. Rules of several rows live in operations instead."""

from functools import cached_property
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ViewSetMixin

from stillage.audit.record import record
from stillage.core import text as rules
from stillage.core.errors import Conflict, Fault, Kind, NotFound, Refusal
from stillage.core.models import Versioned
from stillage.rest import paging, query
from stillage.rest.fields import MAX_ID
from stillage.rest.paging import Ordering
from stillage.rest.views import View

NO_SUCH = "There is nothing of that name."


def etag_of(row: Versioned) -> str:
    return f'"{row.version}"'


class MasterViewSet(ViewSetMixin, View):
    """CRUD over one table with optimistic locking by ETag and If-Match.

    Subclasses give: `model`, `serializer_class`, `view_permission`, `change_permission`, `natural_key`,
    `orderings`, `search_fields`, `filters` (parameter -> field), and may narrow `rows()` to what the
    actor may see.
    """

    model: ClassVar[type[Any]]
    serializer_class: ClassVar[type[BaseSerializer[Any]]]
    view_permission: ClassVar[str]
    change_permission: ClassVar[str]
    natural_key: ClassVar[str | None] = None
    orderings: ClassVar[dict[str, Ordering]] = {"id": Ordering(("id",))}
    default_ordering: ClassVar[str] = "id"
    search_fields: ClassVar[tuple[str, ...]] = ()
    filters: ClassVar[dict[str, str]] = {}
    reference_filters: ClassVar[dict[str, tuple[str, str]]] = {}
    boolean_filters: ClassVar[dict[str, str]] = {}
    related: ClassVar[tuple[str, ...]] = ()
    prefetch: ClassVar[tuple[Any, ...]] = ()
    noun: ClassVar[str] = ""
    lookup_value_regex = "[^/]+"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if hasattr(cls, "view_permission"):
            reads = dict.fromkeys(("list", "retrieve"), cls.view_permission)
            writes = dict.fromkeys(("create", "partial_update", "destroy"), cls.change_permission)
            cls.permission = {**reads, **writes, **cls.__dict__.get("permission", {})}

    # ---- which rows ---------------------------------------------------------------------------
    def rows(self) -> QuerySet[Any, Any]:
        """All rows this actor may see."""
        return self.model._default_manager.select_related(*self.related).prefetch_related(*self.prefetch)

    def found(self, name: str, *, lock: bool = False) -> Any:
        """One row by id or natural key; missing and another's are told apart by nobody.

        `id:12` and `key:12` say which is meant. Digits that are one row's id and another's key are refused:
        a guess would change the wrong row.
        """
        if rules.fault_in(name):
            raise NotFound(NO_SUCH)
        rows = self.rows()
        if lock:
            rows = rows.select_for_update(of=("self",), no_key=True)
        matches = list(rows.filter(self.named(rules.normalise(name)))[:2])
        if not matches:
            raise NotFound(NO_SUCH)
        if len(matches) > 1:
            raise Conflict(
                f"{name} is the id of one and the key of another: ask for id:{name} or key:{name}.",
                code="ambiguous",
            )
        return matches[0]

    def named(self, name: str) -> Q:
        """What a name in the address may stand for."""
        form, _, rest = name.partition(":")
        exact = rest if rest and form in ("id", "key") else None
        value = name if exact is None else exact
        condition = Q(pk=-1)
        may_be_id = value.isascii() and value.isdecimal() and len(value) <= 19 and int(value) <= MAX_ID
        if may_be_id and (form != "key" or exact is None):
            condition |= Q(pk=int(value))
        if self.natural_key and (form != "id" or exact is None):
            condition |= Q(**{self.natural_key: value})
        return condition

    def filtered(self, request: Request) -> QuerySet[Any, Any]:
        query.check_known(request, *self.known_parameters())
        rows = self.rows()
        for parameter, field in self.filters.items():
            if (value := query.text(request, parameter)) is not None:
                rows = rows.filter(**{field: value})
        for parameter, (id_field, key_field) in self.reference_filters.items():
            if (value := query.text(request, parameter)) is not None:
                rows = rows.filter(self.referred(id_field, key_field, value))
        for parameter, field in self.boolean_filters.items():
            if (flag := query.boolean(request, parameter)) is not None:
                rows = rows.filter(**{field: flag})
        return self.searched(rows, query.words(request))

    def referred(self, id_field: str, key_field: str, value: str) -> Q:
        """A filter by key or id. Where digits could be either, the key wins, and only it."""
        if not (value.isascii() and value.isdecimal() and len(value) <= 19 and int(value) <= MAX_ID):
            return Q(**{key_field: value})
        owner, by_key = self.model, key_field.split("__")
        for step in by_key[:-1]:
            owner = owner._meta.get_field(step).related_model
        if owner._default_manager.filter(**{by_key[-1]: value}).exists():
            return Q(**{key_field: value})
        return Q(**{id_field: int(value)})

    def known_parameters(self) -> tuple[str, ...]:
        return ("search", *self.filters, *self.reference_filters, *self.boolean_filters)

    def searched(self, rows: QuerySet[Any, Any], words: list[str]) -> QuerySet[Any, Any]:
        for word in words:
            condition = Q()
            for field in self.search_fields:
                condition |= Q(**{f"{field}__icontains": word})
            rows = rows.filter(condition)
        return rows

    # ---- the five verbs -----------------------------------------------------------------------
    def list(self, request: Request) -> Response:
        return Response(
            paging.page(
                request,
                self.filtered(request),
                orderings=self.orderings,
                default=self.default_ordering,
                present=lambda rows: [self.shown(row) for row in rows],
            )
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        row = self.found(pk)
        return Response(self.shown(row), headers={"ETag": etag_of(row)})

    def create(self, request: Request) -> Response:
        serializer = self.reader(data=request.data)
        serializer.is_valid(raise_exception=True)
        row = self.saved(serializer)
        after = self.shown(row)
        self.audited("create", row, None, after)
        return Response(after, status=201, headers={"ETag": etag_of(row)})

    def partial_update(self, request: Request, pk: str) -> Response:
        row = self.found(pk, lock=True)
        self.check_version(request, row)
        before = self.shown(row)
        serializer = self.reader(row, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        row = self.saved(serializer, version=row.version + 1)
        row = self.rows().get(pk=row.pk)
        after = self.shown(row)
        self.audited("update", row, _changed(before, after), _changed(after, before))
        return Response(after, headers={"ETag": etag_of(row)})

    def destroy(self, request: Request, pk: str) -> Response:
        row = self.found(pk, lock=True)
        self.check_version(request, row)
        before = self.shown(row)
        pk_value, label = row.pk, self.label(row)
        try:
            row.delete()
        except ProtectedError:
            raise Conflict(f"{label} is still in use, so it was not deleted.", code="in_use") from None
        record(
            actor=self.actor,
            action=f"{self.noun_of()}.delete",
            object_type=self.noun_of(),
            object_id=pk_value,
            label=label,
            before=before,
            warehouse_id=self.warehouse_of(row),
        )
        return Response(None, status=204)

    # ---- what a subclass may change -----------------------------------------------------------
    def reader(self, *args: Any, **kwargs: Any) -> BaseSerializer[Any]:
        return self.serializer_class(*args, context={"request": self.request, "actor": self.actor}, **kwargs)

    def shown(self, row: Any) -> dict[str, Any]:
        return dict(self.writer.to_representation(row))

    @cached_property
    def writer(self) -> BaseSerializer[Any]:
        """Made once a request: to build a serializer costs several times what it costs to write a row with it."""
        return self.reader()

    def label(self, row: Any) -> str:
        return str(getattr(row, self.natural_key) if self.natural_key else getattr(row, "name", row.pk))

    def noun_of(self) -> str:
        return self.noun or self.model.__name__.lower()

    def warehouse_of(self, row: Any) -> int | None:
        return getattr(row, "warehouse_id", None)

    def saved(self, serializer: Any, **extra: Any) -> Any:
        try:
            with transaction.atomic():
                return serializer.save(**extra)
        except IntegrityError as error:
            raise self.taken(error) from None

    def taken(self, error: IntegrityError) -> Refusal:
        return Conflict("There is one of that name already; nothing was changed.", code="already_exists")

    def check_version(self, request: Request, row: Versioned) -> None:
        given = request.headers.get("If-Match")
        if given is None:
            raise Refusal(
                "Send the ETag you read as If-Match, so that nobody's change is overwritten unseen.",
                code="precondition_required",
                kind=Kind.PRECONDITION_MISSING,
            )
        if given.strip() not in (etag_of(row), "*"):
            raise Refusal(
                "Somebody changed this after you read it. Read it again, then change it.",
                code="stale",
                kind=Kind.STALE,
                faults=[Fault("/headers/If-Match", "stale", f"The current ETag is {etag_of(row)}.")],
            )

    def audited(self, verb: str, row: Any, before: Any, after: Any) -> None:
        record(
            actor=self.actor,
            action=f"{self.noun_of()}.{verb}",
            object_type=self.noun_of(),
            object_id=row.pk,
            label=self.label(row),
            before=before,
            after=after,
            warehouse_id=self.warehouse_of(row),
        )


def _changed(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    quiet = {"updated_at"}
    return {name: value for name, value in one.items() if value != other.get(name) and name not in quiet}


__all__ = ["MasterViewSet", "Ordering", "etag_of"]
