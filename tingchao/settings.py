"""The machine's settings: one commented TOML file plus the environment for secrets becomes one frozen `Settings`."""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from domain.errors import InvalidSettings

FILE = "tingchao.toml"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Store(_Part):
    """Where documents are searched."""

    engine: Literal["embedded", "elasticsearch"] = "embedded"
    hosts: list[str] = ["http://127.0.0.1:9200"]
    index_prefix: str = "tingchao"
    api_key_env: str = ""
    """Name of the environment variable that holds the API key; empty = none."""
    username: str = ""
    """Basic authentication, with `password_env`; empty = none."""
    password_env: str = ""
    """Name of the environment variable that holds the password."""
    ca_file: str = ""


class Tables(_Part):
    """Where the ledger and all other tables live."""

    url: str = ""
    """SQLAlchemy address; empty = SQLite in the data folder."""


class Console(_Part):
    """Where the console listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)
    """0 = any free port."""
    public_url: str = ""
    """Address that people open, for links in messages; empty = http://host:port."""
    inside_container: bool = False
    """Listen on all addresses of a container whose port is published on 127.0.0.1 only."""


class Crawl(_Part):
    """How often and how far is collected."""

    every_minutes: float = Field(default=5, gt=0)
    prices_every_minutes: float = Field(default=30, gt=0)
    quiet_hours: str = ""
    """Hours of a Shanghai day, `01:00-06:00`, in which watches of rivals are not crawled; our own always are. Empty = none."""
    upstream_proxy_env: str = ""
    """Name of the environment variable that holds your company's one fixed proxy, http://host:port; empty = none."""
    user_agent: str = "Mozilla/5.0 (X11; Linux x86_64) Tingchao/0.1 (brand monitoring)"


class Site(_Part):
    """One site."""

    on: bool = True
    transport: Literal["http", "browser"] = "http"
    origin: str = ""
    """Where connections go instead of the real host (demo, tests, a company mirror); addresses stay the real ones."""
    origin_tls: str = ""
    """The same for the browser, https."""
    cookie_env: str = ""
    """Name of the environment variable that holds your session's cookie header."""
    cookie_file: str = ""
    """File that holds it; relative to this file."""
    feeds: list[str] = []
    """Source rss: addresses of feeds, http or https; `{term}` stands for each word of a watch. One on this machine or in your
    own network (RSSHub) is allowed by standing here."""
    delay_seconds: float = Field(default=5, ge=0)
    answer_seconds: float = Field(default=20, gt=0, le=600)
    """Seconds for one whole answer, its last byte included; then it is cut and asked for again."""
    pages: int = Field(default=20, ge=1)
    """Pages for one crawl at most."""
    every_minutes: float | None = Field(default=None, gt=0)
    """Minutes between two crawls of this site; without it those of [crawl]."""
    daily_pages: int | None = Field(default=None, ge=1)
    """Pages that one session may ask for on one day (Shanghai); without it no limit but the pace."""


class ReadingPart(_Part):
    """How texts are read."""

    sentiment: Literal["ngram", "snownlp"] = "ngram"
    """Who judges the mood of a whole text: our own model, or snownlp (slow, for comparison)."""
    deep: Literal["auto", "on", "off"] = "auto"
    """Second stage for texts of which the first is unsure: auto = where `./run install nlp-deep` was typed (not where only ./check was)."""
    segmenter: Literal["rjieba", "jieba"] = "rjieba"
    """Who cuts texts into words: jieba cuts the same, twelve times slower, where no rjieba wheel is to be had."""
    words: list[str] = []
    """Words of your own that stay whole, besides those of `tingchao word add`."""


class Keep(_Part):
    """How long things are kept; 0 = for ever."""

    raw_days: int = Field(default=30, ge=0)
    """Raw answers in the archive: they hold texts and names as the sites sent them."""
    pages_days: int = Field(default=400, ge=0)
    """Lines of how each page was answered, of crawls and of fetched addresses."""


class Channel(_Part):
    """One place that is told."""

    kind: Literal["slack", "wecom", "webhook"]
    url_env: str = ""
    """Name of the environment variable that holds the webhook address (企业微信, webhook) or Slack's API base."""
    token_env: str = ""
    """Slack: name of the variable that holds the bot token."""
    secret_env: str = ""
    """Webhook: name of the variable that holds the signing secret."""
    channel: str = ""
    """Slack: channel id or #name."""
    operators: bool = False
    """Hears of feed trouble (a dead session, a changed page). Where no channel says so, every channel of a watch does."""


