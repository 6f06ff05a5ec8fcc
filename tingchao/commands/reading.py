"""Commands that read without storing: analyze, parse, price-text, detect."""

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import msgspec
import typer

from domain.analysis import Analysis
from domain.errors import InvalidInput
from domain.people import pseudonym
from domain.times import parse_iso
from tingchao.commands.answers import Faults, emit, flush, lines_in, read_bytes

BATCH = 512


class Line(msgspec.Struct):
    """One input line of `analyze`."""

    id: str | int
    text: str
    source: str = ""
    rating: float | None = None
    author: str = ""
    published_at: str = ""
    brand: str = ""
    product: str = ""


def add_to(app: typer.Typer) -> None:
    """Put the commands on the app."""
    app.command()(analyze)
    app.command()(parse)
    app.command("price-text")(price_text)
    app.command()(detect)


def analyze(
    file: Annotated[str, typer.Argument(help="JSON Lines: {id, text[, source, rating, author, published_at]}")] = "-",
    engine: Annotated[str, typer.Option(help="segmentation: rjieba or jieba")] = "rjieba",
) -> None:
    """Read texts: sentiment, aspects, brands, severity, spam. One line out for each line in, in order.

    Example:  echo '{"id":1,"text":"用了两天就漏水"}' | tingchao analyze
    """
    from nlp.duplicates import NearDuplicates
    from nlp.reading import Reading
    from nlp.spam import with_copies
    from tingchao.wiring import analyzer

    reader, groups = analyzer(engine=engine), NearDuplicates()
    faults = Faults()
    lines = _documents(file, faults)
    while batch := list(islice(lines, BATCH)):
        readings = [
            Reading(text=d.text, brand=d.brand, product=d.product, source=d.source, author=d.author) for d in batch
        ]
        analyses = reader.analyze_many(readings)
        names = groups.add_many([a.normalized for a in analyses])
        for document, analysis, name in zip(batch, analyses, names, strict=True):
            emit(analysis_row(document.id, with_copies(analysis, cluster=name, copies=groups.size(name))))
        flush()
    faults.exit_code()


def analysis_row(document_id: str | int, analysis: Analysis) -> dict[str, Any]:
    """The output line of `analyze`; design.md §4 fixes its fields."""
    severity = analysis.severity
    return {
        "id": document_id,
        "tokens": analysis.tokens,
        "sentiment": analysis.sentiment,
        "p": {
            "negative": round(analysis.p.negative, 4),
            "neutral": round(analysis.p.neutral, 4),
            "positive": round(analysis.p.positive, 4),
        },
        "score": analysis.score,
        "masked": analysis.masked,
        "normalized": analysis.normalized,
        "aspects": analysis.aspects,
        "entities": analysis.entities,
        "about": analysis.about,
        "groups": analysis.groups,
        "wishes": analysis.wishes,
        "severity": {"class": severity.kind, "reason": severity.reason, "certainty": round(severity.certainty, 3)}
        if severity
        else None,
        "spam": analysis.spam,
        "spam_reasons": analysis.spam_reasons,
        "cluster": analysis.cluster,
        "model": analysis.model,
    }


def _documents(file: str, faults: Faults) -> Iterator[Line]:
    decoder = msgspec.json.Decoder(Line)
    try:
        for number, line in lines_in(file):
            if not line.strip():
                continue
            try:
                yield decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                faults.tell(InvalidInput(f"not {{id, text, …}} as JSON: {error}"), line=number)
    except InvalidInput as error:  # the lines before it are still to be answered
        faults.tell(error)


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
