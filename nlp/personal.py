"""Personal data of a batch: found first and blotted out, so that nothing is derived from it."""

from collections.abc import Sequence

from nlp.batch import Batch, batch_of
from nlp.masking import SUSPECT, Span, personal_spans
from nlp.reading import Reading


def without_personal(readings: Sequence[Reading]) -> tuple[Batch, dict[int, list[Span]]]:
    """The texts as one batch with personal data blotted out, and where they stood."""
    raw = batch_of([reading.text for reading in readings])
    personal = _personal(raw)
    return raw.blotted([(start, end) for spans in personal.values() for start, end, _ in spans]), personal


def _personal(batch: Batch) -> dict[int, list[Span]]:
    """Spans of personal data in the joined view, by number of the text; texts without any are left out."""
    suspects = sorted({int(batch.ends.searchsorted(found.start())) for found in SUSPECT.finditer(batch.view)})
    answer = {}
    for number in suspects:
        start, end = int(batch.starts[number]), int(batch.ends[number])
        if spans := [(start + a, start + b, token) for a, b, token in personal_spans(batch.view[start:end])]:
            answer[number] = spans
    return answer
