"""What this room does, one file an act: sign in and out, keep sessions, make and change people."""

from stillage.accounts.operations.change_password import change_password
from stillage.accounts.operations.create_user import create_user
from stillage.accounts.operations.demo_people import DEMO_PASSWORD, create_demo_people, demo_accounts_exist
from stillage.accounts.operations.end_all_sessions import end_all_sessions
from stillage.accounts.operations.end_sessions import end_session, end_sessions
from stillage.accounts.operations.forget_old_sign_ins import forget_old_sign_ins
from stillage.accounts.operations.refresh_session import refresh_session
from stillage.accounts.operations.sign_in import sign_in
from stillage.accounts.operations.sign_out import sign_out
from stillage.accounts.operations.update_profile import update_profile
from stillage.accounts.operations.update_user import update_user

__all__ = [
    "DEMO_PASSWORD",
    "change_password",
    "create_demo_people",
    "create_user",
    "demo_accounts_exist",
    "end_all_sessions",
    "end_session",
    "end_sessions",
    "forget_old_sign_ins",
    "refresh_session",
    "sign_in",
    "sign_out",
    "update_profile",
    "update_user",
]
