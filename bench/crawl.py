"""How fast and how steadily is crawled: `python bench/crawl.py [--pages 1500] [--kills 0] [--long 0] [--browser 0]`.

Everything on loopback against one server of invented JD review pages (GBK JSONP, ten reviews each), in the same run:
Scrapy as it comes with a spider that reads the same pages, and our crawl with parsing, classification, archive, inbox and
frontier on. One request in flight for both, no delay; Scrapy's own default concurrency beside them. Then, where asked for:
crawls killed with -9 twenty times and more on their way, memory over a day's worth of pages, and pages of a real browser.
"""

import argparse
import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[1]
PAGES_OF_A_PRODUCT = 15
PRODUCT = 100_000_000_000
LIST = "/comment/productPageComments.action"
ITEM = """<!doctype html><meta charset=utf-8><title>item</title><div id=list style="height:4000px"></div>
<script>fetch("{list}").then(answer => answer.arrayBuffer()).then(() => {{ document.title = "loaded"; }});</script>"""


def main() -> None:
    """Measure once and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1500, help="pages of each plain crawl")
    parser.add_argument("--rounds", type=int, default=3, help="of each kind, alternating; the best counts; 0 = none")
    parser.add_argument(
        "--kills", type=int, default=0, help="trials of a crawl that is killed -9 five times on its way"
    )
    parser.add_argument("--long", type=int, default=0, help="pages of the long crawl whose memory is watched")
    parser.add_argument("--browser", type=int, default=0, help="pages of a real browser")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        CHILDREN[asked.child](json.loads(asked.rest[0]) if asked.rest else {})
        return
    sys.path.insert(0, str(ROOT))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    with served() as port:
        if asked.rounds:
            speed(port, asked.pages, asked.rounds)
        if asked.long:
            steadiness(port, asked.long)
        if asked.browser:
            browsers(port, asked.browser)
    if asked.kills:
        kills(asked.pages, asked.kills)


def speed(port: int, pages: int, rounds: int) -> None:
    """Pages a second of Scrapy and of ours, alternating, so that both meet the same neighbours."""
    best: dict[str, dict[str, Any]] = {}
    for _ in range(rounds):
        for kind in ("bare", "feed", "wide", "ours"):
            found = run("ours" if kind == "ours" else "bare", {"port": port, "pages": pages, "kind": kind})
            if found["rate"] > best.get(kind, {"rate": 0})["rate"]:
                best[kind] = found
    words = {
        "bare": "Scrapy, pages read, items dropped",
        "feed": "Scrapy, items to a JSON Lines feed",
        "wide": "Scrapy, its own concurrency (8 a host)",
        "ours": "听潮: parsed, classified, archived, handed over",
    }
    for kind, label in words.items():
        row = best[kind]
        print(f"{label:44} {row['rate']:7.0f} pages/s  {row['cpu_ms']:5.2f} ms CPU a page  {row['rss_mb']:4.0f} MB")
    for kind in ("bare", "feed"):
        rate, cpu = best["ours"]["rate"] / best[kind]["rate"], best[kind]["cpu_ms"] / best["ours"]["cpu_ms"]
        print(f"ours / {words[kind]:37} {rate:7.2f} of its rate, {cpu:5.2f} by CPU a page")


def steadiness(port: int, pages: int) -> None:
    """Memory of our crawl over many pages, at each tenth of the way."""
    found = run("ours", {"port": port, "pages": pages, "kind": "ours", "watch": True})
    steps = found["steps"]
    print(f"long crawl: {found['pages']} pages in {found['seconds']:.0f} s, {found['rate']:.0f} pages/s")
    print("  RSS MB at each tenth:", " ".join(f"{mb:.0f}" for mb in steps))
    print("  open files at each tenth:", " ".join(str(n) for n in found["files"]))
    half = steps[len(steps) // 2 :]
    print(f"  growth over the second half: {half[-1] - half[0]:+.1f} MB")


def browsers(port: int, pages: int) -> None:
    """Pages a second of a real browser: scrapy-playwright alone, and ours, which listens, at a clock that pauses little."""
    for kind, label in (
        ("playwright", "scrapy-playwright, page loaded and at rest"),
        ("browser", "听潮, heard and handed over"),
    ):
        found = run(kind, {"port": port, "pages": pages})
        print(f"{label:44} {found['rate']:7.2f} pages/s  ({found['pages']} pages)")


def kills(pages: int, trials: int) -> None:
    """Crawls of `pages` pages, each killed -9 five times at random moments, then run to the end."""
    dice, whole, repeats = random.Random(7), 0, []
    for trial in range(trials):
        with tempfile.TemporaryDirectory() as scratch, served(log=Path(scratch) / "asked") as port:
            argument = {"port": port, "pages": pages, "kind": "ours", "folder": scratch}
            for _ in range(5):
                process = child("ours", argument)
                wait_for(Path(scratch) / "asked", dice.uniform(0.02, 0.18) * pages, process)
                process.send_signal(signal.SIGKILL)
                process.wait()
            run("ours", argument)
            asked = (Path(scratch) / "asked").read_text().split()
            stored = stored_pages(Path(scratch))
            whole += len(set(asked)) == pages and stored == pages
            repeats.append(len(asked) - len(set(asked)))
            print(
                f"  trial {trial + 1:2}: asked {len(set(asked))}/{pages}, handed over {stored}/{pages}, repeated {repeats[-1]}",
                flush=True,
            )
    print(
        f"kill -9 five times each: {whole}/{trials} trials complete; pages asked for again: at most {max(repeats)} a trial"
    )


# -- the parts, each in a process of its own --------------------------------------------------------------------------


def bare(asked: dict[str, Any]) -> None:
    """Scrapy as it comes, with a spider that reads the pages."""
    import scrapy
    from scrapy.crawler import CrawlerProcess

    origin, wide = f"http://127.0.0.1:{asked['port']}", asked["kind"] == "wide"

    class Reader(scrapy.Spider):
        name = "reader"
        count = 0

        async def start(self) -> Any:
            for url in first_urls(origin, asked["pages"]):
                yield scrapy.Request(url)

        def parse(self, response: Any) -> Any:
            Reader.count += 1
            body = response.body.decode("gb18030")
            data = json.loads(body[body.index("(") + 1 : body.rindex(")")])
            for row in data["comments"]:
                yield {"id": row["id"], "text": row["content"], "stars": row["score"], "at": row["creationTime"]}
            if following := next_url(response.url):
                yield scrapy.Request(following)

    settings: dict[str, Any] = {"LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False}
    if not wide:
        settings |= {"CONCURRENT_REQUESTS": 1, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
    with tempfile.TemporaryDirectory() as scratch:
        if asked["kind"] == "feed":
            settings["FEEDS"] = {str(Path(scratch) / "items.jsonl"): {"format": "jsonlines"}}
        process = CrawlerProcess(settings)
        process.crawl(Reader)
        tell(process.start, lambda: Reader.count)


def ours(asked: dict[str, Any]) -> None:
    """Our crawl as `tingchao crawl` runs it, but for its own start and the storing that follows."""
    sys.path.insert(0, str(ROOT))
    with folder_of(asked) as folder:
        crawl = crawl_in(folder, asked["port"], asked["pages"])
        samples: list[tuple[float, int]] = []
        if asked.get("watch"):
            watch_memory(samples)
        reports: list[Any] = []
        tell(lambda: reports.append(crawl()), lambda: reports[0].pages, samples)


def browser(asked: dict[str, Any]) -> None:
    """Our browser collector."""
    sys.path.insert(0, str(ROOT))
    with folder_of(asked) as folder:
        crawl = crawl_in(folder, asked["port"], asked["pages"], browser=True)
        reports: list[Any] = []
        tell(
            lambda: reports.append(crawl()),
            lambda: asked["pages"] if reports[0].outcomes.get("ok", 0) >= asked["pages"] else 0,
        )


def playwright(asked: dict[str, Any]) -> None:
    """scrapy-playwright as it comes, one page at a time, each read when the network is at rest."""
    sys.path.insert(0, str(ROOT))
    import scrapy
    from scrapy.crawler import CrawlerProcess

    from crawlers.chromium import find_chromium

    origin = f"http://127.0.0.1:{asked['port']}"

    class Looker(scrapy.Spider):
        name = "looker"
        count = 0

        async def start(self) -> Any:
            for number in range(asked["pages"]):
                meta = {"playwright": True, "playwright_page_goto_kwargs": {"wait_until": "networkidle"}}
                yield scrapy.Request(f"{origin}/{PRODUCT + number}.html", meta=meta)

        def parse(self, response: Any) -> Any:
            Looker.count += 1
            return ()

    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    settings = {
        "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False, "CONCURRENT_REQUESTS": 1,
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "PLAYWRIGHT_LAUNCH_OPTIONS": {"executable_path": str(find_chromium()), "args": ["--no-sandbox"]},
    }  # fmt: skip
    process = CrawlerProcess(settings)
    process.crawl(Looker)
    tell(process.start, lambda: Looker.count)


def crawl_in(folder: Path, port: int, pages: int, *, browser: bool = False) -> Any:
    """A ready crawl of the pages over real tables, inbox and archive in a folder."""
    from crawlers.archive import Archive
    from crawlers.handoff import FolderInbox
    from crawlers.job import CrawlJob
    from crawlers.run import run_crawl
    from crawlers.sites.adapter import PageRequest
    from crawlers.sites.jd import Jd
    from domain.people import pseudonym
    from domain.times import ScaledClock, SystemClock
    from index.tables import Frontier, open_tables
    from tingchao.row_frontier import RowFrontier

    engine = open_tables(f"sqlite:///{folder / 'tables.db'}")
    rows = RowFrontier(Frontier(engine), "jd")
    rows.rows.take_back("jd")
    clock = ScaledClock(real_anchor=time.time(), anchor=datetime.now(UTC), speed=200.0) if browser else SystemClock()
    if not (folder / "begun").exists():
        host = "https://item.jd.com" if browser else "https://club.jd.com"
        urls = [f"{host}/{PRODUCT + n}.html" for n in range(pages)] if browser else list(first_urls(host, pages))
        page = "item" if browser else "reviews"
        rows.add([PageRequest(source="jd", page=page, url=u, browser=browser) for u in urls], due=clock.now())
        (folder / "begun").touch()
    job = CrawlJob(
        source="jd", pages_limit=pages * 2, delay=timedelta(0), origin=f"http://127.0.0.1:{port}", paced=False,
        browser=browser, obey_robots=False,
    )  # fmt: skip
    inbox = FolderInbox(folder / "inbox", pseudonym=lambda s, a: pseudonym(s, a, key=b"bench"))
    return lambda: run_crawl(
        job, adapter=Jd(browser=browser), frontier=rows, inbox=inbox, archive=Archive(folder / "archive"), clock=clock
    )


def watch_memory(samples: list[tuple[float, int]]) -> None:
    """Note resident memory and open files twice a second, by the reactor's own clock."""
    from twisted.internet import asyncioreactor

    asyncioreactor.install()
    from twisted.internet import reactor
    from twisted.internet.task import LoopingCall

    def look() -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        samples.append((pages * resource.getpagesize() / 1e6, len(os.listdir("/proc/self/fd"))))

    reactor.callWhenRunning(lambda: LoopingCall(look).start(0.5))  # type: ignore[attr-defined]


