"""How well aspects are found, on our own labels: `python bench/aspects.py [--half dev|test] [--errors ASPECT]`."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "nlp"
GOLD = ROOT / "tests" / "shared_data" / "aspects_gold.jsonl"

Pairs = set[tuple[str, str]]


def scores(pairs: Iterable[tuple[set[object], set[object]]]) -> tuple[float, float, float]:
    """Precision, recall and F1 over (found, expected) sets, summed over the texts."""
    right = found = expected = 0
    for have, want in pairs:
        right, found, expected = right + len(have & want), found + len(have), expected + len(want)
    precision, recall = right / max(1, found), right / max(1, expected)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def aspects_of(pairs: Pairs) -> set[object]:
    return {aspect for aspect, _ in pairs}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", default="dev", choices=("dev", "test", "all"))
    parser.add_argument("--gold", type=Path, default=GOLD)
    parser.add_argument("--errors", nargs="*", help="print the misreadings of these aspects, or of all")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT))
    from nlp.analyzer import Analyzer, Reading
    from nlp.judge_training import half_of, labelled

    rows = [row for row in labelled(options.gold, DATA) if options.half in ("all", half_of(row[0]))]
    read = Analyzer.load().analyze_many([Reading(text=text) for _, text, _ in rows])
    found: list[Pairs] = [{(one.aspect, one.polarity.value) for one in answer.aspects} for answer in read]
    expected = [want for _, _, want in rows]
    plain = scores([(aspects_of(have), aspects_of(want)) for have, want in zip(found, expected, strict=True)])
    full = scores([(set(have), set(want)) for have, want in zip(found, expected, strict=True)])
    print(f"{options.half}: {len(rows)} reviews, {sum(map(len, expected))} labels, {sum(map(len, found))} found")
    print("aspect             P {:.3f} R {:.3f} F1 {:.3f}".format(*plain))
    print("aspect + polarity  P {:.3f} R {:.3f} F1 {:.3f}".format(*full))
    rows_of: dict[str, Counter[str]] = {}
    for have, want in zip(found, expected, strict=True):
        for kind, part in (("right", have & want), ("wrong", have - want), ("missed", want - have)):
            for aspect, _ in part:
                rows_of.setdefault(aspect, Counter())[kind] += 1
    for aspect, counts in sorted(rows_of.items(), key=lambda item: -item[1]["wrong"] - item[1]["missed"]):
        print(f"  {aspect}: right {counts['right']} wrong {counts['wrong']} missed {counts['missed']}")
    if options.errors is not None:
        for (sha, text, want), have, answer in zip(rows, found, read, strict=True):
            wrong = {pair for pair in have ^ want if not options.errors or pair[0] in options.errors}
            if wrong:
                print(f"\n{sha} {text}\n   wrong {sorted(have - want)} missed {sorted(want - have)}")
                for one in answer.aspects:
                    if any(one.aspect == aspect for aspect, _ in wrong):
                        print(f"   {one.aspect} {one.polarity.value} {one.certainty:.2f} {one.cause} | {one.opinion}")


if __name__ == "__main__":
    main()
