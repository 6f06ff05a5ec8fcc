"""A plain word list with negation as a baseline: what anybody could build in an afternoon, to see what a model adds."""

from collections.abc import Sequence

import numpy as np

from nlp.batch import Batch, Places, batch_of
from nlp.dictionaries import read
from nlp.features import folded
from nlp.lexicon import Lexicon
from nlp.normalize import normalize
from nlp.sentiment import Floats, softmax

_BATCH_TEXTS = 512
_WEIGHT, _NEUTRAL = 0.8, 0.3
"""Logit of one word, and of neutral: one word that is left over decides, none or a tie is neutral. Chosen by us, never fitted."""
_NEGATED = 0x110000
"""Codes from here on were read as negated."""
_MOST = 4


class LexiconEngine:
    """Counts words of praise and blame (`opinions.yaml` and the words of `aspects.yaml`); a negation before a word turns it."""

    version = "lexicon-1"

    def __init__(self) -> None:
        leans: dict[str, int] = {}
        for entry in read("aspects").values():
            for kind, lean in (("good", 1), ("bad", -1), ("trouble", -1)):
                leans |= {normalize(word): lean for word in entry.get(kind, ())}
        opinions = read("opinions")
        leans |= {normalize(word): 1 for word in opinions["good"]} | {normalize(word): -1 for word in opinions["bad"]}
        self._lexicon = Lexicon(tuple(leans))
        self._leans = np.array(list(leans.values()), np.int64)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Negative, neutral, positive for each text; not calibrated, a list of words knows no certainty."""
        rounds = [self._round(texts[at : at + _BATCH_TEXTS]) for at in range(0, len(texts), _BATCH_TEXTS)]
        return np.concatenate([np.zeros((0, 3), np.float32), *rounds])

    def _round(self, texts: Sequence[str]) -> Floats:
        batch = batch_of(texts)
        hits = self._lexicon.find(batch)
        kept = _apart(hits.places, self._lexicon.lengths[hits.entries])
        places, entries = hits.places[kept], hits.entries[kept]
        turned = folded(batch.codes)[places] >= _NEGATED
        leans = np.where(turned, -self._leans[entries], self._leans[entries])
        sums = np.bincount(_owners(batch, places), leans, len(texts)).clip(-_MOST, _MOST) * _WEIGHT
        return softmax(np.stack([-sums, np.full_like(sums, _NEUTRAL), sums], axis=1).astype(np.float32))


def _owners(batch: Batch, places: Places) -> Places:
    """Number of the text in which each place lies."""
    return np.searchsorted(batch.ends, places)


def _apart(places: Places, lengths: Places) -> list[int]:
    """Numbers of the words that do not overlap an earlier one; of words that begin together the longest comes first."""
    kept, free = [], -1
    for number, (place, length) in enumerate(zip(places.tolist(), lengths.tolist(), strict=True)):
        if place >= free:
            kept.append(number)
            free = place + length
    return kept
