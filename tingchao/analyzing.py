"""What `analyze` makes of lines: each is read, near-copies are found in one place, and JSON goes out in the order of the input."""

import json
from typing import Any

import attrs
import msgspec

from domain.analysis import Analysis
from nlp.analyzer import Analyzer
from nlp.duplicates import NearDuplicates, Signed, sign
from nlp.reading import Reading
from nlp.spam import with_copies_marked
from tingchao.line_batches import Batch

_COPIES = ("spam", "spam_reasons", "cluster", "model")
"""Fields that are known only when copies have been counted, and the last one."""
_encoder = msgspec.json.Encoder()


class Line(msgspec.Struct):
    """One input line of `analyze`."""

    id: str | int
    text: str
    source: str | None = None
    rating: float | str | None = None
    author: str | int | None = None
    published_at: str | int | None = None
    brand: str | None = None
    product: str | None = None
    default_text: bool | None = None


@attrs.frozen(kw_only=True, eq=False)
class Answers:
    """What a batch of lines became, ready to be sent from one process to another."""

    heads: list[bytes]
    """Each row's JSON up to the fields that wait for the copies, without the closing brace."""
    tails: list[dict[str, Any]]
    """Those fields, as if the text had no copy."""
    characters: list[int]
    signed: Signed
    faults: list[tuple[int, str]]
    """Number of the line and what is wrong with it."""


class LineReader:
    """Decodes lines, analyses them and encodes the answers."""

    def __init__(self, analyzer: Analyzer) -> None:
        """analyzer: the one of this process."""
        self._analyzer, self._decoder = analyzer, msgspec.json.Decoder(Line)

    def read(self, batch: Batch) -> Answers:
        """Every line is answered or has a fault; never raises for any line."""
        faults: list[tuple[int, str]] = []
        numbers, lines = [], []
        for number, raw in batch:
            try:
                lines.append(self._line(raw))
                numbers.append(number)
            except (ValueError, RecursionError) as error:  # msgspec's and Unicode's errors are ValueErrors
                faults.append((number, f"not {{id, text, …}} as JSON: {error}"))
        found = [(line.id, analysis) for line, analysis in self._analysed(lines, numbers, faults)]
        rows = [analysis_row(identity, analysis) for identity, analysis in found]
        tails = [{name: row.pop(name) for name in _COPIES} for row in rows]
        return Answers(
            heads=[_encoder.encode(row)[:-1] for row in rows],
            tails=tails,
            characters=[len(analysis.normalized) for _, analysis in found],
            signed=sign([analysis.normalized for _, analysis in found]),
            faults=sorted(faults),
        )

    def _line(self, raw: bytes) -> Line:
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            value = json.loads(raw)  # knows half surrogates; its own complaint where it is no JSON at all
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                value["id"] = value["id"].encode("utf-8", "replace").decode("utf-8")
            return msgspec.convert(value, Line)

    def _analysed(
        self, lines: list[Line], numbers: list[int], faults: list[tuple[int, str]]
    ) -> list[tuple[Line, Analysis]]:
        readings = [_reading(line) for line in lines]
        try:
            return list(zip(lines, self._analyzer.analyze_many(readings), strict=True))
        except Exception:  # one text that trips the analyzer must not take its neighbours along: it is found and named
            return self._one_by_one(lines, readings, numbers, faults)

    def _one_by_one(
        self, lines: list[Line], readings: list[Reading], numbers: list[int], faults: list[tuple[int, str]]
    ) -> list[tuple[Line, Analysis]]:
        answer = []
        for line, reading, number in zip(lines, readings, numbers, strict=True):
            try:
                answer.append((line, self._analyzer.analyze(reading)))
            except Exception as error:
                faults.append((number, f"could not be read, please report it: {type(error).__name__}: {error}"))
        return answer


class Joiner:
    """Finds near-copies over all batches and puts the rows together; there is one, however many processes read."""

    def __init__(self) -> None:
        self._groups = NearDuplicates()

    def rows(self, answers: Answers) -> bytes:
        """The lines to write. Copies are counted up to the end of the batch."""
        prints = [tail["cluster"] for tail in answers.tails]
        names = self._groups.add_signed(answers.signed, [""] * len(prints), prints) if prints else []
        parts: list[bytes] = []
        for head, tail, characters, name in zip(answers.heads, answers.tails, answers.characters, names, strict=True):
            copies = self._groups.size(name)
            if copies > 1:
                tail["spam"], tail["spam_reasons"] = with_copies_marked(
                    tail["spam"], tail["spam_reasons"], copies=copies, characters=characters
                )
                tail["cluster"] = name
            parts += [head, b",", _encoder.encode(tail)[1:], b"\n"]
        return b"".join(parts)


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


def _reading(line: Line) -> Reading:
    return Reading(
        text=line.text,
        brand=line.brand or "",
        product=line.product or "",
        source=line.source or "",
        author=str(line.author or ""),
        default_text=bool(line.default_text),
    )
