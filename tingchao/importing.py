"""Puts the import together: saved mappings out of their table or a file, the watched folder, and its lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from crawlers.imports.mapping import Mapping, load_mapping, mapping_from, values_of
from domain.errors import InvalidSettings
from flows.import_folder import ImportFolder
from flows.imports import Imports
from index import tables
from tingchao.folders import Folder, held


@attrs.frozen(kw_only=True)
class SavedMappings:
    """See `flows.imports.SavedMappings`."""

    table: tables.Mappings

    def get(self, name: str) -> Mapping | None:
        """See the protocol."""
        if name.endswith((".toml", ".json")):
            return load_mapping(Path(name))
        values = self.table.get(name)
        return mapping_from(values, where=f"mapping {name!r}") if values else None

    def all(self) -> dict[str, Mapping]:
        """See the protocol."""
        return {name: mapping_from(values, where=f"mapping {name!r}") for name, values in self.table.all().items()}

    def save(self, name: str, mapping: Mapping) -> None:
        """See the protocol. Raises InvalidSettings for a name that would be taken for a file's, or a mapping that is not whole."""
        if not name.strip() or name.endswith((".toml", ".json")) or "/" in name or len(name) > 60:
            raise InvalidSettings(f"mapping name {name!r}: up to 60 characters, not ending in .toml or .json, no /")
        self.table.save(name.strip(), values_of(mapping_from(values_of(mapping), where=f"mapping {name!r}")))

    def remove(self, name: str) -> bool:
        """See the protocol."""
        return self.table.remove(name)


def import_folder(folder: Folder, imports: Imports) -> ImportFolder:
    """The folder in which dropped files are imported."""
    return ImportFolder(path=folder.imports, imports=imports)


@contextmanager
def folder_held(folder: Folder) -> Iterator[None]:
    """Only one process takes files out of the folder. Raises AlreadyRunning."""
    with held(folder.path / "import.lock", what="the import folder"):
        yield
