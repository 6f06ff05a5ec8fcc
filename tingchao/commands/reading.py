"""Commands that read without storing: analyze, parse, price-text, detect."""

import sys
from typing import Annotated

import typer

from domain.errors import InvalidInput
from domain.people import pseudonym
from domain.times import parse_iso
from tingchao.commands.answers import Faults, emit, flush, lines_in, read_bytes


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(analyze)
    app.command()(parse)
    app.command("price-text")(price_text)
    app.command()(detect)


def analyze(
    file: Annotated[
        str, typer.Argument(help="JSON Lines: {id, text[, source, rating, author, published_at, brand, product]}")
    ] = "-",
    engine: Annotated[str, typer.Option(help="segmentation: rjieba or jieba; default: [reading] segmenter")] = "",
    sentiment: Annotated[str, typer.Option(help="ngram or snownlp; default: [reading] sentiment of the settings")] = "",
    deep: Annotated[str, typer.Option(help="second stage: auto, on or off; default: [reading] deep")] = "",
    workers: Annotated[int, typer.Option(min=0, help="processes that read; 0 = one for each core")] = 1,
) -> None:
    """Read texts: sentiment, aspects, brands, severity, spam. One line out for each line in, in order.

    Example:  echo '{"id":1,"text":"用了两天就漏水"}' | tingchao analyze
    """
    from tingchao.analyzing import Joiner
    from tingchao.line_batches import batches
    from tingchao.line_workers import answers
    from tingchao.readers import reader_choice

    choice = reader_choice(engine=engine, sentiment=sentiment, deep=deep)
    faults, joiner = Faults(), Joiner()
    try:
        for done in answers(batches(file), choice, workers=workers):
            for number, why in done.faults:
                faults.tell(InvalidInput(why), line=number)
            sys.stdout.buffer.write(joiner.rows(done))
            flush()
    except InvalidInput as error:  # the lines before it are answered
        faults.tell(error)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    faults.exit_code()


def parse(
    file: Annotated[str, typer.Argument(help="raw answer, bytes as received")],
    url: Annotated[str, typer.Option(help="address that was asked")],
    seen_at: Annotated[str, typer.Option(help="when it was received, ISO 8601")],
) -> None:
    """Read one raw answer of a site: first its outcome, then a line for each review, post or price.

    Example:  tingchao parse answer.jsonp --url 'https://club.jd.com/comment/productPageComments.action?productId=1&page=0' --seen-at 2026-11-22T10:00+08:00
    """
    from crawlers.parsing import parse_file
    from nlp.normalize import mask
    from tingchao.wiring import pseudonym_key

    try:
        seen = parse_iso(seen_at)
    except ValueError:
        raise InvalidInput(f"--seen-at {seen_at!r} is no ISO 8601 time, such as 2026-11-22T10:00:00+08:00") from None
    body = read_bytes(file)
    key = pseudonym_key()
    for row in parse_file(body, url=url, seen_at=seen, mask=mask, pseudonym=lambda s, a: pseudonym(s, a, key=key)):
        emit(row)
    flush()


def price_text() -> None:
    """Read prices out of free text, a line each.

    Example:  echo '750.5元包邮（800.5-50）' | tingchao price-text
    """
    from crawlers.price_text import read_price

    for _, line in lines_in():
        emit(read_price(line.decode("utf-8", "replace")))
        flush()


def detect(
    stream: Annotated[bool, typer.Option("--stream", help="JSON Lines protocol, one reply a tick")] = False,
    nab: Annotated[bool, typer.Option("--nab", help="lines timestamp,value: one score a line, >= 1 alerts")] = False,
) -> None:
    """Find surges in counts, without storing anything.

    Example:  tingchao detect --nab < counts.csv
    """
    from alerts.stream import run_nab, run_stream

    if stream == nab:
        raise InvalidInput("choose one: tingchao detect --stream, or tingchao detect --nab")

    def write(line: str) -> None:
        sys.stdout.write(line.rstrip("\n") + "\n")
        sys.stdout.flush()

    source = (line.decode("utf-8", "replace") for _, line in lines_in())
    (run_stream if stream else run_nab)(source, write)
