"""The tables of truth on SQLite or PostgreSQL. In: nouns of the domain. Out: the same nouns, figures and cursors."""

from index.tables.alertlog import AlertLog
from index.tables.complaints import Complaints
from index.tables.crawls import Crawls
from index.tables.engagement import Engagement
from index.tables.evidence import Evidence, Proof
from index.tables.facts import Facts
from index.tables.frontier import Frontier, LeasedPage, SettledPage, Spent, WaitingPage
from index.tables.handling import HandlingLog
from index.tables.hot import HotTopics
from index.tables.jobs import Job, Jobs
from index.tables.leases import Leases
from index.tables.ledger import Ledger
from index.tables.mappings import Mappings
from index.tables.named_themes import NamedThemes
from index.tables.opening import open_tables
from index.tables.paces import Budgets, Paces
from index.tables.prices import Prices
from index.tables.sources import Sources
from index.tables.totals import Totals
from index.tables.watches import Watches

__all__ = [
    "AlertLog",
    "Budgets",
    "Complaints",
    "Crawls",
    "Engagement",
    "Evidence",
    "Facts",
    "Frontier",
    "HandlingLog",
    "HotTopics",
    "Job",
    "Jobs",
    "LeasedPage",
    "Leases",
    "Ledger",
    "Mappings",
    "NamedThemes",
    "Paces",
    "Prices",
    "Proof",
    "SettledPage",
    "Sources",
    "Spent",
    "Totals",
    "WaitingPage",
    "Watches",
    "open_tables",
]
