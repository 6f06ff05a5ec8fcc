"""The glance that chooses texts and the small net that judges them, held against slow arithmetic."""

import math

import numpy as np
import pytest

from nlp.batch import batch_of
from nlp.glance import BITS, EVEN, Glance
from nlp.grams import buckets, hash_of
from nlp.sentiment import MODELS
from nlp.severity_net import CHARACTERS, DILATIONS, HEADS, UNKNOWN, SeverityNet, load_net

CHANCE = np.random.default_rng(4)
WIDTH, INPUTS, CLASSES = 6, 5, 3


def some(*shape: int) -> np.ndarray:
    return CHANCE.normal(0, 1, shape).astype(np.float32)


@pytest.fixture(scope="module")
def net() -> SeverityNet:
    """Over ten characters, weights by chance."""
    return SeverityNet(
        characters=np.arange(100, 110, dtype=np.uint32),
        table=some(CHARACTERS + 10, INPUTS),
        weights=tuple(some(3, WIDTH if layer else INPUTS, WIDTH) for layer in range(len(DILATIONS))),
        scales=tuple(some(3, WIDTH) for _ in DILATIONS),
        heads=some(WIDTH, HEADS),
        out=some((2 + HEADS) * WIDTH, CLASSES),
        bias=some(CLASSES),
    )


def slowly(net: SeverityNet, codes: list[int]) -> list[float]:
    """The definition, a number at a time."""
    known = net.characters.tolist()
    state = [net.table[known.index(code) + CHARACTERS if code in known else UNKNOWN].tolist() for code in codes]
    for layer, reach in enumerate(DILATIONS):
        bias, gain, shift = net.scales[layer].tolist()
        fresh = []
        for place in range(len(codes)):
            sums = list(bias)
            for side, at in enumerate((place - reach, place, place + reach)):
                for i, value in enumerate(state[at] if 0 <= at < len(codes) else []):
                    sums = [one + value * float(w) for one, w in zip(sums, net.weights[layer][side][i], strict=True)]
            mean = sum(sums) / WIDTH
            spread = math.sqrt(sum((one - mean) ** 2 for one in sums) / WIDTH + 1e-5)
            fresh.append([max(0.0, (one - mean) / spread * g + s) for one, g, s in zip(sums, gain, shift, strict=True)])
        state = [[a + b for a, b in zip(old, new, strict=True)] for old, new in zip(state, fresh, strict=True)] if layer else fresh  # fmt: skip
    pooled = [max(row[i] for row in state) for i in range(WIDTH)]
    pooled += [sum(row[i] for row in state) / len(state) for i in range(WIDTH)]
    for head in net.heads.T.tolist():
        looks = [math.exp(sum(a * b for a, b in zip(row, head, strict=True))) for row in state]
        pooled += [
            sum(look * row[i] for look, row in zip(looks, state, strict=True)) / sum(looks) for i in range(WIDTH)
        ]
    return [
        float(net.bias[c]) + sum(value * float(net.out[i][c]) for i, value in enumerate(pooled)) for c in range(CLASSES)
    ]


@pytest.mark.parametrize("codes", [[101], [103, 99], [100, 107, 102, 102, 5000, 109, 101, 104, 100, 106, 103, 107]])
def test_the_net_is_the_slow_arithmetic(net: SeverityNet, codes: list[int]) -> None:
    assert net.logits([np.array(codes, np.uint32)])[0] == pytest.approx(slowly(net, codes), abs=1e-4)


def test_a_text_is_judged_alike_in_any_company_and_an_empty_one_too(net: SeverityNet) -> None:
    texts = [CHANCE.integers(98, 112, length).astype(np.uint32) for length in (0, 1, 3, 40)]
    together = net.logits(texts)
    assert np.isfinite(together).all()
    assert all((net.logits([text])[0] == row).all() for text, row in zip(texts, together, strict=True))


def test_the_shipped_net_is_small_and_holds_no_objects() -> None:
    path = MODELS / "severity_net.npz"
    assert path.stat().st_size <= 2 << 20
    assert np.isfinite(load_net(path).table).all()


def test_a_glance_sums_the_weights_of_one_and_two_characters_of_each_text() -> None:
    glance = Glance(table=some(1 << BITS), threshold=0.1)
    texts = ["漏水", "漏", "", "外机掉下来了漏水"]

    def score(text: str) -> float:
        grams = [text[at : at + n] for n in (1, 2) for at in range(len(text) - n + 1)]
        found = [buckets(np.array([hash_of(gram)], np.uint64), len(gram), BITS)[0] for gram in grams]
        return float(sum(glance.table[number] for number in found)) / math.sqrt(len(grams) + EVEN)

    assert glance.scores(batch_of(texts)).tolist() == pytest.approx([score(text) for text in texts], abs=1e-5)
    assert glance.suspects(batch_of(texts)).tolist() == [score(text) >= 0.1 for text in texts]
