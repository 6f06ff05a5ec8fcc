"""Everything that can go wrong in words of the product.

TingchaoError
├── InvalidSettings      a settings file, watch or mapping that a person must mend
├── InvalidQuery         a search text that can't be read; knows the character
├── InvalidInput         a line, row or file that can't be read; knows where
├── SiteChanged          a page whose shape is not the one we know
├── StoreUnavailable     an index or database that does not answer now
├── DeliveryFailed       a notice that a channel refused; permanent or not
├── MissingExtra         a command that needs a part which is not installed
├── WorkerDied           a process that worked for a command ended by itself
└── AlreadyRunning       a second product on the same data folder
"""


class TingchaoError(Exception):
    """Base of all errors that a person can act upon; `str()` is the message to show."""


class InvalidSettings(TingchaoError):
    """A setting is wrong: names the file, the key, the value seen and what was hoped for."""


class InvalidQuery(TingchaoError):
    """A search text can't be read."""

    def __init__(self, message: str, *, position: int | None = None) -> None:
        """message: what is wrong and how to mend it. position: zero-based character of the query, None if unknown."""
        super().__init__(message if position is None else f"{message} (character {position + 1})")
        self.position = position


class InvalidInput(TingchaoError):
    """Input that can't be read: names the file, the line and what was expected there."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        """line: 1-based line or row of the input, None where the whole is meant."""
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line


class SiteChanged(TingchaoError):
    """A page answered, but not in a shape that its adapter knows."""

    def __init__(self, site: str, reason: str, url: str = "") -> None:
        """site: adapter name. reason: what was missing or new. url: the page's real address."""
        super().__init__(f"{site}: {reason}" + (f" ({url})" if url else ""))
        self.site, self.reason, self.url = site, reason, url


class StoreUnavailable(TingchaoError):
    """A store does not answer now; documents wait in the ledger, nothing is lost."""


class DeliveryFailed(TingchaoError):
    """A channel did not take a notice."""

    def __init__(self, reason: str, *, permanent: bool, retry_after_s: float | None = None) -> None:
        """permanent: trying again can't help. retry_after_s: the channel's own wish, seconds of real time."""
        super().__init__(reason)
        self.permanent, self.retry_after_s = permanent, retry_after_s


class MissingExtra(TingchaoError):
    """A command needs an extra: the message says `./run install EXTRA`."""

    def __init__(self, extra: str, needed_for: str) -> None:
        """extra: name in pyproject. needed_for: what the user wanted to do."""
        super().__init__(f"{needed_for} needs the extra '{extra}': type  ./run install {extra}")
        self.extra = extra


class WorkerDied(TingchaoError):
    """A process that worked for a command was killed or ran out of memory; the message says what was done until then."""


class AlreadyRunning(TingchaoError):
    """Another product holds this data folder."""
