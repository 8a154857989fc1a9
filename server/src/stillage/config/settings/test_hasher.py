"""A password hasher quick enough for tests; refuses to work anywhere else."""

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.exceptions import ImproperlyConfigured


class QuickHasher(PBKDF2PasswordHasher):
    """PBKDF2 with few rounds. Refused outside the test settings (SAFETY A9)."""

    algorithm = "pbkdf2_quick"
    iterations = 1000

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        if "only the tests use" not in settings.SECRET_KEY:
            raise ImproperlyConfigured("QuickHasher is for the tests only.")
        return super().encode(password, salt, iterations)
