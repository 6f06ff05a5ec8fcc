"""What the severity model is trained on: texts of several writers, our own templates, composed posts, and ordinary reviews and posts."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import attrs
import numpy as np
from numpy.typing import NDArray

from domain.analysis import Polarity
from nlp.composed import compose_all
from nlp.examples import distinct_texts
from nlp.judging import LEVELS
from nlp.normalize import normalize, own_words
from nlp.sentiment import Floats
from nlp.severity import CLASSES, passages
from nlp.severity_examples import examples, spared
from nlp.severity_features import SeverityTerms

VARIANTS = 6
"""Each template is filled so many times; together they weigh as much as four texts."""
EXAMPLE_WEIGHT, SET_WEIGHT, POST_WEIGHT, PUBLIC_WEIGHT = 0.67, 3.0, 0.6, 0.15
"""Weight of our own templates, of the writers' texts, of composed harmless posts, and of ordinary reviews and posts. At a weight of 1 the latter took five points of recall, below 0.04 nothing was gained."""
POSTS = 12_000
"""Composed posts of all moods; those of harmless mood with an event word are trained on."""
MEASURED_FOLD, PUBLIC_FOLDS = 0, 5
"""By hash of the text: public texts that are never trained on, for the rate of false alarms."""
ORDINARY_OF = 4
"""One public text in so many, event word or not, tells the glance what is ordinary."""
_HARD = re.compile("漏电|电人|触电|冒烟|冒火|起火|着火|自燃|烧|炸|爆|烫|伤|中毒|漏气|砸|割|住院|死|召回|维权|曝光|投诉")
"""Words with which a composed complaint may be grave."""


@attrs.frozen(kw_only=True, eq=False)
class Material:
    """Texts with labels; those of the writers are first."""

    texts: list[str]
    labels: NDArray[np.int64]
    """Place in CLASSES."""
    weights: Floats
    writers: list[str]
    """Who wrote each of the first texts; the others have no entry."""
    public: NDArray[np.bool_]
    """Which are ordinary reviews and posts."""
    unseen: list[str]
    """Public passages with a word of an event that are never trained on."""
    ordinary: list[str]
    """Public passages, with such a word or without, for the glance; as harmless."""
    templates: int

    def folds(self, count: int) -> NDArray[np.int64]:
        """A number for each text, by its writer; -1 for those of none."""
        names = sorted(set(self.writers))
        answer = np.full(len(self.texts), -1, np.int64)
        answer[: len(self.writers)] = [names.index(writer) % count for writer in self.writers]
        return answer


def read_material(sets: Sequence[Path], data: Path, terms: SeverityTerms) -> Material:
    """sets: JSON Lines of `text,severity` with an optional `writer`; rows of the split `test` and rows in doubt are left out.

    data: folder of the public sets. terms: their events choose public texts."""
    rows = [(row.get("writer", path.stem), row) for path in sets for row in _rows(path)]
    names = [kind.value if kind else None for kind in CLASSES]
    own, posts = list(examples(VARIANTS)), harmless_posts(terms)
    public = [text for _, text in public_texts(data, terms)]
    kept = np.array([crc32(text.encode()) % PUBLIC_FOLDS != MEASURED_FOLD for text in public], np.bool_)
    seen = [text for text, keep in zip(public, kept.tolist(), strict=True) if keep]
    parts = [
        ([own_words(row["text"]) for _, row in rows], [names.index(row["severity"]) for _, row in rows], SET_WEIGHT),
        ([one.text for one in own], [one.kind for one in own], EXAMPLE_WEIGHT),
        (posts, [0] * len(posts), POST_WEIGHT),
        (seen, [0] * len(seen), PUBLIC_WEIGHT),
    ]
    return Material(
        texts=[text for texts, _, _ in parts for text in texts],
        labels=np.array([label for _, labels, _ in parts for label in labels], np.int64),
        weights=np.concatenate([np.full(len(texts), weight, np.float32) for texts, _, weight in parts]),
        writers=[writer for writer, _ in rows],
        public=np.repeat([False, False, False, True], [len(texts) for texts, _, _ in parts]),
        unseen=[text for text, keep in zip(public, kept.tolist(), strict=True) if not keep],
        ordinary=list(_ordinary(data)),
        templates=len({one.source for one in own}),
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["split"] != "test" and not row.get("doubt"):
            yield row


def public_texts(folder: Path, terms: SeverityTerms) -> Iterator[tuple[str, str]]:
    """Set and passage of ordinary reviews and posts in which a word of an event stands; those known to be grave are left out."""
    event = re.compile("|".join(map(re.escape, sorted(terms.events, key=len, reverse=True))))
    known = spared()
    for name, text in distinct_texts(folder, lambda text: own_words(normalize(text))[:2000]):
        if event.search(text) and hashlib.sha256(text.encode()).hexdigest()[:16] not in known:
            for start, end in passages(text):
                yield name, text[start:end]


def _ordinary(folder: Path) -> Iterator[str]:
    """Every distinct public text, at most a passage of it, of which one in ORDINARY_OF is kept."""
    for _, text in distinct_texts(folder, lambda text: own_words(normalize(text))[:240]):
        if crc32(text.encode()) % ORDINARY_OF == 0:
            yield text


def harmless_posts(terms: SeverityTerms) -> list[str]:
    """Posts composed of the phrases of the sentiment model that hold a word of an event: all but complaints with a hard one."""
    event = re.compile("|".join(map(re.escape, terms.events)))
    return [
        post.text
        for post in compose_all(POSTS)
        if event.search(post.text) and (LEVELS[post.mood] is not Polarity.NEGATIVE or not _HARD.search(post.text))
    ]
