"""Crawls on demand, each in a forked process of its own: Twisted's reactor starts once, but its imports are paid once for all.

Reads one JSON line per crawl, `{"source", "environment", "log"}`; answers each with the report, or with the error.
"""

import json
import os
import sys
import traceback
from pathlib import Path

import attrs

import tingchao.crawling
import tingchao.sources
import tingchao.wiring
from crawlers.spiders import site  # noqa: F401


def crawl(asked: dict[str, str], out: int) -> None:
    """In the child: crawl, and write the answer."""
    os.environ.update(asked["environment"])
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        said = {"report": attrs.asdict(tingchao.crawling.crawl_once(asked["source"]))}
    except Exception as error:
        traceback.print_exc()
        said = {"error": f"{type(error).__name__}: {error}"}
    os.write(out, json.dumps(said, default=str).encode())


def main() -> None:
    """Until stdin ends."""
    for name in tingchao.sources.ADAPTERS.values():
        name(False)
    print("ready", flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            crawl(asked, write)
            os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as answer:
            said = answer.read()
        os.waitpid(child, 0)
        print(said.decode() or json.dumps({"error": f"died; see {Path(asked['log']).name}"}), flush=True)


if __name__ == "__main__":
    main()
