"""Endpoints: signing in and out, oneself, people, roles."""

import re
from typing import Any, ClassVar
from uuid import UUID

from django.core.validators import EmailValidator
from django.db.models import F, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from stillage.accounts import operations, passwords
from stillage.accounts.authentication import bearer_of
from stillage.accounts.models import LANGUAGES, Session, User
from stillage.accounts.roles import ROLES, USERS_CHANGE, USERS_VIEW, role_of
from stillage.accounts.tokens import MAX_LENGTH, Pair
from stillage.audit.viewsets import MasterViewSet, Ordering
from stillage.core import text as rules
from stillage.core.actor import Actor
from stillage.core.clock import now
from stillage.core.errors import Conflict, NotFound
from stillage.places.models import Warehouse
from stillage.rest import paging, query
from stillage.rest.fields import Boolean, Reference, Strict, Text
from stillage.rest.permissions import PUBLIC, SIGNED_IN
from stillage.rest.views import View

_USERNAME = re.compile(r"[\w.@+-]+\Z")


class Secret(serializers.CharField):
    """A password, exactly as typed: nothing trimmed. It is never answered."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=passwords.MAX_LENGTH, trim_whitespace=False, write_only=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        if type(data) is not str:
            self.fail("invalid")
        fault = rules.fault_in(data[: passwords.MAX_LENGTH])
        if fault:
            raise serializers.ValidationError(f"This text {fault}.", code="bad_character")
        return str(data)


class Email(Text):
    """An address that could be one; empty for none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, validators=[EmailValidator()], allow_blank=True, **kwargs)


class PairAnswer(serializers.Serializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


class Credentials(Strict):
    username = Text(max_length=150)
    password = Secret()


class RefreshToken(Strict):
    refresh = Text(max_length=MAX_LENGTH)


class PasswordChange(Strict):
    current_password = Secret()
    new_password = Secret()


def visitor_of(request: Request) -> Actor:
    """Somebody whose name we do not know yet; his address is what our own proxy says."""
    return Actor(
        user_id=None,
        username="",
        address=getattr(request, "client_address", ""),
        request_id=getattr(request, "request_id", ""),
    )


def user_agent_of(request: Request) -> str:
    return str(request.META.get("HTTP_USER_AGENT", ""))


def read(serializer: type[Strict], request: Request) -> dict[str, Any]:
    found = serializer(data=request.data)
    found.is_valid(raise_exception=True)
    return dict(found.validated_data)


def answered(pair: Pair) -> Response:
    return Response({"access": pair.access, "refresh": pair.refresh})


class SignIn(View):
    """A name and a password for a pair of tokens."""

    # An expired token on the way in must not keep anybody from signing in anew.
    authentication_classes = ()
    permission = {"POST": PUBLIC}
    transactional = False
    max_body_bytes = 16 * 1024

    @extend_schema(request=Credentials, responses=PairAnswer)
    def post(self, request: Request) -> Response:
        pair = operations.sign_in(
            **read(Credentials, request),
            visitor=visitor_of(request),
            user_agent=user_agent_of(request),
            at=now(),
        )
        return answered(pair)


class Refresh(View):
    """A refresh token for the next pair."""

    authentication_classes = ()
    permission = {"POST": PUBLIC}
    transactional = False
    max_body_bytes = 16 * 1024

    @extend_schema(request=RefreshToken, responses=PairAnswer)
    def post(self, request: Request) -> Response:
        token = read(RefreshToken, request)["refresh"]
        return answered(operations.refresh_session(token=token, visitor=visitor_of(request), at=now()))


class SignOut(View):
    """The end of a session. Its token is enough even when it has ended already: ask as often as you like."""

    authentication_classes = ()
    permission = {"POST": PUBLIC}
    max_body_bytes = 16 * 1024

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        token = bearer_of(request)
        if token is None:
            raise NotAuthenticated
        operations.sign_out(token=token, visitor=visitor_of(request), at=now())
        return Response(None, status=204)


class Password(View):
    """Changing one's own password. Not kept under an Idempotency-Key: the answer holds tokens."""

    permission = {"POST": SIGNED_IN}
    transactional = False
    max_body_bytes = 16 * 1024

    @extend_schema(request=PasswordChange, responses=PairAnswer)
    def post(self, request: Request) -> Response:
        pair = operations.change_password(
            **read(PasswordChange, request),
            actor=self.actor,
            user_agent=user_agent_of(request),
            at=now(),
        )
        return answered(pair)


def warehouse_named(name: int | str, actor: Actor) -> Warehouse:
    """One of the actor's warehouses by code or id; another's is as unknown as none."""
    rows = Warehouse.objects.filter(**({"pk": name} if isinstance(name, int) else {"code": name}))
    found = rows.first()
    if found is None or not actor.sees(found.pk):
        raise serializers.ValidationError("There is no such warehouse.", code="unknown_warehouse")
    return found


class ProfileChanges(Strict):
    full_name = Text(max_length=120, allow_blank=True, required=False)
    warehouse = Reference(allow_null=True, required=False)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)

    def validate_warehouse(self, value: int | str | None) -> Warehouse | None:
        return None if value is None else warehouse_named(value, self.context["actor"])


