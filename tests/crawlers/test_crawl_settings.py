"""Scrapy's settings are read back from Scrapy itself; addresses are judged before anything is asked."""

from datetime import timedelta

import pytest
from scrapy.settings import Settings

from crawlers.addresses import is_allowed, is_public
from crawlers.job import CrawlJob
from crawlers.settings import settings_for
from domain.errors import InvalidSettings
from domain.times import ScaledClock, SystemClock, now


def test_scrapy_is_polite_bounded_and_closed() -> None:
    read = Settings(settings_for(CrawlJob(source="pond", cookie="SUB=canary"), SystemClock()))
    assert read.getbool("ROBOTSTXT_OBEY")
    assert read.getbool("AUTOTHROTTLE_ENABLED")
    assert read.getfloat("DOWNLOAD_DELAY") == 2.0
    assert read.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert read.getint("DOWNLOAD_MAXSIZE") == 8 * 1024 * 1024
    assert read.getint("DOWNLOAD_TIMEOUT") == 20
    assert read.getint("DEPTH_LIMIT") == 110
    assert read.getint("RETRY_TIMES") == 2
    assert "429" not in [str(code) for code in read.getlist("RETRY_HTTP_CODES")]
    assert not read.getbool("COOKIES_ENABLED")
    assert not read.getbool("TELNETCONSOLE_ENABLED")
    assert not read.getbool("REMOTE_CONTROL_ENABLED")
    assert read.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert {s for s, handler in read.getwithbase("DOWNLOAD_HANDLERS").items() if handler} == {"http", "https"}
    assert "canary" not in repr(read.copy_to_dict())
    assert "canary" not in repr(CrawlJob(source="pond", cookie="SUB=canary"))


def test_robots_are_overruled_only_by_the_job() -> None:
    job = CrawlJob(source="pond", obey_robots=False)
    assert not Settings(settings_for(job, SystemClock())).getbool("ROBOTSTXT_OBEY")


@pytest.mark.parametrize(("speed", "delay_s"), [(1.0, 3.0), (30.0, 0.1), (1e6, 0.01), (0.0, 0.01)])
def test_delays_shrink_with_the_clock_to_a_floor(speed: float, delay_s: float) -> None:
    clock = ScaledClock(real_anchor=0, anchor=now(), speed=speed)
    job = CrawlJob(source="pond", delay=timedelta(seconds=3))
    assert settings_for(job, clock)["DOWNLOAD_DELAY"] == pytest.approx(delay_s)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x",
        "http://a.example/",
        "https://A.EXAMPLE:443/",
        "https://b.example:8443/",
        "https://x.c.example/",
    ],
)
def test_addresses_of_the_site_may_be_asked(url: str) -> None:
    assert is_allowed(url, ("a.example", "b.example:8443", "*.c.example"))


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example.evil/", "https://evil.a.example/", "https://a.example:8443/", "https://b.example/",
        "https://a.example@evil.example/", "https://evil.example\\@a.example/", "https://evil.example#a.example",
        "file://a.example/etc/passwd", "ftp://a.example/", "gopher://a.example/", "//a.example/", "a.example", "",
        "https://a.example:99999/", "https://[a.example/", "https://c.example/", "https://xc.example/", "https://0x7f000001/",
        "https://2130706433/", "https://127.1/", "data:text/html,a.example", "javascript://a.example/%0aalert(1)",
    ],
)  # fmt: skip
def test_other_addresses_may_not(url: str) -> None:
    assert not is_allowed(url, ("a.example", "b.example:8443", "*.c.example"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "2002:7f00:1::", "64:ff9b::7f00:1", "fec0::1",
    ],
)  # fmt: skip
def test_private_and_odd_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "203.119.25.1", "2400:3200::1"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


def test_only_an_origin_may_be_crawled_without_pace() -> None:
    with pytest.raises(InvalidSettings, match="no real site"):
        settings_for(CrawlJob(source="pond", paced=False), SystemClock())
    unpaced = Settings(settings_for(CrawlJob(source="pond", paced=False, origin="http://127.0.0.1:9"), SystemClock()))
    assert not unpaced.getbool("AUTOTHROTTLE_ENABLED")
    assert unpaced.getint("CONCURRENT_REQUESTS") == 1


def test_only_what_the_settings_name_may_lie_inside() -> None:
    job = CrawlJob(
        source="pond",
        origin="http://127.0.0.1:8931",
        upstream_proxy="http://user:secret@proxy.lan:3128",
        private_hosts=("rsshub.lan:1200", "[fd00::5]:1200"),
    )
    read = Settings(settings_for(job, SystemClock()))
    assert read.get("TINGCHAO_EXEMPT") == [
        ("127.0.0.1", 8931), ("proxy.lan", 3128), ("proxy.lan", 0), ("rsshub.lan", 1200), ("fd00::5", 1200),
    ]  # fmt: skip
    assert "secret" not in repr(read.copy_to_dict())
    assert "secret" not in repr(job)
