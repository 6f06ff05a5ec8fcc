"""Many texts as one array of characters, so that numpy reads them all at once."""

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.characters import Codes, codes_of, exact_table, text_of, view_table
from nlp.markup import has_hidden, has_markup
from nlp.masking import is_broken, storable, view_of

GAP = 0x1E
"""Code of the separator after each text: a control character that no pattern and no dictionary holds."""

BLOT = 0xE000
"""Code that stands for a character of personal data: private use, so that no n-gram and no word holds it."""

Places = NDArray[np.int64]
"""Positions in the joined view."""


@attrs.frozen(kw_only=True, eq=False)
class Batch:
    """Views of texts, joined: one code point of view for one of text, but for what a person does not see, which is out."""

    texts: tuple[str, ...]
    """As given, characters that can't be stored replaced."""
    view: str
    """All views, each followed by the separator."""
    codes: Codes
    """The same as numbers."""
    starts: Places
    """Where each text's view begins."""
    ends: Places
    """One past its last character; the separator stands there."""
    kept: dict[int, list[int]]
    """For texts with zero-width characters or markup (by number): the place in the text of each character of the view."""
    exact: tuple[bool, ...]
    """Per text: is its view already its normalised form?"""

    def text_place(self, number: int, place: int) -> int:
        """Place in text `number` of a place in the joined view, which may also be the end of the text."""
        local = place - int(self.starts[number])
        kept = self.kept.get(number)
        if kept is None:
            return local
        return kept[local] if local < len(kept) else len(self.texts[number])

    def blotted(self, stretches: Sequence[tuple[int, int]]) -> "Batch":
        """The same with a blot in the stretches of the view, so that nothing is derived from what stood there."""
        if not stretches:
            return self
        codes = self.codes.copy()
        for start, end in stretches:
            codes[start:end] = BLOT
        return attrs.evolve(self, codes=codes, view=text_of(codes))


def batch_of(texts: Sequence[str]) -> Batch:
    """Joins texts; any text is welcome, the empty one and those with half surrogates too."""
    kept: dict[int, list[int]] = {}
    joined = "\x1e".join(texts) + "\x1e"
    if is_broken(joined):
        texts = [storable(text) for text in texts]
    plain = list(texts)
    marked = []
    if not has_hidden(joined):
        codes, lengths = codes_of(joined), np.fromiter(map(len, plain), np.int64, len(plain))
    else:
        for number, text in enumerate(plain):
            view, places = view_of(text)
            if places is not None:
                kept[number], plain[number] = places, view
                marked += [number] if has_markup(text) else []
        codes, lengths = codes_of("\x1e".join(plain) + "\x1e"), np.fromiter(map(len, plain), np.int64, len(plain))
    ends = np.cumsum(lengths + 1) - 1
    starts = ends - lengths
    exact = np.add.reduceat(~exact_table()[codes], starts) == 1 if plain else np.zeros(0, np.bool_)  # 1: the separator
    exact[marked] = False  # the normalised form keeps markup
    codes = view_table()[codes]
    codes[codes == GAP] = 0x20
    codes[ends] = GAP
    return Batch(
        texts=tuple(texts),
        view=text_of(codes),
        codes=codes,
        starts=starts,
        ends=ends,
        kept=kept,
        exact=tuple(exact.tolist()),
    )