class Settings(BaseSettings):
    """All settings of one installation; environment variables `TINGCHAO_PART__KEY` win over the file."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="TINGCHAO_",
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    store: Store = Store()
    tables: Tables = Tables()
    console: Console = Console()
    crawl: Crawl = Crawl()
    keep: Keep = Keep()
    reading: ReadingPart = ReadingPart()
    sites: dict[str, Site] = {}
    channels: dict[str, Channel] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, which arrives as init values."""
        return env_settings, init_settings


def load(folder: Path) -> Settings:
    """The settings of a data folder; defaults where it has no file. Raises InvalidSettings with key, value and way out."""
    path = folder / FILE
    values: dict[str, Any] = {}
    if path.exists():
        try:
            values = tomllib.loads(path.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InvalidSettings(f"{path}: not readable as TOML: {error}") from None
    try:
        return Settings(**values)
    except ValidationError as error:
        raise InvalidSettings("\n".join(_complaint(path, e) for e in error.errors())) from None


def secret(name: str, *, needed_for: str) -> str:
    """A secret from the environment variable `name`. Raises InvalidSettings if it is not set; the value is in no message."""
    value = os.environ.get(name, "")
    if not value:
        raise InvalidSettings(f"{needed_for} needs the environment variable {name}, which is not set")
    return value


def _complaint(path: Path, error: Any) -> str:  # pydantic's error dictionaries have no common type
    place = ".".join(str(p) for p in error["loc"])
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(error["loc"][-1]), _keys(error["loc"][:-1]), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(_keys(error['loc'][:-1]))}"
        return f"{path}: unknown key {place!r}; {hint}"
    seen = "" if error["type"] == "missing" else f" (seen: {error.get('input')!r})"
    return f"{path}: {place}: {error['msg']}{seen}"


def _keys(place: tuple[Any, ...]) -> list[str]:
    model: Any = Settings
    for step in place:
        if model in (Site, Channel) and step not in model.model_fields:
            continue  # the name that a person gave to a site or channel
        annotation = model.model_fields[step].annotation if step in getattr(model, "model_fields", {}) else None
        model = {"sites": Site, "channels": Channel}.get(str(step), annotation or model)
    return sorted(getattr(model, "model_fields", {}))


TEMPLATE = """\
# Settings of this machine. What people edit every day (watches, sources on or off) lives in the tables:
# `tingchao watch add`, or 监测我的品牌 in the console. Secrets stay in the environment: only their names stand here.

[store]
engine = "embedded"                     # or "elasticsearch": change this one word to move to your cluster
# hosts = ["http://127.0.0.1:9200"]
# index_prefix = "tingchao"
# api_key_env = "TINGCHAO_ELASTIC_KEY"
# ca_file = "/etc/ssl/elastic-ca.pem"

[tables]
# url = "postgresql+psycopg://tingchao@127.0.0.1/tingchao"     # default: SQLite in this folder

[console]
host = "127.0.0.1"                      # other addresses are refused while there is no login
port = 8765

[crawl]
every_minutes = 5
prices_every_minutes = 30

# [reading]
# sentiment = "snownlp"                 # another judge of moods, to compare; default "ngram", our own model
# words = ["澜川云境"]                   # stay whole when texts are cut; `tingchao word add` needs no restart
# segmenter = "jieba"                   # default "rjieba"
# deep = "off"                          # never the second stage; default "auto": where ./run install nlp-deep was done

# A source needs your own session: a cookie header in a file that only you can read, or in an environment variable.
[sites.jd]
on = true
transport = "http"                      # or "browser" (./run install browser)
# cookie_file = "jd.cookie"
delay_seconds = 5

[sites.weibo]
on = true
# cookie_env = "TINGCHAO_WEIBO_COOKIE"
delay_seconds = 5

[sites.shop]
on = true

# 淘宝 and 天猫 are one source. Prices and today's review list come signed by the page's own script: only a browser hears them.
# [sites.taobao]
# transport = "browser"                 # "http" asks for the old review list and the item page alone
# delay_seconds = 45

# [sites.suning]
# delay_seconds = 5

# Feeds: RSS or Atom, your own RSSHub among them; {term} stands for each word of a watch.
# [sites.rss]
# feeds = ["http://127.0.0.1:1200/weibo/keyword/{term}", "https://news.example.com/rss.xml"]

# Who is told. `tingchao notify test duty` sends a test message.
# [channels.duty]
# kind = "wecom"
# url_env = "TINGCHAO_WECOM_URL"
# [channels.pr]
# kind = "slack"
# token_env = "TINGCHAO_SLACK_TOKEN"
# channel = "#舆情"
# [channels.hook]
# kind = "webhook"
# url_env = "TINGCHAO_HOOK_URL"
# secret_env = "TINGCHAO_HOOK_SECRET"
"""
