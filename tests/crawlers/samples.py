"""A saved page, what it must yield, and a command that records a new one.

    python -m tests.crawlers.samples jd/new_case page.json --url 'https://…' --seen-at 2026-11-22T09:00:00+08:00 --note 'what it shows'

writes the folder with what is read today: look at expected.json before you commit it. Pages of real people never go in.
"""

import argparse
import json
import shutil
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from crawlers.parsing import parse_file

SAMPLES = Path(__file__).parents[1] / "samples"


def lines(case: Path) -> list[dict[str, Any]]:
    """The lines of `tingchao parse` for a sample, texts unmasked, authors as `source:own name`."""
    origin = tomllib.loads((case / "origin.toml").read_text("utf-8"))
    return parse_file(
        next(case.glob("page.*")).read_bytes(),
        url=origin["url"],
        seen_at=datetime.fromisoformat(origin["seen_at"]),
        mask=lambda text: text,
        pseudonym=lambda source, author: f"{source}:{author}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", help="site/name of the new sample")
    parser.add_argument("page", type=Path, help="the answer as received")
    parser.add_argument("--url", required=True)
    parser.add_argument("--seen-at", required=True, help="ISO 8601")
    parser.add_argument("--note", required=True, help="what it shows")
    asked = parser.parse_args()
    case = SAMPLES / asked.case
    case.mkdir(parents=True)
    shutil.copyfile(asked.page, case / f"page{asked.page.suffix or '.bin'}")
    fields = {"made_by": "hand", "note": asked.note, "url": asked.url, "seen_at": asked.seen_at}
    (case / "origin.toml").write_text(
        "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in fields.items())
    )
    rows = ",\n".join(f"  {json.dumps(line, ensure_ascii=False)}" for line in lines(case))
    (case / "expected.json").write_text(f"[\n{rows}\n]\n", "utf-8")
    print(case)


if __name__ == "__main__":
    main()
