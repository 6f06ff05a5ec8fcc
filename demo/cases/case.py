"""The nouns of the nasty cases: a case, the answer that it spoils, the visit that it sees, the scene that remembers."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import attrs

from demo.events import Post, Review
from demo.world import World


@attrs.frozen(kw_only=True)
class Answer:
    """What a site sends back, and how it is sent."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    """Names in lower case. `content-length` is written by the server unless it stands here, where it may lie."""
    body: bytes = b""
    delay_s: float = 0.0
    """Real seconds before the first byte."""
    cut_at: int | None = None
    """So many bytes of the body arrive, then the connection closes; its length was declared in full. None = all."""
    drip: tuple[int, float] | None = None
    """So many bytes, then so many real seconds of silence, and so on."""
    endless: bool = False
    """Chunked, and the last chunk never comes: the connection stays open."""
    reset: bool = False
    """The connection is torn down without a byte."""

    def header(self, name: str) -> str:
        """A header's value; empty where it is missing."""
        return next((value for key, value in self.headers if key == name), "")

    def with_headers(self, **headers: str) -> "Answer":
        """The same with these headers in the place of their namesakes; `_` in a name stands for `-`."""
        new = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = tuple((key, value) for key, value in self.headers if key not in new)
        return attrs.evolve(self, headers=(*kept, *new.items()))

    def without_header(self, name: str) -> "Answer":
        """The same without a header."""
        return attrs.evolve(self, headers=tuple((key, value) for key, value in self.headers if key != name))


def json_answer(value: Any, *, status: int = 200) -> Answer:  # Any: any JSON value
    """An answer in UTF-8 JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status=status, headers=(("content-type", "application/json;charset=utf-8"),), body=body)


def html_answer(text: str, *, status: int = 200) -> Answer:
    """A web page."""
    return Answer(status=status, headers=(("content-type", "text/html;charset=utf-8"),), body=text.encode())


def redirect(location: str, *, status: int = 302) -> Answer:
    """To another address."""
    return Answer(status=status, headers=(("location", location),))


@attrs.define(kw_only=True)
class Scene:
    """A case that is being played: it counts, and remembers what the case wants to remember."""

    case: "Case"
    world: World
    since: datetime
    """World time at which it began."""
    calls: int = 0
    """Requests that the case has seen."""
    restored: bool = False
    """Has a person acted (`restore`) since it began?"""
    memory: dict[str, Any] = attrs.field(factory=dict)
    """Whatever the case counts besides."""

    def publish(self, *, reviews: Iterable[Review] = (), posts: Iterable[Post] = ()) -> None:
        """Put things into the world, and so into its ledger, until the case is stopped; an id that exists is replaced."""
        self.world.publish(self.case.name, reviews=reviews, posts=posts)


@attrs.frozen(kw_only=True)
class Request:
    """What a site is asked."""

    host: str
    path: str
    query: dict[str, str]
    """The last value of each parameter."""
    headers: dict[str, str]
    """Names in lower case."""
    cookies: dict[str, str]
    body: bytes = b""


@attrs.frozen(kw_only=True)
class Visit:
    """One request that a case sees."""

    scene: Scene
    nth: int
    """1 = the first that the case sees."""
    request: Request

    @property
    def world(self) -> World:
        """The world that is asked."""
        return self.scene.world

    @property
    def path(self) -> str:
        """Path of the request."""
        return self.request.path

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the request."""
        return self.request.query


Change = Callable[[Visit, Answer], Answer]
"""From what the site would usually say to what it says while the case plays."""


def unchanged(visit: Visit, usual: Answer) -> Answer:
    """For a case that only puts things into the world."""
    return usual


def nothing(scene: Scene) -> None:
    """For a case that only changes answers."""


@attrs.frozen(kw_only=True)
class Case:
    """One nasty case, to be played by name."""

    name: str
    """`site-what`, lower case with dashes; its test is `test_site_what` in tests/cases."""
    number: int
    """1–60: its number in the list of nasty cases (research notes, §10), several may share one; 0 = beside the list."""
    site: str
    """Source that it happens to: jd, weibo … or `any`."""
    about: str
    """What it plays, one line."""
    expected: str
    """What must come of it: state of the feed, and what is stored."""
    hosts: tuple[str, ...] = ()
    """Hosts whose answers it may change; empty = every host."""
    paths: tuple[str, ...] = ()
    """Only paths that begin so; empty = every path but /robots.txt."""
    change: Change = unchanged
    begin: Callable[[Scene], None] = nothing
    """Called when it is started: puts things into the world."""

    def sees(self, host: str, path: str) -> bool:
        """Is this request the case's business?"""
        if self.hosts and host not in self.hosts:
            return False
        return path.startswith(self.paths) if self.paths else path != "/robots.txt"
