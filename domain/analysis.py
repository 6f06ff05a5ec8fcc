"""What the reading of a text yields: tokens, sentiment, aspects, entities, severity, spam. Always beside a document."""

from enum import StrEnum

import attrs


class Polarity(StrEnum):
    """Three levels; people read 负面, 中性, 正面."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class SeverityClass(StrEnum):
    """What kind of grave matter a text reports as really having happened."""

    SAFETY = "safety"
    """Fire, explosion, electric shock, gas, burst, injury, food, flood."""
    GROUP = "group"
    """Victims organise."""
    REGULATOR = "regulator"
    """Recall, court, authority, media exposure."""
    REPUTATION = "reputation"
    """Executive or brand scandal."""


@attrs.frozen(kw_only=True)
class Probabilities:
    """Calibrated probabilities of the three levels; they add up to 1."""

    negative: float
    neutral: float
    positive: float


@attrs.frozen(kw_only=True)
class AspectOpinion:
    """One clause's opinion on one aspect."""

    aspect: str
    """A name of the taxonomy: 安装, 漏水, 噪音 …"""
    polarity: Polarity
    opinion: str
    """The words that say it, as in the text."""
    start: int
    """First code point in the text as given, 0-based."""
    end: int
    """One past the last code point."""
    certainty: float = 1.0
    """Probability of the polarity, 0–1."""
    cause: str = ""
    """What the clause or its neighbours blame it on: 漏水 has 接口, 内胆, 安装 …; empty = not said."""


@attrs.frozen(kw_only=True)
class Wish:
    """Something that the author wants changed or added: 要是能定时就好了."""

    text: str
    """The clause, masked."""
    aspect: str = ""
    """Aspect that it is about; empty = none of the taxonomy."""
    start: int
    """First code point in the text as given, 0-based."""
    end: int
    """One past the last code point."""


@attrs.frozen(kw_only=True)
class Entity:
    """A brand, category, product line or model named in the text."""

    kind: str
    """`brand`, `category`, `line` or `model`."""
    name: str
    """Canonical name: 美的, 空调, 酷省电, KFR-35GW/NhGc1B."""
    start: int
    end: int


@attrs.frozen(kw_only=True)
class Severity:
    """A grave matter and the words that say so."""

    kind: SeverityClass
    reason: str
    """The words of the text that led here, masked."""
    certainty: float = 1.0
    """Probability that the text reports such a matter as having really happened, 0–1."""


@attrs.frozen(kw_only=True)
class Analysis:
    """All that the analyzer found in one text. Spans are code points of the text as given, half-open."""

    tokens: tuple[str, ...]
    """Words in order, made from `normalized`."""
    sentiment: Polarity
    p: Probabilities
    masked: str
    """The text with personal data masked: what may be stored and shown."""
    normalized: str
    """What search matches: `masked` in NFKC, lower case, simplified, zero-width characters out; nothing else removed."""
    aspects: tuple[AspectOpinion, ...] = ()
    entities: tuple[Entity, ...] = ()
    about: tuple[str, ...] = ()
    """Canonical brands of whose product or service the text says something."""
    groups: tuple[str, ...] = ()
    """Makers that own a brand of `about`, the brand's own name where it stands for itself: 小天鹅 rolls up to 美的."""
    wishes: tuple[Wish, ...] = ()
    severity: Severity | None = None
    spam: float = 0.0
    """0 ordinary … 1 surely advert, default text or copy."""
    spam_reasons: tuple[str, ...] = ()
    cluster: str = ""
    """Id of the group of near-copies; a text without copies is alone in its own."""
    model: str
    """Analyzer version that said so."""

    @property
    def score(self) -> float:
        """p.positive − p.negative, −1 … 1; its sign is the two-class answer."""
        return round(self.p.positive - self.p.negative, 4)
