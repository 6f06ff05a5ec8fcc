"""How fast other tools' files are read, and how much memory that takes: invented reviews as CSV, XLSX, JSON Lines and SQLite.

python bench/imports.py [ROWS]    default 100,000; each form in its own process, reading only (analysis and storing: bench/index.py).
"""

import argparse
import csv
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
HEADER = ("评价编号", "商品编号", "商品名称", "评分", "评价内容", "评价时间", "会员昵称", "追评内容", "商家回复")
FORMS = ("csv", "xlsx", "jsonl", "db")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="?", type=int, default=100_000)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        read(asked.read)
        return
    with tempfile.TemporaryDirectory() as folder:
        for form in FORMS:
            path = written(Path(folder) / f"jd_reviews.{form}", asked.rows)
            done = subprocess.run(
                [sys.executable, __file__, "--read", str(path)], check=True, capture_output=True, text=True
            )
            print(f"{form:6}{path.stat().st_size / 1e6:7.1f} MB  {done.stdout.strip()}", flush=True)


def read(path: Path) -> None:
    """Read one file; prints rows, seconds of this process, and by how much its memory grew."""
    from crawlers.imports.rows import read_documents

    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    rows = sum(1 for _ in read_documents(path, seen_at=datetime.now(UTC)))
    took = time.process_time() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{rows:,} rows  {took:5.1f} s cpu  {rows / took:8,.0f} rows/s  +{grown:.0f} MB")


def reviews(count: int) -> Iterator[tuple[str, ...]]:
    """Invented rows."""
    for n in range(count):
        text = f"第 {n} 条：用了两天就漏水，客服让等，等了三天也没有人上门来修"
        at = f"2026-{n % 12 + 1:02}-{n % 28 + 1:02} 12:30:05"
        yield (
            str(880_000_000 + n),
            "100200300",
            "澜川 R5 燃气热水器",
            str(n % 5 + 1),
            text,
            at,
            f"用户{n}",
            "",
            "抱歉给您带来不便",
        )


def written(path: Path, count: int) -> Path:
    """The rows as a file of the form that its name says."""
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([HEADER, *reviews(count)])
    elif path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
            sheet = book.add_worksheet("评价")
            for number, row in enumerate([HEADER, *reviews(count)]):
                sheet.write_row(number, 0, row)
    elif path.suffix == ".jsonl":
        lines = (json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) + "\n" for row in reviews(count))
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lines)
    else:
        database = sqlite3.connect(path)
        database.execute(f"CREATE TABLE 评价 ({', '.join(HEADER)})")
        database.executemany(f"INSERT INTO 评价 VALUES ({', '.join('?' * len(HEADER))})", reviews(count))
        database.commit()
        database.close()
    return path


if __name__ == "__main__":
    main()
