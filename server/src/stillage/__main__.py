"""The command line: `stillage --help`."""

import os
import sys
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stillage.config.settings.dev")


def _setup() -> None:
    import django

    django.setup()


def _home() -> Path:
    from django.conf import settings

    return Path(settings.HOME)


def _refuse_demo_in_production() -> None:
    from django.conf import settings

    if settings.PRODUCTION:
        raise click.ClickException("The demonstration's passwords are known to everybody: not in production.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Stillage: inventory for beverage warehouses."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, help="The port to listen at.")
@click.option(
    "--demo", is_flag=True, help="Fill an empty database with the demonstration warehouse. Loopback only."
)
def run(host: str, port: int, demo: bool) -> None:
    """Serve the API and the client from this checkout."""
    from stillage.config.serving import LOOPBACK, CannotStart, migrate, serve, take_home

    if demo and host not in LOOPBACK:
        raise click.ClickException(
            "The demonstration's passwords are known to everybody: it listens on 127.0.0.1 only."
        )
    _setup()
    if demo:
        _refuse_demo_in_production()
    home = _home()
    try:
        lock = take_home(home)
    except CannotStart as error:
        raise click.ClickException(str(error)) from None
    migrate()
    from stillage.accounts.operations import demo_accounts_exist

    if demo:
        from stillage.demo import fill_if_empty, make_plans

        if fill_if_empty():
            make_plans()
    elif host not in LOOPBACK and demo_accounts_exist():
        raise click.ClickException(
            "This database holds the demonstration's accounts, whose password is known: it listens on 127.0.0.1 only."
        )
    click.echo(f"\n  Stillage is at  http://{host}:{port}\n")
    if demo:
        click.echo("  Sign in as  admin  manager  buyer  sales  picker  auditor   (password: stillage)\n")
    click.echo(f"  Data lies in {home}. Stop with Ctrl-C.\n")
    serve(host=host, port=port, home=home)
    lock.close()


@main.command()
@click.option("--scale", type=click.Choice(["small", "full"]), default="full", show_default=True)
def demo(scale: str) -> None:
    """Fill an empty database with the demonstration warehouse."""
    from stillage.config.serving import migrate

    _setup()
    _refuse_demo_in_production()
    migrate()
    from stillage.demo import fill_if_empty, make_plans

    if not fill_if_empty(scale=scale):
        raise click.ClickException("There is data in this database already; nothing was done.")
    make_plans()


@main.command()
@click.option("--seal/--no-seal", default=True, show_default=True, help="Also seal the rows that came since.")
def reconcile(seal: bool) -> None:
    """Check the books: silent and 0 when all agrees, else every disagreement and 1. Repairs nothing."""
    _setup()
    from stillage.core.clock import now
    from stillage.seeing.operations import keep_check
    from stillage.stock.reconcile import disagreements

    started_at = now()
    found = disagreements(seal=seal)
    if seal:
        keep_check(found, started_at=started_at, at=now())
    for line in found:
        click.echo(line)
    sys.exit(1 if found else 0)


@main.command("serve-waiting")
def serve_waiting_command() -> None:
    """Promise free stock to the orders that wait for it, first promised first. Safe to run at any time."""
    _setup()
    from stillage.sales.backorders import serve_all_waiting

    click.echo(f"{serve_all_waiting()} units promised")


@main.command("migrate")
def migrate_command() -> None:
    """Bring the database up to this version."""
    os.environ.setdefault("STILLAGE_TIMEOUTS", "migrate")
    from stillage.config.serving import migrate_patiently

    _setup()
    migrate_patiently()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8550, show_default=True, help="The port to listen at.")
def front(host: str, port: int) -> None:
    """Serve the client alone, for a production behind Nginx; it asks the API at STILLAGE_API_URL."""
    from stillage.config.front import CannotServe, serve

    try:
        serve(host=host, port=port)
    except CannotServe as error:
        raise click.ClickException(str(error)) from None


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8010, show_default=True, help="The port to listen at.")
def live(host: str, port: int) -> None:
    """Keep the streams of changes open (GET /api/v1/events), beside an API under Gunicorn."""
    from stillage.config.live import serve

    _setup()
    serve(host=host, port=port)


