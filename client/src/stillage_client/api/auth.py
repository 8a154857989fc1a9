"""The signed-in user, their password and their other sign-ins; for administrators the users and roles."""

from typing import Any

from stillage_client.api.records import Me, Page, Role, SignedIn, User, read_page
from stillage_client.api.transport import Api, ApiError, Tokens, part


async def me(api: Api) -> Me:
    return Me.read(await api.get("auth/me"))


async def change_me(api: Api, **changes: Any) -> Me:
    """full_name, warehouse (code) or language."""
    return Me.read(await api.patch("auth/me", changes))


async def sign_out(api: Api) -> None:
    """End this sign-in on the server if it can be told, and in every tab in any case."""
    try:
        if api.tokens is not None:
            await api.post("auth/logout")
    except ApiError:
        pass  # the tokens are forgotten here and run out there
    finally:
        await api.end_tokens()


async def change_password(api: Api, *, current_password: str, new_password: str) -> None:
    pair = await api.post(
        "auth/password", {"current_password": current_password, "new_password": new_password}
    )
    await api.adopt(Tokens.of(pair["access"], pair["refresh"]))


async def sessions(api: Api) -> tuple[SignedIn, ...]:
    answer = await api.get("auth/sessions")
    return SignedIn.read_all(answer["results"] if isinstance(answer, dict) else answer)


async def users(api: Api, **filters: Any) -> Page[User]:
    return read_page(User.read, await api.get("users", **filters))


async def save_user(api: Api, user: User | None, *, key: str | None = None, **changes: Any) -> User:
    """Change a user, or make one when `user` is None."""
    if user is None:
        return User.read(await api.post("users", changes, key=key))
    return User.read(await api.patch(f"users/{part(user.id)}", changes, version=user.version, key=key))


async def roles(api: Api) -> tuple[Role, ...]:
    answer = await api.get("roles")
    return Role.read_all(answer["results"] if isinstance(answer, dict) else answer)
