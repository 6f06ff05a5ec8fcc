"""The nasty cases of files that people bring: what back offices, spreadsheets and people do to an export."""

from demo.cases.case import Case

CASES = (
    Case(
        name="import-gbk-wrapped-ids",
        number=55,
        site="import",
        about='GBK, ids as ="123…" or behind a tab, line breaks and quotation marks in texts, empty columns, a torn last row',
        expected="every row once with its own id and whole text; the torn row refused by line",
    ),
    Case(
        name="import-two-header-rows",
        number=55,
        site="import",
        about="a title, then a header of two rows with merged groups 初评 and 追评",
        expected="texts, times, stars and 追评 where they belong; no header row stored as a review",
    ),
    Case(
        name="import-merged-cells-text-dates",
        number=55,
        site="import",
        about="XLSX: a sheet of notes, a merged title, the product merged down over its rows, dates as texts of two styles",
        expected="each review with its product and its second; the notes passed over",
    ),
    Case(
        name="import-append-later",
        number=55,
        site="import",
        about="this week's export has a 追评 that last week's had not, on reviews that the crawl has stored",
        expected="the same reviews, updated; nothing doubled",
    ),
    Case(
        name="import-same-file-twice",
        number=55,
        site="import",
        about="the same file again, under another name, and its rows in another file and order",
        expected="told that it is known; nothing stored twice",
    ),
    Case(
        name="import-rounded-ids",
        number=55,
        site="import",
        about="every second id is 1.23E+10, as a spreadsheet saves it",
        expected="each such line named; its row stored once under an id of its own values, twice imported too",
    ),
    Case(
        name="import-weibo-id-forms",
        number=41,
        site="import",
        about="posts that were crawled come again with long ids as 5.25E+15 in CSV and cut to fifteen digits in XLSX, short ids beside them",
        expected="one document each: the long id is read out of the short one",
    ),
)
