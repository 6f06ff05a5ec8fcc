"""The deep second stage: BGE-small-zh, tuned to moods, reads the texts of which the n-gram model is unsure."""

import json
import logging
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import attrs
import numpy as np

from domain.errors import MissingExtra
from nlp.deep_files import DeepBroken, checked, missing, model_folder
from nlp.deep_text import deep_texts, shortened
from nlp.deep_weights import Array, BrokenModel, changed
from nlp.sentiment import MODELS, Floats, softmax

THREADS = 1
"""One text runs on one core; who has several cores starts several workers."""
_FIRST, _LAST = 101, 102
"""Token numbers of [CLS] and [SEP]."""
_UNREADABLE = np.array([0, 3, 0], np.float32)
"""Logits of a text without a word: neutral."""
_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True, eq=False)
class Mixture:
    """How the two stages are weighed where the first is unsure; fitted on rows that neither had seen."""

    threshold: float
    """The deep stage is asked where the first stage's highest probability is below it."""
    first: float
    """Weight of the first stage's log-probabilities."""
    deep: float
    """Weight of the deep stage's."""
    shift: Floats
    """Added to negative, neutral, positive."""
    scale: float
    """Calibration of the deep stage alone: its logits are multiplied by it."""

    def unsure(self, probabilities: Floats) -> Array:
        """Numbers of the rows that the deep stage is asked about."""
        return np.flatnonzero(probabilities.max(axis=1, initial=0) < self.threshold)

    def mixed(self, first: Floats, deep: Floats) -> Floats:
        """Probabilities from those of the first stage and the logits of the deep one."""
        sayings = self.first * np.log(first + 1e-6) + self.deep * np.log(softmax(deep * self.scale) + 1e-6)
        return softmax((sayings + self.shift).astype(np.float32))


class Encoder(Protocol):
    """Turns texts into logits; a test may bring its own."""

    def logits(self, texts: Sequence[str]) -> Floats:
        """Mood logits (negative, neutral, positive), a row a text. Never depends on the other texts of the call."""
        ...


class BgeEncoder:
    """The ONNX file with our changes laid over it, and our head on its last hidden states."""

    def __init__(self, folder: Path, changes: Mapping[str, Array], *, threads: int = THREADS) -> None:
        """changes: `deep.npz`. Raises MissingExtra without the packages, DeepBroken where a file is not the one we mean."""
        try:
            onnxruntime: Any = import_module("onnxruntime")  # it ships no types
            tokenizers: Any = import_module("tokenizers")
        except ImportError as error:
            raise MissingExtra("nlp-deep", "the deep second stage") from error
        model, words = checked("model.onnx", folder), checked("tokenizer.json", folder)
        self._tokenizer = tokenizers.Tokenizer.from_str(words.decode())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._head = np.asarray(changes["head.weight"], np.float32), np.asarray(changes["head.bias"], np.float32)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            arrays = changed(model, changes)
            # onnxruntime reads these where they lie: they must live as long as the session
            self._kept = {name: onnxruntime.OrtValue.ortvalue_from_numpy(array) for name, array in arrays.items()}
            for name, value in self._kept.items():
                options.add_initializer(name, value)
            self._session: Any = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except (BrokenModel, RuntimeError, ValueError) as error:
            raise DeepBroken(f"{folder / 'model.onnx'} can't be loaded: {error}") from error

    def logits(self, texts: Sequence[str]) -> Floats:
        """One text a run: 8-bit arithmetic scales by the largest number of a run, so company would change the answer."""
        answer = np.zeros((len(texts), 3), np.float32)
        for number, text in enumerate(deep_texts(texts)):
            answer[number] = self._one(text)
        return answer

    def _one(self, text: str) -> Floats:
        tokens = shortened(self._tokenizer.encode(text, add_special_tokens=False).ids)
        if not tokens:
            return _UNREADABLE
        ids = np.array([[_FIRST, *tokens, _LAST]], np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, given)[0][0]
        weight, bias = self._head
        answer: Floats = np.concatenate([states[0], states.mean(axis=0)]) @ weight + bias
        return answer


class DeepStage:
    """Second reader of whole texts, asked where the first is unsure. Made by `load_deep`."""

    replaces = False

    def __init__(self, *, version: str, encoder: Encoder, mixture: Mixture) -> None:
        """version: name of the changes, stored beside every score."""
        self.version, self.mixture, self._encoder = version, mixture, encoder

    @staticmethod
    def available() -> str | None:
        """Why it can't be loaded here, in a line; None = it can."""
        return missing() or (
            None if (MODELS / "deep.json").is_file() else "no deep.json among the models of this version"
        )

    def logits(self, texts: Sequence[str]) -> Floats:
        """Uncalibrated logits of the deep stage alone, a row a text."""
        return self._encoder.logits(texts)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Negative, neutral, positive by the deep stage alone, a row a text; any text is welcome."""
        return softmax(self.logits(texts) * np.float32(self.mixture.scale))

    def refine(self, texts: Sequence[str], logits: Floats, probabilities: Floats) -> Floats:
        """Final probabilities from those of the first stage: the same where it is sure, else both weighed.

        Where the deep stage fails (out of memory), those of the first stage, and a warning.
        """
        unsure = self.mixture.unsure(probabilities)
        if not len(unsure):
            return probabilities
        try:
            deep = self.logits([texts[number] for number in unsure.tolist()])
        except Exception as error:  # onnxruntime's errors have no base of their own; the text must be answered
            _warn_once(f"the deep stage failed, the first one answers alone: {type(error).__name__}: {error}")
            return probabilities
        answer = probabilities.copy()
        answer[unsure] = self.mixture.mixed(probabilities[unsure], deep)
        return answer


def load_deep(folder: Path | None = None, *, models: Path = MODELS) -> DeepStage:
    """The deep stage, ready. folder: where BGE's files lie, `model_folder()` by default. models: where `deep.npz` and `deep.json` lie.

    Raises MissingExtra where the packages or BGE's files are not there, DeepBroken where a file is damaged.
    """
    folder = folder or model_folder()
    if missing(folder) is not None:
        raise MissingExtra("nlp-deep", f"the deep second stage ({missing(folder)})")
    version, mixture, changes = shipped(models)
    return DeepStage(version=version, encoder=BgeEncoder(folder, changes), mixture=mixture)


def load_deep_or_none(folder: Path | None = None) -> DeepStage | None:
    """The same, but None with one warning where a file is damaged: a broken second stage never stops the first."""
    try:
        return load_deep(folder)
    except DeepBroken as error:
        _warn_once(f"the first stage reads alone: {error}")
        return None


def shipped(models: Path = MODELS) -> tuple[str, Mixture, Mapping[str, Array]]:
    """Version, mixture and changes of `deep.json` and `deep.npz` (no pickle). Raises DeepBroken."""
    try:
        meta = json.loads((models / "deep.json").read_text(encoding="utf-8"))
        with np.load(BytesIO((models / "deep.npz").read_bytes()), allow_pickle=False) as arrays:
            changes = dict(arrays)
        mixture = Mixture(
            threshold=float(meta["threshold"]),
            first=float(meta["first"]),
            deep=float(meta["deep"]),
            shift=np.array(meta["shift"], np.float32).reshape(3),
            scale=float(meta["scale"]),
        )
        return str(meta["version"]), mixture, changes
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise DeepBroken(f"{models}/deep.json or deep.npz can't be read: {error}") from error


@cache
def _warn_once(message: str) -> None:
    _log.warning(message)
