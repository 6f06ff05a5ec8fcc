"""All words that any reader knows, in one lexicon, so that a batch is searched once."""

from collections.abc import Mapping

import attrs
import numpy as np

from nlp.causes import Cause, cause_terms
from nlp.clauses import TURNS
from nlp.dictionaries import read
from nlp.entities import EntityTerms, Naming
from nlp.lexicon import Lexicon
from nlp.normalize import normalize
from nlp.severity_features import SeverityTerms
from nlp.spam import spam_terms
from nlp.taxonomy import Taxonomy, Term, load_taxonomy
from nlp.wishes import WishRule, wish_terms


@attrs.define(kw_only=True)
class Meaning:
    """What one word says to each reader; most words speak to one or two."""

    aspects: tuple[Term, ...] = ()
    naming: Naming | None = None
    """A brand's sense, a product line, or the category's name."""
    grave: bool = False
    """May tell of something grave."""
    spam: tuple[str, str, float] | None = None
    """The word, the reason and the weight."""
    turn: bool = False
    """A new clause begins here."""
    judges: int = -1
    """Kind of judgement, as in `judging.yaml`; -1 = none."""
    causes: Mapping[str, Cause] | None = None
    """Aspect → cause of its blame."""
    wishes: tuple[WishRule, ...] = ()
    rare: bool = False
    """Has a grave, spam or wish meaning."""


class Vocabulary:
    """The lexicon and the meaning of each of its entries."""

    def __init__(self, entities: EntityTerms, grave: SeverityTerms, taxonomy: Taxonomy | None = None) -> None:
        """entities: brands and categories, the user's own included. grave: its events choose texts for the severity model.

        taxonomy: the shipped one where none is given."""
        self._known: dict[str, Meaning] = {}
        self.taxonomy = taxonomy or load_taxonomy()
        for word, terms in self.taxonomy.terms.items():
            self._of(word).aspects += terms
        for kind, words in enumerate(read("judging").values()):
            for word in words:
                self._of(word).judges = kind
        for word, causes in cause_terms().words.items():
            self._of(word).causes = causes
        for word, rules in wish_terms().items():
            self._of(word).wishes = rules
        for word, line in entities.lines.items():
            self._of(word).naming = line
        for word, category in entities.categories.items():
            self._of(word).naming = category
        for word, sense in entities.brands.items():
            self._of(word).naming = sense
        for word in (*grave.events, *(phrase for phrases in grave.always.values() for phrase in phrases)):
            self._of(word).grave = True
        for word, (reason, weight) in spam_terms().items():
            self._of(word).spam = (word, reason, weight)
        for word in TURNS:
            self._of(word).turn = True
        self.meanings = tuple(self._known.values())
        self.lexicon = Lexicon(tuple(self._known))
        self.lengths: list[int] = self.lexicon.lengths.tolist()
        self.turns = [number for number, meaning in enumerate(self.meanings) if meaning.turn]
        for m in self.meanings:
            m.rare = m.grave or m.spam is not None or bool(m.wishes)
        self.judging = np.array([m.judges for m in self.meanings], np.int8)
        """Kind of judgement per entry."""
        self.spoken = np.array([bool(m.aspects) for m in self.meanings])
        """Does the entry speak of an aspect?"""
        self.naming = np.array([m.naming is not None for m in self.meanings])
        """Does the entry name an entity?"""
        self.rare = np.array([m.rare for m in self.meanings])
        """Has the entry a rare meaning?"""
        self.causal = np.array([m.causes is not None for m in self.meanings])
        """Does the entry name a cause?"""

    def _of(self, word: str) -> Meaning:
        return self._known.setdefault(normalize(word), Meaning())
