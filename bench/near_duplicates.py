"""Near-copies: `python bench/near_duplicates.py`; ours beside datasketch (pip install datasketch) on the same texts, in one run: speed, copies found, false friends."""

import argparse
import importlib.util
import random
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
CHANGED = (0.03, 0.10)
"""Shares of a text's characters that are another's in its copy."""
BANDS, ROWS = 24, 3
"""The bands of both."""


def copies(texts: Sequence[str], share: float, chance: random.Random) -> list[str]:
    """Each text with that share of its characters, at least one, replaced by ordinary ones."""
    answer = []
    for text in texts:
        letters = list(text)
        for place in chance.sample(range(len(text)), max(1, round(share * len(text)))):
            letters[place] = chance.choice("的一是了我不人在他有这个上们来到时大地为")
        answer.append("".join(letters))
    return answer


def ours(texts: Sequence[str]) -> list[str]:
    """Group of each text."""
    from nlp.duplicates import NearDuplicates

    return NearDuplicates().add_many(texts)


def datasketch(texts: Sequence[str]) -> list[str]:
    """Group of each text: of the first one found alike, as one would build it on datasketch with the same bands and the same least likeness."""
    from datasketch import MinHash, MinHashLSH

    lsh = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    signatures: list[object] = []
    groups: list[str] = []
    for number, text in enumerate(texts):
        signature = MinHash(num_perm=BANDS * ROWS)
        signature.update_batch([text[at : at + 3].encode() for at in range(max(1, len(text) - 2))])
        alike = [int(key) for key in lsh.query(signature)]
        near = [(signature.jaccard(signatures[one]), -one) for one in alike]
        best = max(near, default=(0.0, 0))
        groups.append(groups[-best[1]] if best[0] >= 0.4 else str(number))
        lsh.insert(str(number), signature)
        signatures.append(signature)
    return groups


def measured(
    group: Callable[[Sequence[str]], list[str]], texts: Sequence[str], altered: Sequence[Sequence[str]]
) -> str:
    """A row of the table: the originals first, then the copies."""
    every = [*texts, *(text for part in altered for text in part)]
    begin = time.process_time()
    groups = group(every)
    rate = len(every) / (time.process_time() - begin)
    found = []
    for number in range(len(altered)):
        first = len(texts) + number * len(altered[number])
        same = [groups[at] == groups[first + at] for at in range(len(altered[number]))]
        found.append(sum(same) / len(same))
    strangers = len(texts) - len(set(groups[: len(texts)]))
    shares = "".join(f"{share:>14.1%}" for share in found)
    return f"{rate:>12,.0f}{shares}{strangers:>18,}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=6_000, help="different texts")
    parser.add_argument("--copies", type=int, default=1_000, help="of them with copies")
    options = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT))
    from bench.nlp import DATA, texts

    chance = random.Random(7)
    drawn = [text for text in dict.fromkeys(texts(DATA, 16_000)) if len(text) >= 20]
    sample = chance.sample(drawn, min(options.count, len(drawn)))
    altered = [copies(sample[: options.copies], share, chance) for share in CHANGED]
    mean = sum(map(len, sample)) / len(sample)
    print(
        f"{len(sample):,} different texts of {mean:.0f} characters, and copies of {len(altered[0]):,}; per CPU second"
    )
    print(f"{'':<12}{'texts/s':>12}{''.join(f'{share:>7.0%} changed' for share in CHANGED)}{'originals merged':>18}")
    print(f"{'ours':<12}{measured(ours, sample, altered)}")
    if importlib.util.find_spec("datasketch") is None:
        print("datasketch is not installed here: pip install datasketch")
    else:
        print(f"{'datasketch':<12}{measured(datasketch, sample, altered)}")


if __name__ == "__main__":
    main()
