"""Documents: what somebody published about a product, as collected and as stored."""

from datetime import datetime
from enum import StrEnum

import attrs

from domain.analysis import Analysis, AspectOpinion, Polarity, SeverityClass, Wish
from domain.people import document_address


class Kind(StrEnum):
    """What a document is."""

    REVIEW = "review"
    POST = "post"
    COMMENT = "comment"
    COMPLAINT = "complaint"


class AuthorKind(StrEnum):
    """Who speaks, as far as the site says."""

    PERSON = "person"
    VERIFIED_PERSON = "verified_person"
    ORGANISATION = "organisation"
    MEDIA = "media"
    GOVERNMENT = "government"


@attrs.frozen(kw_only=True)
class Passage:
    """A dated text that belongs to a review: its append 追评 or a seller's reply."""

    text: str
    published_at: datetime | None = None
    """Aware UTC; None = the site did not say."""
    date_only: bool = False
    """The site gave a bare date: `published_at` is midnight in Shanghai."""


@attrs.frozen(kw_only=True)
class ComplaintStep:
    """A status that a complaint had."""

    status: str
    """In the site's words: 待分配, 处理中, 已回复, 已完成."""
    seen_at: datetime
    """When it was first seen, aware UTC: it may have come at any time since the look before."""


@attrs.frozen(kw_only=True)
class Post:
    """A post, comment or complaint as its site published it, before masking."""

    id: str
    """Stable: `source:site's own id`, e.g. `weibo:5012345678901234`."""
    source: str
    """Name of the source: weibo, jd, or the name given to an import."""
    kind: Kind = Kind.POST
    url: str = ""
    """Real public address, without user ids."""
    text: str
    """As published, tags removed, <br> as newline, [emoticon] kept."""
    published_at: datetime | None = None
    """Aware UTC; None = unknown."""
    date_only: bool = False
    """The site gave a bare date: `published_at` is midnight in Shanghai."""
    published_raw: str = ""
    """The site's own words: 5分钟前."""
    seen_at: datetime
    """When the bytes were received, aware UTC."""
    author: str = ""
    """From a parser the site's own author id; from the inbox on a keyed hash. Never stored raw."""
    author_name: str = ""
    """Public name, kept only for organisations, media and government."""
    author_kind: AuthorKind | None = None
    followers: int | None = None
    reposts: int | None = None
    comments: int | None = None
    likes: int | None = None
    repost_of: str | None = None
    """Id (`source:…`) of the post that this one reposts."""
    parent: str | None = None
    """Id (`source:…`) of the post or comment that this comment answers; of a repost the repost that it was made from."""
    pinned: bool = False
    truncated: bool = False
    """The page held only the beginning of a long text."""
    region: str = ""
    """Province as shown by the site."""
    bid: str = ""
    """Weibo's short id."""
    brand: str = ""
    """Brand column of an import; empty = to be read from the text."""
    product: str = ""
    """Product title, where an import has one."""
    target: str = ""
    """Complaints: the company complained of, as the site names it (黑猫 may mask it: 信*飞)."""
    demands: tuple[str, ...] = ()
    """Complaints: what the buyer asks for: 退款, 道歉赔偿."""
    status: str = ""
    """Complaints: where it stands in the site's words: 处理中, 已回复, 已完成."""
    gone: bool = False
    """The site says that it was deleted or is no longer for everybody; the text is what was seen before."""


@attrs.frozen(kw_only=True)
class Review:
    """A shop review as its site published it, before masking."""

    id: str
    """Stable: `source:site's own id`, e.g. `jd:18234567890`."""
    source: str
    url: str = ""
    text: str
    published_at: datetime | None = None
    """Aware UTC; None = unknown."""
    date_only: bool = False
    seen_at: datetime
    author: str = ""
    """From a parser the site's own name or id; from the inbox on a keyed hash."""
    sku: str = ""
    """The site's own id of the variant that was bought."""
    product: str = ""
    """Product title."""
    brand: str = ""
    """Brand as the shop or file says; empty = read from product and text."""
    rating: int | None = None
    """1–5 stars; None = the site gives none."""
    polarity: str | None = None
    """good, neutral or bad where the site says so itself."""
    likes: int | None = None
    images: int = 0
    video: bool = False
    variant: str = ""
    append: Passage | None = None
    """The buyer's later addition 追评: an update of this review, not a new one."""
    seller_replies: tuple[Passage, ...] = ()
    default_text: bool = False
    """The site's own filler, no opinion: 此用户未填写评价内容."""
    region: str = ""

    @property
    def kind(self) -> Kind:
        """Always a review."""
        return Kind.REVIEW


Document = Post | Review


class Flag(StrEnum):
    """Where a review's parts speak against each other; the mood is the text's, the stars stay as given."""

    PRAISED_STARS = "praised_stars"
    """4 or 5 stars over a text that surely blames: 好评返现, or praise under pressure."""
    BLAMED_STARS = "blamed_stars"
    """1 or 2 stars over a text that surely praises: a slip of the finger, or stars for the courier."""
    TURNED = "turned"
    """The first words praise or say nothing, the 追评 blames."""
    PAID = "paid"
    """The text itself speaks of a reward for praise: 返现, 好评卡, 晒图有礼."""


