"""The command line: every command with an example in its help, messages on stderr, answers on stdout."""

from importlib.metadata import version
from typing import Annotated

import typer

from tingchao.commands import (
    asking,
    evaluating,
    evidence,
    forget,
    importing,
    insight,
    reading,
    replay,
    running,
    sessions,
    themes,
    training,
    watching,
    words,
)

app = typer.Typer(
    name="tingchao",
    help="听潮 Tingchao: what the market says about your products, and an alert within minutes when it turns.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for topic in (
    running,
    sessions,
    importing,
    asking,
    themes,
    evaluating,
    training,
    insight,
    watching,
    reading,
    replay,
    forget,
    evidence,
    words,
):
    topic.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tingchao {version('tingchao')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="version and end")
    ] = False,
) -> None:
    """听潮 Tingchao."""
