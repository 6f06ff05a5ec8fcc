"""Makes the deep stage: `python -m nlp.deep_training tune …` learns for half an hour, `… mix …` weighs the two stages in minutes."""

import argparse
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.composed import NAME
from nlp.deep import _FIRST, _LAST, BgeEncoder, load_deep
from nlp.deep_files import checked, model_folder
from nlp.deep_material import COMPOSED, Material, read_material
from nlp.deep_mixing import THRESHOLDS, fitted, table_of
from nlp.deep_text import deep_texts, shortened
from nlp.deep_tuning import Lesson, tune
from nlp.deep_weights import Array, averaged
from nlp.examples import Examples, read_examples
from nlp.figures import figures
from nlp.sentiment import Floats, load_model, softmax
from nlp.training import COMPOSED as FIRST_COMPOSED
from nlp.training import calibrate, held_out, logits_of

FOLD = 0
"""The fifth of the groups that is kept for weighing and measuring."""
ROUNDS = 2.0
WATCHED = ("weibo_usual", "weibo_virus", "weibo100k_sample", "jd_aircon", "shop10", "waimai", "hotel", "jd_goods", "jd_nike5", "nlpcc14_product")  # fmt: skip
MEASURED = 3_000
"""At most so many held-out rows of a set are read deep."""


def make_changes(
    data: Path,
    work: Path,
    *,
    fold: int = FOLD,
    rounds: float = ROUNDS,
    seed: int = 1,
    composed: int = COMPOSED,
    start: Path | None = None,
    average: Path | None = None,
) -> None:
    """Tune on all groups but those of the fold (-1: on all) and write `changes.npz` into the work folder.

    seed: also draws which of the sure texts are learned. composed: so many composed posts beside the sets.
    start: an earlier `changes.npz` to go on from. average: one to be averaged with what is learned.
    """
    material = read_material(data, composed)
    model = load_model()
    certainty = softmax(logits_of(model, material.texts) * np.float32(model.scale)).max(axis=1)
    rows = np.flatnonzero(material.chosen(certainty, seed=seed) & ((material.folds != fold) | (fold < 0)))
    weights = material.weights()
    lesson = Lesson(
        tokens=tokens_of([material.texts[row] for row in rows]),
        moods=material.moods[rows],
        feelings=material.feelings[rows],
        weights=weights[rows],
    )
    earlier = dict(np.load(start)) if start else None
    changes = tune(checked("model.onnx", model_folder()), lesson, rounds=rounds, seed=seed, start=earlier, tell=print)
    if average is not None:
        changes = averaged(dict(np.load(average)), changes)
    work.mkdir(parents=True, exist_ok=True)
    _save(work / "changes.npz", changes)
    _save(work / "rows.npz", {"learned": np.array(len(rows)), "held_out": held_rows(material, fold)})


