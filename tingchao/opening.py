"""What every process of an installation opens first: the demo's secrets, the tables, the inbox."""

import os

from sqlalchemy import Engine

from crawlers.handoff import FolderInbox
from domain.people import pseudonym
from index import tables
from tingchao.folders import DemoState, Folder
from tingchao.settings import Settings


def demo_environment(folder: Folder) -> DemoState | None:
    """In the demo: put the secrets that its settings name into the environment. Returns its state, None outside the demo."""
    state = DemoState.read(folder.path) if folder.demo else None
    if state:
        os.environ.update(state.environment())
    return state


def open_tables(settings: Settings, folder: Folder) -> Engine:
    """The tables that the settings name."""
    return tables.open_tables(settings.tables.url or f"sqlite:///{folder.tables}")


def inbox_of(folder: Folder) -> FolderInbox:
    """The inbox, in which authors become pseudonyms by the installation's own key."""
    key = folder.key()
    return FolderInbox(folder.inbox, pseudonym=lambda source, author: pseudonym(source, author, key=key))
