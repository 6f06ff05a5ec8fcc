"""Scrapy's settings: its own defaults are rude (robots off, no throttle, 1 GiB bodies) and open two control ports."""

from datetime import timedelta
from typing import Any

from crawlers.job import ROBOTS_NAME, USER_AGENT, CrawlJob
from crawlers.origin import exempt_from_check
from domain.errors import InvalidSettings
from domain.times import Clock

MAX_BYTES = 8 * 1024 * 1024
"""Largest answer, before and after decompression."""
DEPTH_LIMIT = 110
"""Links followed in a row from a first page: fifty pages of a full search, its finer slices, fifty pages of the finest."""
SHORTEST_DELAY_S = 0.01
"""Real seconds between two requests at least, however fast the clock runs."""

SETTINGS: dict[str, Any] = {  # Any: Scrapy's settings are of every type
    "ROBOTSTXT_OBEY": True,
    "ROBOTSTXT_USER_AGENT": ROBOTS_NAME,
    "USER_AGENT": USER_AGENT,
    "AUTOTHROTTLE_ENABLED": True,
    "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 2.0,
    "DOWNLOAD_DELAY_JITTER": 0.5,
    "DOWNLOAD_TIMEOUT": 20,
    "DOWNLOAD_MAXSIZE": MAX_BYTES,
    "DOWNLOAD_WARNSIZE": 0,
    # a cut answer is still evidence: it is archived and called truncated
    "DOWNLOAD_FAIL_ON_DATALOSS": False,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "DEPTH_LIMIT": DEPTH_LIMIT,
    "RETRY_TIMES": 2,
    # 429 is not here: a risk answer is never retried by itself
    "RETRY_HTTP_CODES": [500, 502, 503, 504, 522, 524, 408],
    "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
    "REDIRECT_MAX_TIMES": 5,
    "METAREFRESH_ENABLED": False,
    # the session is a header of ours: Scrapy's jar would mix in what the site sets (weibo-search #580)
    "COOKIES_ENABLED": False,
    # a proxy of the environment would hide which address is really asked
    "HTTPPROXY_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "LOGSTATS_INTERVAL": 0,
    "LOG_INSTALL_ROOT_HANDLER": False,
    "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "zh-CN,zh;q=0.9"},
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    "TWISTED_DNS_RESOLVER": "crawlers.origin.PublicResolver",
    "DOWNLOAD_HANDLERS": {
        "http": "crawlers.origin.SiteHandler",
        "https": "crawlers.origin.SiteHandler",
        "data": None,
        "file": None,
        "ftp": None,
        "s3": None,
    },
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # SiteHandler is stricter and sees all requests
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "crawlers.manners.Robots": 100,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
        "crawlers.manners.PatientRetry": 550,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "crawlers.manners.HonestCodings": 590,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "crawlers.manners.OnSiteRedirects": 600,
    },
}


def settings_for(job: CrawlJob, clock: Clock) -> dict[str, Any]:
    """The settings of one crawl. Nothing secret is in them: Scrapy logs what differs from its defaults.

    Raises InvalidSettings for a crawl without pace that has no origin.
    """
    if not (job.paced or job.origin):
        raise InvalidSettings(
            f"a crawl of {job.source} without pace: only an origin may be asked so fast, no real site"
        )
    delay = max(clock.real_seconds(job.delay), SHORTEST_DELAY_S) if job.paced else 0.0
    return SETTINGS | {
        "ROBOTSTXT_OBEY": job.obey_robots,
        "USER_AGENT": job.user_agent or USER_AGENT,
        "TINGCHAO_EXEMPT": exempt_from_check(job),
        "TINGCHAO_AUDIT": job.audit,
        "DOWNLOAD_TIMEOUT": job.deadline.total_seconds(),
        "DOWNLOAD_DELAY": delay,
        "AUTOTHROTTLE_ENABLED": job.paced,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_MAX_DELAY": max(delay, clock.real_seconds(timedelta(seconds=60))),
    }
