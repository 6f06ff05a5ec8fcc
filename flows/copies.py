"""Near-copies over all that is stored: each new text joins its group, a text seen again stays where it is."""

from collections.abc import Iterator, Sequence

import attrs

from domain.analysis import Analysis
from domain.documents import StoredDocument
from index.store import Ledger
from nlp.duplicates import NearDuplicates
from nlp.spam import with_copies

REMEMBERED = 50_000
"""Newest writes whose texts are known again after a restart."""
_ROWS = 5_000


@attrs.define(kw_only=True)
class Copies:
    """The groups of one ledger; read back from it when they are first needed."""

    ledger: Ledger
    _groups: NearDuplicates | None = attrs.field(default=None, init=False)

    def mark(self, ids: Sequence[str], analyses: Sequence[Analysis]) -> list[Analysis]:
        """The analyses with their groups, in order. A document that is stored already keeps its group and its score."""
        stored = {d.id: d for d in self.ledger.get(list(dict.fromkeys(ids)))}
        groups = self._known()
        new = [n for n, id_ in enumerate(ids) if id_ not in stored and id_ not in ids[:n]]
        names = dict(zip(new, groups.add_many([analyses[n].normalized for n in new]), strict=True))
        marked: list[Analysis] = []
        for number, (id_, analysis) in enumerate(zip(ids, analyses, strict=True)):
            if number in names:
                name = names[number]
                marked.append(with_copies(analysis, cluster=name, copies=groups.size(name)))
            else:
                marked.append(_as_before(analysis, stored.get(id_)))
        return marked

    def _known(self) -> NearDuplicates:
        if self._groups is None:
            self._groups = NearDuplicates()
            for rows in self._rows():
                self._groups.add_many([d.normalized for d in rows], [d.cluster for d in rows])
        return self._groups

    def _rows(self) -> Iterator[list[StoredDocument]]:
        at = max(0, self.ledger.last_sequence() - REMEMBERED)
        while rows := self.ledger.since(at, limit=_ROWS):
            yield [document for _, document in rows]
            at = rows[-1][0]


def _as_before(analysis: Analysis, stored: StoredDocument | None) -> Analysis:
    if stored is None:
        return analysis
    if stored.normalized == analysis.normalized:
        return attrs.evolve(analysis, cluster=stored.cluster, spam=stored.spam, spam_reasons=stored.spam_reasons)
    return attrs.evolve(analysis, cluster=stored.cluster)