def tell(work: Any, count: Any, samples: Iterable[tuple[float, int]] = ()) -> None:
    """Run it and print what it took as JSON."""
    began, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    pages = count()
    found: dict[str, Any] = {
        "pages": pages, "seconds": seconds, "rate": pages / seconds, "cpu_ms": 1000 * cpu / max(pages, 1),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip
    if seen := list(samples):
        tenths = [seen[min(len(seen) - 1, len(seen) * n // 10)] for n in range(1, 11)]
        found |= {"steps": [mb for mb, _ in tenths], "files": [n for _, n in tenths]}
    print(json.dumps(found))


# -- the pages --------------------------------------------------------------------------------------------------------


def first_urls(host: str, pages: int) -> Iterator[str]:
    """First page of as many products as make up so many pages."""
    for number in range(-(-pages // PAGES_OF_A_PRODUCT)):
        yield f"{host}{LIST}?productId={PRODUCT + number}&score=0&sortType=6&page=0&pageSize=10"


def next_url(url: str) -> str | None:
    """The page that follows; None after the last one of a product."""
    page = int(parse_qs(urlsplit(url).query)["page"][0]) + 1
    return re.sub(r"page=\d+", f"page={page}", url, count=1) if page < PAGES_OF_A_PRODUCT else None


def server(asked: dict[str, Any]) -> None:
    """Answers the pages, keeps connections open, and notes each page in a file where one is named."""
    import asyncio

    sys.path.insert(0, str(ROOT))
    template = review_page()
    log = open(asked["log"], "a", buffering=1) if asked.get("log") else None  # noqa: SIM115  open as long as the process

    def body_of(path: str) -> bytes:
        if path.endswith(".html"):
            sku = path.rpartition("/")[2].removesuffix(".html")
            return ITEM.format(
                list=f"https://club.jd.com{LIST}?productId={sku}&page=0"
                if asked.get("tls")
                else f"{LIST}?productId={sku}&page=0"
            ).encode()
        query = parse_qs(urlsplit(path).query)
        if "productId" not in query:
            return b""
        sku, page = query["productId"][0], int(query["page"][0])
        if log:
            log.write(f"{sku}/{page}\n")
        return template.replace(b"@SKU@", sku.encode()).replace(b"@N@", f"{int(sku) % 10**6:06d}{page:03d}".encode())

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                body = body_of(path)
                kind = b"text/html; charset=utf-8" if path.endswith(".html") else b"text/html; charset=GBK"
                status = b"200 OK" if body else b"404 Not Found"
                extra = b"Access-Control-Allow-Origin: *\r\n"
                writer.write(
                    b"HTTP/1.1 %s\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n"
                    % (status, kind, extra, len(body))
                    + body
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def serve() -> None:
        listening = await asyncio.start_server(answer, "127.0.0.1", asked["port"])
        async with listening:
            await listening.serve_forever()

    asyncio.run(serve())


def review_page() -> bytes:
    """One page of ten reviews as the pretended JD writes it, with places for the product and the number of the page."""
    from demo.catalogue import by_sku
    from demo.site_jd import listed
    from demo.world import World

    start = datetime(2026, 11, 11, 6, tzinfo=UTC)
    world = World(seed=7, start=start, now=lambda: start)
    skus = [sku for sku in by_sku() if sku.isdigit() and len(sku) == 12]
    bodies = (listed(world, {"productId": sku, "page": "0", "callback": "jsonp1"}).body for sku in skus)
    sku, body = next((s, bytes(b)) for s, b in zip(skus, bodies, strict=True) if bytes(b).count(b'"content"') >= 10)
    data = body.replace(sku.encode(), b"@SKU@")
    ids = dict.fromkeys(re.findall(rb'"id": ?"?(\d+)', data))
    for number, id_ in enumerate(ids):
        data = re.sub(rb"(?<!\d)" + id_ + rb"(?!\d)", b"7@N@%02d" % number, data)
    return re.sub(rb'"maxPage": ?\d+', b'"maxPage":%d' % PAGES_OF_A_PRODUCT, data)


def stored_pages(folder: Path) -> int:
    """Different good pages in the inbox of a crawl."""
    seen: set[str] = set()
    for file in (folder / "inbox").glob("*.jsonl"):
        for line in file.read_bytes().splitlines()[1:]:
            row = json.loads(line)
            if row["type"] == "page" and row["value"]["outcome"] == "ok":
                seen.add(row["value"]["url"])
    return len(seen)


# -- processes --------------------------------------------------------------------------------------------------------


@contextmanager
def served(log: Path | None = None) -> Iterator[int]:
    """The server, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = child("server", {"port": port, "log": str(log) if log else ""})
    try:
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


def child(kind: str, asked: dict[str, Any]) -> "subprocess.Popen[str]":
    """One part, started."""
    return subprocess.Popen(
        [sys.executable, __file__, "--child", kind, json.dumps(asked)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL if asked.get("quiet", True) else None, text=True,
    )  # fmt: skip


def run(kind: str, asked: dict[str, Any]) -> dict[str, Any]:
    """One part to its end, and what it printed."""
    process = child(kind, asked)
    out, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{kind} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def wait_for(log: Path, lines: float, process: "subprocess.Popen[str]") -> None:
    """Until the server was asked for so many more pages, or the crawl is over."""
    before = log.read_text().count("\n") if log.exists() else 0
    while process.poll() is None and (log.read_text().count("\n") if log.exists() else 0) < before + lines:
        time.sleep(0.01)


@contextmanager
def folder_of(asked: dict[str, Any]) -> Iterator[Path]:
    """The folder that was named, or one that goes away again."""
    if asked.get("folder"):
        yield Path(asked["folder"])
        return
    folder = Path(tempfile.mkdtemp(prefix="tingchao-bench-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


CHILDREN = {"bare": bare, "ours": ours, "server": server, "playwright": playwright, "browser": browser}

if __name__ == "__main__":
    main()