@main.command()
def worker() -> None:
    """Carry out background tasks (imports, exports, forecasts) until stopped."""
    os.environ.setdefault("STILLAGE_TIMEOUTS", "worker")
    _setup()
    from django.core.management import call_command

    from stillage.config import nightly
    from stillage.config.tidying import catch_up

    catch_up()
    stop = nightly.start()
    try:
        call_command("db_worker", interval=1.0, startup_delay=False)
    finally:
        stop()


@main.command()
@click.option("--full", is_flag=True, help="Make all forecasts anew, not only those whose history changed.")
@click.option(
    "--backfill-weeks",
    default=0,
    show_default=True,
    type=click.IntRange(0, 52),
    help="Also work out what would have been told in so many past weeks, and hold it against what came.",
)
def plan(full: bool, backfill_weeks: int) -> None:
    """Bring demand up to date, make forecasts, proposals and expiry risks; now, and in this process."""
    os.environ.setdefault("STILLAGE_TIMEOUTS", "worker")
    _setup()
    from stillage.core.clock import now
    from stillage.core.errors import Refusal
    from stillage.planning.models import RunStatus
    from stillage.planning.operations import plan_now

    try:
        run = plan_now(now(), full=full, backfill_weeks=backfill_weeks, username="service:command")
    except Refusal as error:
        raise click.ClickException(error.detail) from None
    if run.status != RunStatus.DONE:
        raise click.ClickException(run.detail)
    import json

    figures = json.loads(run.figures)
    methods = ", ".join(f"{count} {name}" for name, count in sorted(figures["by_method"].items())) or "none"
    click.echo(
        f"{run.series_total} series to {run.origin_date}: {figures['changed']} made ({methods}),"
        f" {figures['unchanged']} kept, in {figures['seconds']} s and at most {figures['peak_mb']} MB"
    )


@main.command("create-user")
@click.argument("username")
@click.option("--role", default="admin", show_default=True, help="One of the roles in docs/permissions.md.")
@click.option("--name", default="", help="The person's name.")
@click.option("--warehouse", multiple=True, help="A warehouse's code; none means all warehouses.")
@click.password_option(help="Asked for when it is not given.")
def create_user_command(
    username: str, role: str, name: str, warehouse: tuple[str, ...], password: str
) -> None:
    """Make somebody who can sign in: the first administrator, for a start."""
    _setup()
    from django.db import transaction

    from stillage.accounts.operations import create_user
    from stillage.audit.record import record
    from stillage.core.actor import service
    from stillage.core.errors import Refusal
    from stillage.places.models import Warehouse

    found = list(Warehouse.objects.filter(code__in=warehouse))
    if len(found) != len(set(warehouse)):
        raise click.ClickException("One of these warehouses is not there.")

    try:
        with transaction.atomic():
            actor = service("command")
            user = create_user(
                actor=actor,
                username=username,
                password=password,
                role=role,
                full_name=name,
                warehouses=found,
                all_warehouses=not found,
            )
            record(
                actor=actor, action="user.create", object_type="user", object_id=user.pk, label=user.username
            )
    except Refusal as error:
        words = [error.detail, *(fault.detail for fault in error.faults if fault.detail != error.detail)]
        raise click.ClickException("\n".join(words)) from None
    click.echo(f"{username} can sign in as {role}.")


@main.command("forecast-file")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--horizon", default=8, show_default=True, type=click.IntRange(1, 52), help="Weeks ahead.")
@click.option("--origin", type=click.DateTime(["%Y-%m-%d"]), help="Read no week that ends after this day.")
@click.option(
    "--quick", is_flag=True, help="Levels, seasons and past errors only; nothing is learned by trees."
)
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same numbers.")
@click.option("--country", help="Two letters: its public holidays count.")
@click.option(
    "--engine",
    type=click.Choice(["local", "dask"]),
    default="local",
    show_default=True,
    help="Where to work.",
)
@click.option("--address", help="Of a Dask scheduler; without it, two processes of this machine.")
def forecast_file(
    source: Path,
    target: Path,
    horizon: int,
    origin: datetime | None,
    quick: bool,
    seed: int,
    country: str | None,
    engine: str,
    address: str | None,
) -> None:
    """Forecast weekly demand from a file (CSV or parquet) into a file. Needs no database.

    SOURCE has the columns item, week (the Sunday that ends it), quantity, and perhaps category.
    """
    from stillage.forecasting.files import FileFault, forecast_into

    try:
        told = forecast_into(
            source,
            target,
            horizon=horizon,
            origin=origin.date() if origin else None,
            use_learned=not quick,
            seed=seed,
            country=country,
            engine=engine,
            address=address,
        )
    except FileFault as error:
        raise click.ClickException("\n".join(error.faults)) from None
    click.echo(told, err=True)


