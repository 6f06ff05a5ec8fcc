"""The comparison of judges: every set read by each of them on the same rows, with what each costs."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs
import numpy as np

from flows.labelled import LabelledSet
from nlp.evaluation import Figures, figures, slices_of
from nlp.judges import SLOW, Judge
from nlp.sentiment import Floats

LEAST_CPU_SECONDS = 0.2
"""A short set is read again until it took so long, so that its speed means something."""
_PART = 2048


@attrs.frozen(kw_only=True, eq=False)
class Row:
    """One judge on one set."""

    name: str
    """Of the set."""
    judge: str
    version: str
    sample: bool
    """On the smaller sample that the slow judge read too?"""
    figures: Figures
    texts_per_cpu_s: float
    slices: Mapping[str, Figures]


@attrs.frozen(kw_only=True)
class Comparison:
    """Judges by name, and how many rows of a set the slow one may have."""

    judges: Mapping[str, Judge]
    slow_rows: int
    known_to_slow: Callable[[str], bool]
    """Was the slow judge trained on this very text? Such rows are left out of its sample."""

    def rows(self, labelled: LabelledSet) -> Iterator[Row]:
        """Fast judges on all rows; where the slow one can't read them all, every judge on a sample besides."""
        fast = {name: judge for name, judge in self.judges.items() if name != SLOW}
        sample = self._sample(labelled) if SLOW in self.judges else []
        whole = len(sample) == len(labelled.texts)
        answers: dict[str, Floats] = {}
        for name, judge in (self.judges if whole else fast).items():
            answers[name], speed = _read(judge, labelled.texts)
            yield _row(labelled, name, judge, answers[name], speed, sample=False)
        if whole or not sample:
            return
        part = labelled.part(sample)
        for name, judge in self.judges.items():
            if name in answers:
                yield _row(part, name, judge, answers[name][sample], 0.0, sample=True)
            else:
                yield _row(part, name, judge, *_read(judge, part.texts), sample=True)

    def _sample(self, labelled: LabelledSet) -> list[int]:
        """Numbers of rows, drawn with a fixed seed, none of which the slow judge was trained on."""
        drawn = np.random.default_rng(7).permutation(len(labelled.texts)).tolist()
        unseen = [number for number in drawn if not self.known_to_slow(labelled.texts[number])]
        return sorted(unseen[: self.slow_rows])


def _row(labelled: LabelledSet, name: str, judge: Judge, probabilities: Floats, speed: float, *, sample: bool) -> Row:
    parts = slices_of(labelled.texts, labelled.slices)
    return Row(
        name=labelled.name,
        judge=name,
        version=judge.version,
        sample=sample,
        figures=figures(probabilities, labelled.labels),
        texts_per_cpu_s=round(speed, 1),
        slices={part: figures(probabilities[rows], labelled.labels[rows]) for part, rows in parts.items()},
    )


def _read(judge: Judge, texts: Sequence[str]) -> tuple[Floats, float]:
    """Probabilities, and texts per CPU second of this process."""
    begin, times = time.process_time(), 0
    while True:
        parts = [judge.probabilities(texts[at : at + _PART]) for at in range(0, len(texts), _PART)]
        times += 1
        took = time.process_time() - begin
        if took >= LEAST_CPU_SECONDS:
            return np.concatenate(parts), times * len(texts) / took
