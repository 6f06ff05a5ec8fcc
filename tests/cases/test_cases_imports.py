"""The nasty cases of imported files, each by its name: `pytest tests/cases -k import-rounded-ids`."""

from pathlib import Path
from typing import Any

import attrs
import pytest

from demo import exports
from demo.events import Passage, Review
from demo.exports import Export
from flows.imports import ImportReport, Imports, Receipt
from index import tables
from index.tables.imports import ImportedFiles
from tingchao.importing import SavedMappings


@attrs.frozen(kw_only=True)
class Handover:
    """Stores each part at once, as the product's own ingest does."""

    replica: Any

    def give(self, items: Any) -> str:
        return str(self.replica.inbox.put("import", items))

    def wait(self, name: str) -> Receipt:
        if name in self.replica.inbox.pending():
            self.replica.ingest.take(name)
        stored = self.replica.ingest.ledger.receipt(name)
        return Receipt(stored=stored.stored, known=stored.known + stored.updated)


@attrs.frozen(kw_only=True)
class Desk:
    """Files go in here."""

    replica: Any
    imports: Imports
    folder: Path

    def bring(self, export: Export, *, name: str = "") -> ImportReport:
        """Import a file under its name or another one."""
        path = self.folder / (name or export.name)
        path.write_bytes(export.content)
        return self.imports.run(path)

    def stored(self, source: str) -> list[str]:
        """Ids without their source, those made of a row's own values left out."""
        ids = [d.id.removeprefix(f"{source}:") for d in self.replica.documents(source)]
        return sorted(id_ for id_ in ids if not id_.startswith("row-"))


@pytest.fixture
def desk(replica: Any, tmp_path: Path) -> Desk:
    ledger, engine = replica.ingest.ledger, replica.engine
    imports = Imports(
        handover=Handover(replica=replica),
        clock=replica.clock,
        mappings=SavedMappings(table=tables.Mappings(engine)),
        files=ImportedFiles(engine),
        known=ledger.known,
    )
    folder = tmp_path / "files"
    folder.mkdir()
    return Desk(replica=replica, imports=imports, folder=folder)


@pytest.fixture
def reviews(replica: Any, product: Any) -> list[Review]:
    """What buyers wrote of a product, oldest first, without the site's own filler."""
    found = [r for r in replica.world.reviews(product("热水器").sku) if not r.default]
    assert len(found) > 8
    return found[::-1]


def test_import_gbk_wrapped_ids(replica: Any, desk: Desk, reviews: list[Review]) -> None:
    replica.play("import-gbk-wrapped-ids")
    export = exports.plain_csv(reviews, product="澜川 热水器")
    report = desk.bring(export)
    assert (report.stored, report.notes) == (len(reviews), ())
    assert tuple(r.line for r in report.refused) == export.broken
    assert desk.stored("jd") == sorted(export.ids)
    first = replica.document(f"jd:{reviews[0].id}")
    assert first.text.endswith('\n师傅说"没问题"，再看看')
    assert first.rating == reviews[0].score


def test_import_two_header_rows(replica: Any, desk: Desk, reviews: list[Review]) -> None:
    replica.play("import-two-header-rows")
    appended = [
        attrs.evolve(r, append=Passage(text=f"第 {n} 周后漏水", at=replica.world.now())) for n, r in enumerate(reviews)
    ]
    export = exports.two_headers_csv(appended, product="澜川 热水器")
    report = desk.bring(export)
    assert (report.stored, report.refused, report.notes) == (len(reviews), (), ())
    assert desk.stored("jd") == sorted(export.ids)
    for number, review in enumerate(reviews):
        stored = replica.document(f"jd:{review.id}")
        assert (stored.published_at, stored.rating) == (review.at, review.score)
        assert stored.text.endswith(f"\n【追评】第 {number} 周后漏水")


def test_import_merged_cells_text_dates(replica: Any, desk: Desk, reviews: list[Review]) -> None:
    replica.play("import-merged-cells-text-dates")
    export = exports.workbook(reviews, product="澜川 热水器")
    report = desk.bring(export)
    assert (report.stored, report.refused) == (len(reviews), ())
    assert [("使用说明" in note.why, note.line) for note in report.notes] == [(True, 0)]
    found = {d.id: d for d in replica.documents("jd")}
    assert {d.product for d in found.values()} == {"澜川 热水器"}
    assert {i: d.published_at for i, d in found.items()} == {f"jd:{r.id}": r.at for r in reviews}


def test_import_append_later(replica: Any, desk: Desk, product: Any) -> None:
    replica.play("import-append-later")
    sku = product("热水器").sku
    replica.follow(f"https://item.jd.com/{sku}.html")
    replica.collect("jd")
    before = {d.id: d for d in replica.documents("jd", "review")}
    chosen = [r for r in replica.world.reviews(sku) if f"jd:{r.id}" in before and not r.append and not r.default][:5]
    assert chosen
    replica.wait(days=7)
    later = [attrs.evolve(r, append=Passage(text="用了一周开始漏水", at=replica.world.now())) for r in chosen]
    report = desk.bring(exports.two_headers_csv(later, product="澜川 热水器"))
    assert (report.stored, report.known, report.refused) == (0, len(chosen), ())
    after = {d.id: d for d in replica.documents("jd", "review")}
    assert set(after) == set(before)
    changed = {i for i, d in after.items() if d.text.endswith("【追评】用了一周开始漏水")}
    assert changed == {f"jd:{r.id}" for r in chosen}
    assert all(after[i].published_at == before[i].published_at for i in after)


def test_import_same_file_twice(replica: Any, desk: Desk, reviews: list[Review]) -> None:
    replica.play("import-same-file-twice")
    export = exports.plain_csv(reviews, product="澜川 热水器")
    desk.bring(export)
    known = desk.stored("jd")
    for name in (export.name, "给老板.csv"):
        again = desk.bring(export, name=name)
        assert again.before is not None
        assert (again.stored, again.known) == (0, len(reviews))
    other = exports.workbook(reviews[::-1], product="澜川 热水器")
    assert (desk.bring(other).stored, desk.stored("jd")) == (0, known)


def test_import_rounded_ids(replica: Any, desk: Desk, reviews: list[Review]) -> None:
    replica.play("import-rounded-ids")
    export = exports.saved_by_a_spreadsheet_csv(reviews, product="澜川 热水器")
    report = desk.bring(export)
    assert (report.stored, report.refused) == (len(reviews), ())
    assert tuple(note.line for note in report.notes) == export.rounded
    assert all("E+10" in note.why for note in report.notes)
    assert desk.stored("jd") == sorted(export.ids)
    assert len(replica.documents("jd")) == len(export.ids) + len(export.rounded)
    assert desk.imports.run(desk.folder / export.name, again=True).stored == 0


def test_import_weibo_id_forms(replica: Any, desk: Desk) -> None:
    replica.play("import-weibo-id-forms")
    replica.follow(aliases=("lanchuan",))
    replica.collect("weibo")
    crawled = replica.stored_ids("weibo", "post")
    posts = [p for p in replica.world.posts("澜川") if str(p.mid) in crawled and not p.repost][:20]
    assert len(posts) > 5
    for export in (exports.posts_csv(posts), exports.posts_workbook(posts)):
        report = desk.bring(export)
        assert (report.stored, report.known, report.refused) == (0, len(posts), ())
        assert len(report.notes) == len(posts)
        assert export.ids <= crawled
    assert replica.stored_ids("weibo", "post") == crawled