@main.command()
def tidy() -> None:
    """Forget what nobody needs any more: old sign-ins, old idempotency keys, finished tasks. Run it daily."""
    _setup()
    from stillage.config.tidying import tidy_up

    for words, rows in tidy_up().items():
        click.echo(f"{rows} {words} forgotten")


@main.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--recipient",
    envvar="STILLAGE_BACKUP_RECIPIENT",
    help="Encrypt for this age key (age1…), see make-backup-key; or STILLAGE_BACKUP_RECIPIENT.",
)
@click.option("--plain", is_flag=True, help="Write it unencrypted, in production too.")
@click.option(
    "--keep", type=click.IntRange(1), help="Of the backups in the folder TARGET keep the newest so many."
)
def backup(target: Path, recipient: str | None, plain: bool, keep: int | None) -> None:
    """Back everything up while the server runs: into the file TARGET, or into the folder TARGET, named by the time."""
    os.environ.setdefault("STILLAGE_TIMEOUTS", "worker")
    _setup()
    from django.conf import settings

    from stillage.config.keeping import BackupFault, back_up

    if settings.PRODUCTION and not recipient and not plain:
        raise click.ClickException(
            "A backup holds everybody's data: name a key to encrypt it for (--recipient), or say --plain."
        )
    if keep and not target.is_dir():
        raise click.UsageError("--keep wants a folder as TARGET.")
    try:
        with _busy("Backing up"):
            file, manifest = back_up(target, recipient=None if plain else recipient, keep=keep)
    except BackupFault as error:
        raise click.ClickException(str(error)) from None
    rows = manifest.rows
    click.echo(f"{file}  {rows['stock_movement']:,} movements, {rows['audit_entry']:,} rows of the trail")


@main.command("check-backup")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--identity", type=click.File("r"), help="The file with the age key, for one that is encrypted."
)
def check_backup(source: Path, identity: TextIO | None) -> None:
    """Read a backup to its last byte and say what is in it; 1 when it cannot be used."""
    _setup()
    from stillage.config.keeping import BackupFault, check

    try:
        with _busy("Reading"):
            manifest = check(source, identity=identity.read() if identity else None)
    except BackupFault as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Sound. Made {manifest.made_at} by Stillage {manifest.version} on {manifest.engine}.")
    for name, count in manifest.rows.items():
        click.echo(f"  {count:>12,}  {name}")


@main.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--identity", type=click.File("r"), help="The file with the age key, for one that is encrypted."
)
def restore_command(source: Path, identity: TextIO | None) -> None:
    """Fill an empty database from a backup, bring it up to this version, sign everybody out, check the books."""
    os.environ.setdefault("STILLAGE_TIMEOUTS", "migrate")
    _setup()
    from stillage.config.keeping import BackupFault, restore
    from stillage.config.serving import CannotStart, take_home

    try:
        with take_home(_home()), _busy("Restoring"):
            done = restore(source, identity=identity.read() if identity else None)
    except (BackupFault, CannotStart) as error:
        raise click.ClickException(str(error)) from None
    for line in done.disagreements:
        click.echo(line)
    click.echo(
        f"Restored as of {done.manifest.made_at}: {done.manifest.rows['stock_movement']:,} movements."
        f" {done.sessions} sign-ins were ended; everybody signs in again."
    )
    if done.disagreements:
        raise click.ClickException(f"{len(done.disagreements)} things in the books do not agree; see above.")


@main.command("make-backup-key")
@click.argument("file", type=click.Path(path_type=Path))
def make_backup_key(file: Path) -> None:
    """Make a key for backups: the secret half into FILE, to be kept elsewhere; the other half is printed."""
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(f"# public key: {identity.to_public()}\n{identity}\n")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(str(identity.to_public()))


def _busy(words: str) -> AbstractContextManager[object]:
    """Something that moves while one waits, where somebody watches."""
    from rich.console import Console

    return Console(stderr=True).status(f"{words} …")


@main.command("make-key")
def make_key() -> None:
    """Print a fresh random key for STILLAGE_SECRET_KEY or STILLAGE_TOKEN_KEYS."""
    import secrets

    click.echo(secrets.token_urlsafe(48))


if __name__ == "__main__":
    main()
