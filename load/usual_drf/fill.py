"""Makes the tables and fills them; prints a token of somebody who may add movements through his group."""

from __future__ import annotations

import django

PRODUCTS = 20_000
LOCATIONS = 5_000


def main() -> None:
    django.setup()
    from django.contrib.auth.models import Group, Permission, User
    from django.core.management import call_command
    from django.db import connection
    from rest_framework_simplejwt.tokens import AccessToken

    call_command("migrate", verbosity=0)  # the user's table comes first: ours points at it
    call_command("migrate", run_syncdb=True, verbosity=0)
    series = f"generate_series(1, {PRODUCTS}) k"
    with connection.cursor() as cursor:
        for sql in (
            f"INSERT INTO usual_drf_product (id, sku, name) SELECT k, 'SKU-' || k, 'Product ' || k FROM {series}",
            f"INSERT INTO usual_drf_lot (id, product_id, number) SELECT k, k, 'L' || k FROM {series}",
            f"INSERT INTO usual_drf_location (id, code) SELECT k, 'MAIN/' || k FROM generate_series(1, {2 * LOCATIONS}) k",
            "INSERT INTO usual_drf_stock (lot_id, location_id, on_hand)"
            f" SELECT k, 1 + k % {LOCATIONS}, 1000000 FROM {series}",
            "INSERT INTO usual_drf_stock (lot_id, location_id, on_hand)"
            f" SELECT k, {LOCATIONS + 1} + k % {LOCATIONS}, 1000000 FROM {series}",
            "VACUUM ANALYZE",
        ):
            cursor.execute(sql)
    group = Group.objects.create(name="picker")
    group.permissions.set(Permission.objects.filter(content_type__app_label="usual_drf"))
    user = User.objects.create_user("picker", password=None)
    user.groups.add(group)
    token = AccessToken.for_user(user)
    from datetime import timedelta

    token.set_exp(lifetime=timedelta(hours=2))
    print(token)


if __name__ == "__main__":
    main()