def tokens_of(texts: Sequence[str]) -> list[list[int]]:
    """Token numbers as `BgeEncoder` makes them."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(checked("tokenizer.json", model_folder()).decode())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    seen = tokenizer.encode_batch(deep_texts(texts), add_special_tokens=False)
    return [[_FIRST, *shortened(one.ids), _LAST] for one in seen]


def held_rows(material: Material, fold: int) -> NDArray[np.int64]:
    """Keys of the labelled texts in the fold, at most MEASURED of a set."""
    inside = np.flatnonzero((material.folds == fold) & (np.arange(len(material.texts)) < material.labelled))
    order = np.random.default_rng(1).permutation(inside)
    parts = [order[material.sets[order] == name][:MEASURED] for name in WATCHED]
    return keys_of([material.texts[row] for row in np.sort(np.concatenate(parts))])


def keys_of(texts: Sequence[str]) -> NDArray[np.int64]:
    """A number for each text, by its SHA-256: the same in whatever order the sets are read."""
    digests = [sha256(text.encode("utf-8", "surrogatepass")).digest() for text in texts]
    return np.array([int.from_bytes(digest[:7], "big") for digest in digests], np.int64)


def mix(data: Path, work: Path, out: Path, *, version: str, fold: int = FOLD) -> dict[str, Mapping[str, object]]:
    """Weigh the two stages on rows that neither had seen, write `deep.npz` and `deep.json`, and give the figures per set."""
    examples = read_examples(data)
    keys = keys_of(examples.texts)
    known, first, scale = _first_stage(examples, work, fold)
    with np.load(work / "rows.npz") as stored:
        held_back, learned = stored["held_out"], int(stored["learned"])
    with np.load(work / "changes.npz") as stored:
        changes = dict(stored)
    # neither stage may have seen a row; they may group near-copies over different sets
    chosen = np.isin(keys, held_back) & np.isin(keys, known) & np.isin(examples.sets, WATCHED)
    unseen = examples.part(chosen)
    order = np.argsort(known)
    plain = softmax(first[order[np.searchsorted(known, keys[chosen], sorter=order)]] * np.float32(scale))
    deep, asked = np.zeros_like(plain), np.flatnonzero(plain.max(axis=1) < max(THRESHOLDS))
    deep[asked] = _deep_logits([unseen.texts[place] for place in asked], changes, work)
    mixture, honest = fitted(plain, deep, unseen)
    found = table_of(figures(plain, unseen), figures(honest, unseen), mixture.unsure(plain), unseen)
    out.mkdir(parents=True, exist_ok=True)
    _save(out / "deep.npz", changes)
    meta = {
        "version": version,
        "threshold": mixture.threshold,
        "first": mixture.first,
        "deep": mixture.deep,
        "shift": [float(one) for one in mixture.shift],
        "scale": mixture.scale,
        "first_stage": load_model().version,
        "learned_from": learned,
        "held_out": found,
    }
    (out / "deep.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    load_deep(models=out)
    return found


def _first_stage(examples: Examples, work: Path, fold: int) -> tuple[NDArray[np.int64], Floats, float]:
    """Keys and logits of the fold's texts by a first stage that saw none of them, and its calibration; kept in the work folder."""
    kept = work / f"first-{load_model().version}-{fold}.npz"
    if not kept.exists():
        part, logits = held_out(examples, version="held out", fold=fold, composed=FIRST_COMPOSED)
        real = part.sets != NAME
        public = part.part(real)
        scale, _ = calibrate(logits[real], public)
        _save(kept, {"keys": keys_of(public.texts), "logits": logits[real], "scale": np.array(scale)})
    with np.load(kept) as stored:
        return stored["keys"], stored["logits"], float(stored["scale"])


def _deep_logits(texts: Sequence[str], changes: Mapping[str, Array], work: Path) -> Floats:
    """What the deep stage says, as it will be asked; kept in the work folder by text, so that a new first stage asks little anew."""
    kept, known = work / "deep_logits.npz", dict[int, Floats]()
    if kept.exists() and kept.stat().st_mtime > (work / "changes.npz").stat().st_mtime:
        with np.load(kept) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["logits"], strict=True))
    keys = keys_of(texts).tolist()
    fresh = [place for place, key in enumerate(keys) if key not in known]
    logits = BgeEncoder(model_folder(), changes).logits([texts[place] for place in fresh])
    known |= {keys[place]: row for place, row in zip(fresh, logits, strict=True)}
    _save(kept, {"keys": np.array(list(known), np.int64), "logits": np.array(list(known.values()), np.float32)})
    return np.array([known[key] for key in keys], np.float32).reshape(-1, 3)


def _save(path: Path, arrays: Mapping[str, Array]) -> None:
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # numpy's stub takes a bool keyword here


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m nlp.deep_training", description="Make the deep second stage.")
    parser.add_argument("what", choices=("tune", "mix"))
    parser.add_argument("--data", type=Path, required=True, help="folder with *.csv.gz of text,label")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is kept between the two")
    parser.add_argument("--out", type=Path, help="mix: folder for deep.npz and deep.json")
    parser.add_argument("--version", default="bge-2", help="mix: name stored beside every score")
    parser.add_argument("--rounds", type=float, default=ROUNDS, help="tune: how often each text is seen")
    parser.add_argument("--seed", type=int, default=1, help="tune: chance")
    parser.add_argument("--composed", type=int, default=COMPOSED, help="tune: so many composed posts")
    parser.add_argument("--start", type=Path, help="tune: an earlier changes.npz to go on from")
    parser.add_argument("--average", type=Path, help="tune: an earlier changes.npz to be averaged with the new one")
    options = parser.parse_args(arguments)
    if options.what == "tune":
        make_changes(
            options.data,
            options.work,
            rounds=options.rounds,
            seed=options.seed,
            composed=options.composed,
            start=options.start,
            average=options.average,
        )
        return
    if options.out is None:
        parser.error("mix needs --out")
    for name, row in mix(options.data, options.work, options.out, version=options.version).items():
        print(name, row)


if __name__ == "__main__":
    main()
