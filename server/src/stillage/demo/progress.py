"""How far the filling has come: a bar on a terminal, a few lines anywhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

Report = Callable[[str, float], None]


@contextmanager
def reporting() -> Iterator[Report]:
    """A function to be told what is being done and how much of all there is to do is done, from 0 to 1."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as report:
            yield report
    else:
        yield _lines()


@contextmanager
def _bar(console: Console) -> Iterator[Report]:
    columns = (
        TextColumn("  {task.description:<34}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0)
        yield lambda words, share: progress.update(task, description=words, completed=share)


def _lines() -> Report:
    said: set[str] = set()

    def report(words: str, share: float) -> None:
        if words not in said:
            said.add(words)
            click.echo(f"  {words} …", err=True)

    return report
