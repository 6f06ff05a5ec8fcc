"""The reader of texts that this installation's settings and models ask for; imports little, so that `analyze` starts at once."""

import gc
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from domain.errors import InvalidSettings, MissingExtra
from domain.watches import Watch
from flows.own_words import FILE, OwnWords
from tingchao.folders import demo_folder, real_folder
from tingchao.own_models import chosen_model
from tingchao.settings import load

if TYPE_CHECKING:
    from nlp.analyzer import Analyzer

SEGMENTERS = ("rjieba", "jieba")
DEEP = ("auto", "on", "off")
ASPECTS, SEVERITY = "aspects.yaml", "severity.yaml"
"""Names of the team's own aspects and grave words in the data folder."""


@attrs.frozen(kw_only=True)
class ReaderChoice:
    """Which reader is meant; small, so that it can be sent to other processes."""

    engine: str
    """rjieba or jieba."""
    sentiment: str
    """ngram or snownlp."""
    deep: bool
    """With the second stage?"""
    models: Path | None
    """Folder of the customer's own model; None = the shipped one."""
    words_file: Path
    """The team's own words; need not exist."""
    words: tuple[str, ...] = ()
    """Own words of the settings."""
    aspects_file: Path | None = None
    """The team's own aspects, laid over ours; need not exist."""
    severity_file: Path | None = None
    """The team's own words for grave matters; need not exist."""

    def load(
        self,
        *,
        brands: dict[str, tuple[str, ...]] | None = None,
        watched: Callable[[], Iterable[Watch]] = tuple,
    ) -> "Analyzer":
        """It, ready. brands: further names with their aliases. watched: watches whose words stay whole, asked at each batch.

        Raises MissingExtra where a part of it is not installed.
        """
        from nlp.analyzer import Analyzer
        from nlp.sentiment import MODELS

        analyzer = Analyzer.load(
            extra_brands=brands or {},
            engine=self.engine,
            sentiment=self.sentiment,
            models=self.models or MODELS,
            deep=self.deep,
            aspects=self.aspects_file,
            severity=self.severity_file,
            own_words=OwnWords(file=self.words_file, settings=self.words, watched=watched),
        )
        gc.freeze()  # dictionaries stay: passing over them in every collection cost an eighth of the reading
        return analyzer


def reader_choice(folder: Path | None = None, *, engine: str = "", sentiment: str = "", deep: str = "") -> ReaderChoice:
    """What the names mean in an installation. folder: its data folder, the real one by default.

    engine: rjieba or jieba; sentiment: ngram or snownlp; deep: auto, on or off; "" = as the settings say.
    Raises InvalidSettings for another name, MissingExtra where the second stage is asked for and not installed.
    """
    from nlp.engines import SENTIMENTS

    folder = folder or reading_folder()
    settings = load(folder).reading
    engine, sentiment, deep = engine or settings.segmenter, sentiment or settings.sentiment, deep or settings.deep
    _check("segmentation engine", engine, SEGMENTERS)
    _check("sentiment engine", sentiment, SENTIMENTS)
    _check("second stage", deep, DEEP)
    return ReaderChoice(
        engine=engine,
        sentiment=sentiment,
        deep=sentiment == "ngram" and _is_deep(deep),
        models=chosen_model(folder),
        words_file=folder / FILE,
        words=tuple(settings.words),
        aspects_file=folder / ASPECTS,
        severity_file=folder / SEVERITY,
    )


def reading_folder() -> Path:
    """The folder whose settings and models count where no installation is opened: the real one, the demo's inside the demo."""
    return (demo_folder() if os.environ.get("TINGCHAO_DEMO") == "1" else real_folder()).path


def _check(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise InvalidSettings(f"{what} {name!r} is unknown: hoped for {', '.join(known[:-1])} or {known[-1]}")


def _is_deep(wanted: str) -> bool:
    """auto: where somebody chose it by installing it; that ./check fetched it for its tests slows no product down."""
    if wanted == "off":
        return False
    from nlp.deep_files import is_chosen
    from nlp.engines import deep_missing

    reason = deep_missing()
    if reason is not None and wanted == "on":
        raise MissingExtra("nlp-deep", 'the second stage ([reading] deep = "on")')
    return reason is None and (wanted == "on" or is_chosen())