class OwnWarehouse(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()


class ProfileAnswer(serializers.Serializer):
    id = serializers.IntegerField()
    username = serializers.CharField()
    full_name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    permissions = serializers.ListField(child=serializers.CharField())
    all_warehouses = serializers.BooleanField()
    warehouses = OwnWarehouse(many=True)
    warehouse = serializers.CharField(allow_null=True)
    language = serializers.CharField()


class Me(View):
    """Who I am, what I may do and where."""

    permission = {"GET": SIGNED_IN, "PATCH": SIGNED_IN}

    @extend_schema(responses=ProfileAnswer)
    def get(self, request: Request) -> Response:
        return Response(self.shown())

    @extend_schema(request=ProfileChanges, responses=ProfileAnswer)
    def patch(self, request: Request) -> Response:
        serializer = ProfileChanges(data=request.data, context={"actor": self.actor})
        serializer.is_valid(raise_exception=True)
        operations.update_profile(actor=self.actor, at=now(), **serializer.validated_data)
        return Response(self.shown())

    def shown(self) -> dict[str, Any]:
        actor = self.actor
        user = User.objects.get(pk=actor.user_id or 0)
        roles = [name for name in ROLES if name in set(user.groups.values_list("name", flat=True))]
        places = Warehouse.objects.filter(is_active=True).order_by("code")
        if actor.warehouse_ids is not None:
            places = places.filter(pk__in=actor.warehouse_ids)
        warehouses = list(places.values("id", "code", "name"))
        here = [one["code"] for one in warehouses if one["id"] == user.warehouse_id or len(warehouses) == 1]
        return {
            "id": user.pk,
            "username": user.username,
            "full_name": user.full_name,
            "email": user.email,
            "role": role_of(roles),
            "roles": roles,
            "permissions": sorted(actor.permissions),
            "all_warehouses": user.all_warehouses,
            "warehouses": warehouses,
            "warehouse": here[0] if here else None,
            "language": user.language,
        }


class SessionAnswer(serializers.Serializer):
    id = serializers.UUIDField()
    address = serializers.CharField()
    user_agent = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    current = serializers.BooleanField()


class SessionPage(serializers.Serializer):
    results = SessionAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class Sessions(View):
    """Where I am signed in."""

    permission = {"GET": SIGNED_IN}

    @extend_schema(responses=SessionPage)
    def get(self, request: Request) -> Response:
        query.check_known(request)
        live = Session.objects.filter(
            user_id=self.actor.user_id or 0,
            revoked_at=None,
            expires_at__gt=now(),
            auth_epoch=F("user__auth_epoch"),
        )
        return Response(
            paging.page(
                request,
                live,
                orderings={"created_at": Ordering(("created_at", "id"))},
                default="-created_at",
                present=lambda rows: [self.shown(row) for row in rows],
            )
        )

    def shown(self, row: Session) -> dict[str, Any]:
        return {
            "id": row.pk,
            "address": row.address,
            "user_agent": row.user_agent,
            "created_at": row.created_at,
            "last_used_at": row.rotated_at,
            "expires_at": row.expires_at,
            "current": row.pk == self.actor.session_id,
        }


class OneSession(View):
    """One of my sign-ins; deleting it ends it."""

    permission = {"DELETE": SIGNED_IN}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        try:
            session_id = UUID(pk)
        except ValueError:
            raise NotFound("You have no such sign-in.") from None
        operations.end_session(actor=self.actor, session_id=session_id, at=now())
        return Response(None, status=204)


class RoleAnswer(serializers.Serializer):
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())