@attrs.frozen(kw_only=True)
class StoredDocument:
    """A document with its analysis, as the ledger keeps it and both engines index it: masked, flat, one per id."""

    id: str
    version: int = 1
    """Counts up with every change of content; the newer wins."""
    source: str
    kind: Kind
    url: str = ""
    text: str
    """Masked; a review's 追评 follows after a newline and 【追评】."""
    normalized: str
    tokens: tuple[str, ...] = ()
    published_at: datetime
    """Aware UTC; the seen time where the site did not say."""
    date_only: bool = False
    seen_at: datetime
    """When it was first received, aware UTC."""
    author: str = ""
    """Keyed hash of the author, empty if unknown."""
    author_name: str = ""
    author_kind: AuthorKind | None = None
    followers: int | None = None
    reposts: int | None = None
    comments: int | None = None
    likes: int | None = None
    repost_of: str | None = None
    parent: str | None = None
    region: str = ""
    rating: int | None = None
    sku: str = ""
    product: str = ""
    brands: tuple[str, ...] = ()
    """Canonical brands it is about: the shop's brand, else the brands that the text is about."""
    groups: tuple[str, ...] = ()
    """Makers that own these brands: 小天鹅 rolls up to 美的."""
    category: str = ""
    """Appliance: 空调, 热水器 …"""
    line: str = ""
    """Product line of the brand: 酷省电, 云锦 …"""
    model: str = ""
    """Model number: KFR-35GW/…"""
    sentiment: Polarity
    score: float
    p_negative: float
    aspects: tuple[AspectOpinion, ...] = ()
    wishes: tuple[Wish, ...] = ()
    flags: tuple[Flag, ...] = ()
    severity: SeverityClass | None = None
    severity_reason: str = ""
    severity_certainty: float = 1.0
    """0–1, as of `Severity`; says nothing without one."""
    spam: float = 0.0
    spam_reasons: tuple[str, ...] = ()
    cluster: str = ""
    default_text: bool = False
    seller_replies: tuple[Passage, ...] = ()
    """What the shop answered, masked; never read as the buyer's words."""
    target: str = ""
    """Complaints: the company complained of."""
    demands: tuple[str, ...] = ()
    status: str = ""
    """Complaints: where it stands, in the site's words."""
    gone: bool = False
    """Deleted or hidden since, as the site said later; the text is what was seen before."""
    analyzer: str = ""
    """Version of the analyzer that read it."""


def with_analysis(
    document: Document, analysis: Analysis, *, flags: tuple[Flag, ...] = (), version: int = 1
) -> StoredDocument:
    """The ledger's row for a document and its analysis; the only place where the two become one.

    Of a review the shop's brand, category and model win over what the text names.
    """
    named = {kind: [e.name for e in analysis.entities if e.kind == kind] for kind in ("category", "line", "model")}
    post = document if isinstance(document, Post) else None
    review = document if isinstance(document, Review) else None
    return StoredDocument(
        id=document.id,
        version=version,
        source=document.source,
        kind=document.kind,
        url=document_address(document.url),
        text=analysis.masked,
        normalized=analysis.normalized,
        tokens=analysis.tokens,
        published_at=document.published_at or document.seen_at,
        date_only=document.date_only,
        seen_at=document.seen_at,
        author=document.author,
        author_name=post.author_name if post else "",
        author_kind=post.author_kind if post else None,
        followers=post.followers if post else None,
        reposts=post.reposts if post else None,
        comments=post.comments if post else None,
        likes=document.likes,
        repost_of=post.repost_of if post else None,
        parent=post.parent if post else None,
        region=document.region,
        rating=review.rating if review else None,
        sku=review.sku if review else "",
        product=document.product,
        brands=analysis.about,
        groups=analysis.groups,
        category=next(iter(named["category"]), ""),
        line=next(iter(named["line"]), ""),
        model=next(iter(named["model"]), ""),
        sentiment=analysis.sentiment,
        score=analysis.score,
        p_negative=round(analysis.p.negative, 4),
        aspects=analysis.aspects,
        wishes=analysis.wishes,
        flags=flags,
        severity=analysis.severity.kind if analysis.severity else None,
        severity_reason=analysis.severity.reason if analysis.severity else "",
        severity_certainty=analysis.severity.certainty if analysis.severity else 1.0,
        spam=analysis.spam,
        spam_reasons=analysis.spam_reasons,
        cluster=analysis.cluster,
        default_text=review.default_text if review else False,
        seller_replies=review.seller_replies if review else (),
        target=post.target if post else "",
        demands=post.demands if post else (),
        status=post.status if post else "",
        gone=post.gone if post else False,
        analyzer=analysis.model,
    )
