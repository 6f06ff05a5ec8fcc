"""The analyzer: all readers over a batch of texts, in the order that keeps personal data out of everything."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import attrs
import numpy as np

from domain.analysis import Analysis, AspectOpinion, Entity, Polarity, Probabilities, Severity, Wish
from nlp.about import load_about
from nlp.about_cases import Case, case_of
from nlp.adverts import hidden_adverts
from nlp.aspects import Mention, mentions
from nlp.batch import Batch, Places
from nlp.duplicates import fingerprint
from nlp.engines import Second, second_of
from nlp.entities import EntityTerms, Sense, Titled
from nlp.findings import Findings, Found
from nlp.judging import LEVELS, Clues, load_judge
from nlp.masking import CONTACT, PHONE, masked_with, view_of
from nlp.naming import Named, entity, models_in, named, talked_about_first
from nlp.normalize import is_default_text, normalize, own_end
from nlp.personal import without_personal
from nlp.reading import Reading, portions
from nlp.segment import Segmenter, segmenter
from nlp.sentiment import MODELS, Floats, SentimentModel, load_model
from nlp.severity import Finding, load_severity
from nlp.spam import spam_score
from nlp.taxonomy import Taxonomy, load_taxonomy
from nlp.vocabulary import Vocabulary
from nlp.wishes import apart, wished

__all__ = ["Analyzer", "Reading"]

RULES = "3"
"""Counted up with every change of rules or dictionaries that changes answers."""
_READ_CHARACTERS = 20_000
"""How far into a text aspects, gravity and brands are looked for; longer ones are files, not opinions."""
_FILLER = Probabilities(negative=0.02, neutral=0.96, positive=0.02)
_FILLER_ROW = (_FILLER.negative, _FILLER.neutral, _FILLER.positive)
_UNTITLED = Titled()
_ORDINARY: tuple[float, tuple[str, ...]] = (0.0, ())


@attrs.define(kw_only=True)
class _Text:
    """One text on its way through the readers; places are in the joined view."""

    number: int
    start: int
    end: int
    own_end: int
    masked: str
    normalized: str
    filler: bool
    contacts: int
    accounts: int
    titled: Titled
    found: Found
    names: list[Named]
    case: Case | None
    """The brands that it may be about."""
    category: str
    """The appliance talked about, canonical; "" if none is named."""
    mentions: list[Mention]
    wishes: tuple[Wish, ...]


class Analyzer:
    """Reads texts: masks, segments, and finds mood, aspects, entities, gravity and spam. Made by `Analyzer.load`."""

    def __init__(
        self,
        *,
        model: SentimentModel,
        words: Segmenter,
        entities: EntityTerms,
        second: Second | None = None,
        taxonomy: Taxonomy | None = None,
        severity: Path | None = None,
        own_words: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        """Parts that are costly to make, made once. second: reads whole texts after the model, or instead of it."""
        self._model, self._segmenter, self._entities, self._second = model, words, entities, second
        self._own_words, self._learnt = own_words, tuple[str, ...]()
        self._severity, grave = load_severity(entities, own=severity)
        self._vocabulary, self._judge = Vocabulary(entities, grave, taxonomy), load_judge()
        self._about = load_about()
        named = [] if second and second.replaces else [model.version]
        self.version = "+".join([*named, *([second.version] if second else []), f"rules{RULES}"])

    @classmethod
    def load(
        cls,
        *,
        extra_brands: Mapping[str, Sequence[str]] | None = None,
        engine: str = "rjieba",
        sentiment: str = "ngram",
        models: Path = MODELS,
        deep: bool = False,
        aspects: Path | None = None,
        severity: Path | None = None,
        own_words: Callable[[], Iterable[str]] = tuple,
    ) -> "Analyzer":
        """The model and dictionaries, with the user's own brands (canonical name → other spellings).

        engine: rjieba or jieba. sentiment: ngram or snownlp. models: folder of the n-gram model, the shipped one by default.
        deep: also the second stage. aspects, severity: the user's own taxonomy and words for grave matters, laid over ours; need not exist.
        own_words: gives the user's own words, any script; asked at each call of `analyze_many`. Raises InvalidSettings for another engine, MissingExtra where a part is not installed.
        """
        extra = extra_brands or {}
        brands = [word for name, aliases in extra.items() for word in (name, *aliases)]
        return cls(
            model=load_model(models),
            words=segmenter(engine),
            entities=EntityTerms(extra),
            second=second_of(sentiment, deep=deep),
            taxonomy=load_taxonomy(aspects),
            severity=severity,
            own_words=lambda: (*brands, *own_words()),
        )

    def analyze(self, reading: Reading) -> Analysis:
        """One text; for many, `analyze_many` is several times as fast."""
        return self.analyze_many([reading])[0]

    def analyze_many(self, readings: Sequence[Reading]) -> list[Analysis]:
        """One analysis a reading, in order; never raises for any text. Own words that are new since the last call count."""
        if (own := tuple(self._own_words())) != self._learnt:
            self._segmenter.learn(map(normalize, own))
            self._learnt = own
        return [analysis for portion in portions(readings) for analysis in self._read(portion)]

    def moods(self, texts: Sequence[str]) -> Floats:
        """Only the sentiment: probabilities of negative, neutral and positive, a row a text, as `analyze_many` gives them."""
        parts = portions([Reading(text=text) for text in texts])
        return np.concatenate([np.zeros((0, 3), np.float32), *map(self._portion_moods, parts)])

    def spoken_of(self, readings: Sequence[Reading]) -> tuple[Places, list[Mention], Floats, Floats]:
        """For training the judge: number of the text of each mention, the mentions, their features and the moods of the texts."""
        parts = [self._spoken(portion) for portion in portions(readings)]
        sizes = np.cumsum([0, *(len(portion) for portion in portions(readings))])
        return (
            np.concatenate([numbers + first for first, (numbers, _, _) in zip(sizes.tolist(), parts, strict=False)]),
            [mention for _, mentions, _ in parts for mention in mentions],
            np.concatenate([found.features for _, _, found in parts]),
            np.concatenate([found.moods for _, _, found in parts]),
        )

    def cases(self, readings: Sequence[Reading]) -> list[Case | None]:
        """For training the judge of `about`: the brands that each text names, in order; None where it names none."""
        found = ((portion, Findings(*without_personal(portion), self._vocabulary)) for portion in portions(readings))
        return [text.case for portion, findings in found for text in self._texts(portion, findings)]

    def _texts(self, readings: Sequence[Reading], findings: Findings) -> list[_Text]:
        return [self._text(reading, number, findings) for number, reading in enumerate(readings)]

    def _spoken(self, readings: Sequence[Reading]) -> tuple[Places, list[Mention], Clues]:
        batch, personal = without_personal(readings)
        logits, _ = self._moods(batch)
        findings = Findings(batch, personal, self._vocabulary)
        texts = self._texts(readings, findings)
        spoken = [(text.number, mention) for text in texts for mention in text.mentions]
        return findings.clues_of(spoken, logits, self._model)

    def _portion_moods(self, readings: Sequence[Reading]) -> Floats:
        batch, _ = without_personal(readings)
        _, probabilities = self._moods(batch)
        views = batch.view[:-1].split("\x1e")
        for number, view in enumerate(views):
            if _is_filler(view):
                probabilities[number] = _FILLER_ROW
        return probabilities

    def _moods(self, batch: Batch) -> tuple[Floats, Floats]:
        logits, probabilities = self._model.documents(batch)
        if self._second is not None:
            probabilities = self._second.refine(batch.texts, logits, probabilities)
        return logits, probabilities

    def _read(self, readings: Sequence[Reading]) -> list[Analysis]:
        batch, personal = without_personal(readings)
        logits, probabilities = self._moods(batch)
        findings = Findings(batch, personal, self._vocabulary)
        texts = self._texts(readings, findings)
        spoken = [(text.number, mention) for text in texts for mention in text.mentions]
        opinions = findings.opinions(spoken, logits, self._model, self._judge)
        suspects = self._severity.suspects(batch)
        grave = [text for text in texts if (text.found.grave or suspects[text.number]) and not text.filler]
        told = self._grave(grave, findings)
        about = self._about_of(texts)
        return [
            self._analysis(
                text,
                p,
                findings,
                tuple(opinions.get(text.number, ())),
                told.get(text.number),
                about.get(text.number, ()),
            )
            for text, p in zip(texts, probabilities.tolist(), strict=True)
        ]

    def _about_of(self, texts: Sequence[_Text]) -> dict[int, tuple[str, ...]]:
        """The brands that each text is about, by number; texts that name none are left out."""
        cases = [(text.number, text.case) for text in texts if text.case]
        return dict(zip((number for number, _ in cases), self._about.read([case for _, case in cases]), strict=True))

    def _grave(self, texts: Sequence[_Text], findings: Findings) -> dict[int, Severity]:
        """What the texts report, by number; those that report nothing grave are left out."""
        own = [findings.batch.view[text.start : text.own_end] for text in texts]
        told = self._severity.read(own, [bool(text.titled.brand or text.titled.category) for text in texts])
        pairs = zip(texts, told, strict=True)
        return {text.number: _severity(text, found, findings) for text, found in pairs if found}

    def _text(self, reading: Reading, number: int, findings: Findings) -> _Text:
        batch = findings.batch
        start, end = int(batch.starts[number]), int(batch.ends[number])
        view = batch.view[start:end]
        end_of_own = min(start + own_end(view) if "@" in view else end, start + _READ_CHARACTERS)
        spans = findings.personal_of(number)
        masked = masked_with(batch.texts[number], spans) if spans else batch.texts[number]
        filler = reading.default_text or _is_filler(view)
        titled = self._entities.title(reading.brand, reading.product) if reading.brand or reading.product else _UNTITLED
        found = findings.of(number, end_of_own)
        found.spam += hidden_adverts(view_of(batch.texts[number])[0] if spans else view)
        terms = self._entities
        names = named(found.naming, batch.view, start, end, titled=titled, terms=terms) if found.naming else []
        case = None
        if any(isinstance(meaning, Sense) for _, _, meaning in found.naming):
            aspects = [place for place, _, _ in found.aspects]
            case = case_of(found.naming, names, aspects, batch.view, start, end_of_own, terms=terms)
        names = talked_about_first(names, batch.view, end)
        category = titled.category or next((name.name for name in names if name.kind == "category"), "")
        if findings.latin[number]:
            names += models_in(names, batch.view, start, end)
        spoken, wishes = ([], ()) if filler else self._said(number, found, findings, category, end_of_own)
        return _Text(
            number=number,
            start=start,
            end=end,
            own_end=end_of_own,
            masked=masked,
            normalized=view if batch.exact[number] and not spans else normalize(masked),
            filler=filler,
            contacts=sum(token in (CONTACT, PHONE) for _, _, token in spans),
            accounts=sum(token == CONTACT for _, _, token in spans),
            titled=titled,
            found=found,
            names=names,
            case=case,
            category=category,
            mentions=spoken,
            wishes=wishes,
        )

    def _said(
        self, number: int, found: Found, findings: Findings, category: str, end: int
    ) -> tuple[list[Mention], tuple[Wish, ...]]:
        """The aspects that a text may judge, and its wishes; what is wished for is not judged."""
        view, bounds = findings.batch.view, findings.bounds
        spoken = mentions(found.aspects, found.aspect_clauses, bounds, view, category, self._vocabulary.taxonomy)
        if not found.wishes:
            return spoken, ()
        stretches = wished(found.wishes, bounds, view, int(findings.batch.starts[number]), end)
        kept, aspects = apart(spoken, stretches)
        return kept, findings.wishes(number, stretches, aspects)

    def _analysis(
        self,
        text: _Text,
        p: list[float],
        findings: Findings,
        aspects: tuple[AspectOpinion, ...],
        grave: Severity | None,
        about: tuple[str, ...],
    ) -> Analysis:
        spam, reasons = _ORDINARY
        if text.filler or text.found.spam or text.accounts:
            spam, reasons = spam_score(
                text.found.spam, default_text=text.filler, contacts=text.contacts, accounts=text.accounts
            )
        shop = text.titled.brand
        told = tuple(dict.fromkeys([shop, *about])) if shop else about
        return Analysis(
            tokens=tuple(self._segmenter.cut(text.normalized)),
            sentiment=Polarity.NEUTRAL if text.filler else LEVELS[p.index(max(p))],
            p=_FILLER if text.filler else Probabilities(negative=p[0], neutral=p[1], positive=p[2]),
            masked=text.masked,
            normalized=text.normalized,
            aspects=aspects,
            wishes=text.wishes,
            entities=_entities(text, findings),
            about=told,
            groups=self._entities.groups(told, text.category) if told else (),
            severity=grave,
            spam=spam,
            spam_reasons=reasons,
            cluster=fingerprint(text.normalized),
            model=self.version,
        )


def _is_filler(view: str) -> bool:
    return len(view) < 80 and ("评" in view or "用户" in view or "买家" in view) and is_default_text(view)


def _entities(text: _Text, findings: Findings) -> tuple[Entity, ...]:
    """What the shop's title names, at the empty span 0, then what the text names, by kind and place."""
    titled = [("category", text.titled.category), ("model", text.titled.model)]
    answer = [Entity(kind=kind, name=name, start=0, end=0) for kind, name in titled if name]
    for name in text.names:
        _, start, end = findings.quote(text.number, name.place, name.place + name.length)
        answer.append(entity(name, findings.batch.texts[text.number], start, end))
    return tuple(answer)


def _severity(text: _Text, found: Finding, findings: Findings) -> Severity:
    reason, _, _ = findings.quote(text.number, text.start + found.start, text.start + found.end)
    return Severity(kind=found.kind, reason=reason[:60], certainty=round(found.certainty, 4))