class RolePage(serializers.Serializer):
    results = RoleAnswer(many=True)
    next = serializers.CharField(allow_null=True)


class Roles(View):
    """What each role may do."""

    permission = {"GET": USERS_VIEW}

    @extend_schema(responses=RolePage)
    def get(self, request: Request) -> Response:
        query.check_known(request)
        rows = [{"name": name, "permissions": sorted(permissions)} for name, permissions in ROLES.items()]
        return Response({"results": rows, "next": None})


class UserSerializer(Strict):
    id = serializers.IntegerField(read_only=True)
    username = Text(max_length=150)
    full_name = Text(max_length=120, allow_blank=True, required=False)
    email = Email(required=False)
    role = serializers.ChoiceField(choices=list(ROLES))
    warehouses = serializers.ListField(child=Reference(), max_length=500, required=False)
    all_warehouses = Boolean(required=False)
    is_active = Boolean(required=False)
    password = Secret()
    last_login = serializers.DateTimeField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def validate_username(self, value: str) -> str:
        name = rules.key(value)
        if self.instance is not None and name != self.instance.username:
            raise serializers.ValidationError(
                "A user name stands in the audit trail and stays.", code="fixed"
            )
        if len(name) > 150 or not _USERNAME.match(name) or name.isdecimal():
            raise serializers.ValidationError(
                "Use letters, digits and @ . + - _, and not digits alone.", code="bad_username"
            )
        return name

    def validate_warehouses(self, value: list[int | str]) -> list[Warehouse]:
        found: list[Warehouse] = []
        faults: dict[str, Any] = {}
        for index, name in enumerate(value):
            try:
                found.append(warehouse_named(name, self.context["actor"]))
            except serializers.ValidationError as error:
                faults[str(index)] = error.detail
        if faults:
            raise serializers.ValidationError(faults)
        return list(dict.fromkeys(found))

    def create(self, validated_data: dict[str, Any]) -> User:
        return operations.create_user(actor=self.context["actor"], **validated_data)

    def update(self, instance: User, validated_data: dict[str, Any]) -> User:
        changes = {k: v for k, v in validated_data.items() if k not in ("version", "username")}
        return operations.update_user(actor=self.context["actor"], user=instance, at=now(), **changes)

    def to_representation(self, instance: User) -> dict[str, Any]:
        sees = self.context["actor"].sees
        return {
            "id": instance.pk,
            "username": instance.username,
            "full_name": instance.full_name,
            "email": instance.email,
            "role": role_of(group.name for group in instance.groups.all()),
            "warehouses": sorted(one.code for one in instance.warehouses.all() if sees(one.pk)),
            "all_warehouses": instance.all_warehouses,
            "is_active": instance.is_active,
            "last_login": instance.last_login,
            "version": instance.version,
            "created_at": instance.created_at,
            "updated_at": instance.updated_at,
        }


class UserViewSet(MasterViewSet):
    """People: who they are, their role and their warehouses."""

    model = User
    serializer_class = UserSerializer
    view_permission = USERS_VIEW
    change_permission = USERS_CHANGE
    natural_key = "username"
    prefetch = ("groups", "warehouses")
    orderings: ClassVar[dict[str, Ordering]] = {
        "username": Ordering(("username",)),
        "full_name": Ordering(("full_name", "id")),
        "id": Ordering(("id",)),
    }
    default_ordering = "username"
    search_fields = ("username", "full_name", "email")
    filters: ClassVar[dict[str, str]] = {"role": "groups__name"}
    boolean_filters: ClassVar[dict[str, str]] = {"is_active": "is_active"}

    def rows(self) -> QuerySet[Any, Any]:
        """Those who work where the actor works, and those who work nowhere yet."""
        rows, scope = super().rows(), self.actor.warehouse_ids
        if scope is None:
            return rows
        work = User.warehouses.through.objects
        here = Q(pk__in=work.filter(warehouse_id__in=scope).values("user_id"))
        nowhere = ~Q(pk__in=work.values("user_id"))
        return rows.filter(Q(all_warehouses=True) | here | nowhere)

    def destroy(self, request: Request, pk: str) -> Response:
        raise Conflict(
            "People are dismissed by setting is_active to false, never deleted.", code="not_deletable"
        )
