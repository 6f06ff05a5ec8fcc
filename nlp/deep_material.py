"""What the deep stage is tuned on: the labelled texts of the first stage, and others whose feeling is named."""

import csv
import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.composed import NAME, compose_all
from nlp.duplicates import groups_of
from nlp.examples import FOLDS, read_examples
from nlp.sentiment import Floats

FEELINGS = {"neutral": 0, "happy": 1, "angry": 2, "sad": 3, "fear": 4, "surprise": 5}
EMO7 = {"0": (0, 4), "2": (2, 1), "3": (-1, 5), "4": (2, 6), "5": (0, 3), "6": (0, 2)}
"""weibo_emo7, whose key is not documented, by reading: label to mood and feeling; 1 is mixed and left out."""
TRUST = {"weibo_emo7": 0.4, "nlpcc14_product": 0.6, "hotel": 0.8, "weibo_usual": 1.5, NAME: 0.7}
"""Weight of a set whose labels are doubtful or whose texts are closest to what is read; 1 for the others."""
NEUTRAL_TRUST = {"jd_aircon": 0.6, "jd_nike5": 0.3}
SURE_KEPT = {
    "weibo_usual": 1.0,
    "weibo_virus": 0.6,
    "weibo100k_sample": 0.7,
    "weibo_emo7": 0.2,
    "jd_aircon": 0.3,
    NAME: 0.5,
}
"""Share that is kept of texts of which the first stage is sure; 0.02 for the other sets: the deep stage is asked about the others."""
UNSURE_KEPT = {
    "shop10": 0.4,
    "jd_goods": 0.4,
    "waimai": 0.35,
    "nlpcc14_product": 0.3,
    "hotel": 0.4,
    "weibo_emo7": 0.6,
    "jd_nike5": 0.5,
}
SURE = 0.85
COMPOSED = 2_000


@attrs.frozen(kw_only=True, eq=False)
class Material:
    """Texts with what is known of them."""

    texts: tuple[str, ...]
    moods: NDArray[np.int64]
    """0 negative, 1 neutral, 2 positive, -1 not known."""
    feelings: NDArray[np.int64]
    """Places in FEELINGS, 6 gratitude, -1 not known."""
    sets: NDArray[np.str_]
    folds: NDArray[np.int64]
    """0 … FOLDS - 1 by group of near-copies over all sets; -1 for composed posts."""
    labelled: int
    """So many at the beginning are the rows of `nlp.examples.read_examples`, in its order."""

    def weights(self) -> Floats:
        """Weight of each text: by trust in its set; inside a set with neutral texts the rarer levels weigh more."""
        answer = np.ones(len(self.texts), np.float32)
        for name in set(self.sets.tolist()):
            here = self.sets == name
            answer[here] = TRUST.get(name, 1.0)
            counts = np.bincount(self.moods[here & (self.moods >= 0)], minlength=3)
            if counts[1]:
                rarity = np.sqrt(counts.max() / np.maximum(counts, 1))
                answer[here] *= np.where(self.moods[here] >= 0, rarity[self.moods[here]], 1)
            answer[here & (self.moods == 1)] *= NEUTRAL_TRUST.get(name, 1.0)
        return answer

    def chosen(self, certainty: Floats, *, seed: int = 1) -> NDArray[np.bool_]:
        """Which are learned from. certainty: highest probability of the first stage for each text."""
        draw = np.random.default_rng(seed).random(len(self.texts))
        sure = np.array([SURE_KEPT.get(name, 0.02) for name in self.sets.tolist()])
        unsure = np.array([UNSURE_KEPT.get(name, 1.0) for name in self.sets.tolist()])
        answer: NDArray[np.bool_] = draw < np.where(certainty >= SURE, sure, unsure)
        return answer


def read_material(folder: Path, composed: int = COMPOSED) -> Material:
    """The labelled sets, surprise and the seven emotions beside them, and so many composed posts."""
    examples = read_examples(folder)
    more = [row for name in ("weibo_usual", "weibo_virus", "weibo_emo7") for row in _felt(folder, name)]
    feelings = {text: feeling for _, text, _, feeling in more}
    known = set(examples.texts)
    extra = [row for row in more if row[1] not in known]
    posts = compose_all(composed)
    texts = (*examples.texts, *(row[1] for row in extra))
    folds = [crc32(group.encode()) % FOLDS for group in groups_of(texts)]
    return Material(
        texts=(*texts, *(post.text for post in posts)),
        moods=np.array(
            [*examples.labels.tolist(), *(row[2] for row in extra), *(post.mood for post in posts)], np.int64
        ),
        feelings=np.array([*(feelings.get(text, -1) for text in texts), *[-1] * len(posts)], np.int64),
        sets=np.array([*examples.sets.tolist(), *(row[0] for row in extra), *[NAME] * len(posts)]),
        folds=np.array([*folds, *[-1] * len(posts)], np.int64),
        labelled=len(examples.texts),
    )


def _felt(folder: Path, name: str) -> Iterator[tuple[str, str, int, int]]:
    """Set, text, mood, feeling of the texts whose feeling is named."""
    moods: Sequence[int] = (1, 2, 0, 0, 0, -1)
    with gzip.open(folder / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if name == "weibo_emo7":
                if row["label"] in EMO7:
                    yield name, row["text"], *EMO7[row["label"]]
            elif row["emotion"] in FEELINGS:
                feeling = FEELINGS[row["emotion"]]
                yield name, row["text"], moods[feeling], feeling
