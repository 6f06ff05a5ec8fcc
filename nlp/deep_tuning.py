"""Tunes BGE-small-zh to moods: low-rank changes of its matrices and a head, by gradient steps in torch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import cos, pi
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.deep_weights import LAYERS, Array, dequantized, matrices_of, weights_of
from nlp.extras import torch_library
from nlp.sentiment import Floats

RANK = 16
"""Rank of each matrix's change: 600,000 numbers in all."""
HEADS, WIDTH = 8, 512
BIASES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attention.output": "attention.output.dense",
    "intermediate": "intermediate.dense",
    "output": "output.dense",
}
"""Each matrix of a layer and the stem of its bias's name in the file."""
STEP, HEAD_STEP = 5e-4, 1e-3
"""Largest learning rates, of the changes and of the head."""
AT_ONCE = 32
"""Texts a step."""
WARM = 0.06
"""Share of the steps in which the learning rate rises; then it falls like a half cosine."""
DECAY, DROPOUT, FEELING_SHARE = 0.01, 0.1, 0.3
FEELINGS = 7
"""Kinds of feeling that the second head learns beside the mood, where a set names them: it is left out when reading."""


@attrs.frozen(kw_only=True, eq=False)
class Lesson:
    """What is learned from."""

    tokens: Sequence[Sequence[int]]
    """Token numbers of each text, first and last special ones included."""
    moods: NDArray[np.int64]
    """0 negative, 1 neutral, 2 positive, -1 not known."""
    feelings: NDArray[np.int64]
    """0 … FEELINGS - 1, -1 not known."""
    weights: Floats


Tensors = dict[str, Any]
"""torch's arrays by name; torch ships types, but is no dependency of ours."""


def tune(
    model: bytes,
    lesson: Lesson,
    *,
    rounds: float,
    seed: int = 1,
    start: Mapping[str, Array] | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Array]:
    """The changes as `deep_weights.changed` takes them, with `head.weight` and `head.bias` beside them.

    rounds: how often each text is seen; may end within a round. start: earlier changes to go on from, at half the pace. Raises InvalidSettings without torch.
    """
    torch = _torch()
    torch.manual_seed(seed)
    held, free = _held(model), _free(model, start or {})
    pace = 0.5 if start else 1.0
    fast = [array for name, array in free.items() if name.startswith("head")]
    slow = [array for name, array in free.items() if not name.startswith("head")]
    steps = int(rounds * len(lesson.tokens) / AT_ONCE)
    optimizer = torch.optim.AdamW(
        [{"params": slow, "lr": pace * STEP}, {"params": fast, "lr": pace * HEAD_STEP}], weight_decay=DECAY
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    for step, chosen in enumerate(_portions(lesson, steps, seed)):
        with torch.autocast("cpu", dtype=torch.bfloat16):  # half as slow; the free arrays stay exact
            loss = _loss(held, free, lesson, chosen)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(slow + fast, 1.0)
        optimizer.step()
        schedule.step()
        if (step + 1) % 100 == 0:
            tell(f"step {step + 1} of {steps}, loss {float(loss.detach()):.3f}")
    return {name: _stored(name, array.detach().numpy()) for name, array in free.items() if "feelings" not in name}


def _stored(name: str, array: Array) -> Array:
    return array.astype(np.float16) if name.endswith((".down", ".up")) else array


def _held(model: bytes) -> Tensors:
    """What is not trained: the matrices and the tables of words and places."""
    torch, weights = _torch(), weights_of(model)

    def table(name: str) -> Floats:
        zero = np.asarray(weights[f"{name}_zero_point"], np.float32)
        answer: Floats = (np.asarray(weights[f"{name}_quantized"], np.float32) - zero) * np.float32(
            weights[f"{name}_scale"]
        )
        return answer

    places = table("embeddings.position_embeddings.weight") + table("embeddings.token_type_embeddings.weight")[0]
    held = {"words": table("embeddings.word_embeddings.weight"), "places": places}
    held |= {name: dequantized(weights, stem) for name, stem in matrices_of(model).items()}
    return {name: torch.tensor(array) for name, array in held.items()}


def _free(model: bytes, start: Mapping[str, Array]) -> Tensors:
    """What is trained, by the names of the changes: low-rank pairs, every bias and norm, and two heads."""
    torch, weights = _torch(), weights_of(model)
    free = {name: torch.tensor(array) for name, array in weights.items() if name.endswith((".bias", ".weight"))}
    for name, stem in matrices_of(model).items():
        inputs, outputs = weights[f"{stem}_quantized"].shape
        free[f"{name}.down"] = torch.randn(inputs, RANK) / inputs**0.5
        free[f"{name}.up"] = torch.zeros(RANK, outputs)
    for head, kinds in (("head", 3), ("head.feelings", FEELINGS)):
        free[f"{head}.weight"] = torch.randn(2 * WIDTH, kinds) * 0.02
        free[f"{head}.bias"] = torch.zeros(kinds)
    free |= {name: torch.tensor(np.asarray(array, np.float32)) for name, array in start.items()}
    return {name: array.requires_grad_() for name, array in free.items()}


def _logits(held: Tensors, free: Tensors, ids: Any, mask: Any) -> tuple[Any, Any]:
    """Logits of moods and of feelings, with dropout."""
    torch = _torch()
    functional = torch.nn.functional

    def norm(x: Any, name: str) -> Any:
        return functional.layer_norm(x, (WIDTH,), free[f"{name}.weight"], free[f"{name}.bias"], 1e-12)

    def times(x: Any, layer: int, name: str) -> Any:
        stem = f"{layer}.{name}"
        bias = free[f"encoder.layer.{layer}.{BIASES[name]}.bias"]
        return x @ held[stem] + bias + (x @ free[f"{stem}.down"]) @ free[f"{stem}.up"]

    rows, length = ids.shape
    x = norm(functional.embedding(ids, held["words"]) + held["places"][:length], "embeddings.LayerNorm")
    seen = torch.where(mask[:, None, None, :], 0.0, -1e9)
    for layer in range(LAYERS):
        q, k, v = (times(x, layer, n).view(rows, length, HEADS, -1).transpose(1, 2) for n in ("query", "key", "value"))
        heard = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen.to(q.dtype))
        heard = times(heard.transpose(1, 2).reshape(rows, length, WIDTH), layer, "attention.output")
        x = norm(x + functional.dropout(heard, DROPOUT), f"encoder.layer.{layer}.attention.output.LayerNorm")
        thought = times(functional.gelu(times(x, layer, "intermediate")), layer, "output")
        x = norm(x + functional.dropout(thought, DROPOUT), f"encoder.layer.{layer}.output.LayerNorm")
    shares = mask[:, :, None] / mask.sum(1)[:, None, None]
    pooled = functional.dropout(torch.cat([x[:, 0], (x * shares).sum(1)], 1), DROPOUT)
    moods, feelings = (pooled @ free[f"{name}.weight"] + free[f"{name}.bias"] for name in ("head", "head.feelings"))
    return moods, feelings


def _loss(held: Tensors, free: Tensors, lesson: Lesson, chosen: NDArray[np.int64]) -> Any:
    torch = _torch()
    moods, feelings = _logits(held, free, *_padded([lesson.tokens[place] for place in chosen]))
    weights = torch.tensor(lesson.weights[chosen])
    answer = 0.0
    for logits, wanted, share in ((moods, lesson.moods, 1.0), (feelings, lesson.feelings, FEELING_SHARE)):
        target = torch.tensor(wanted[chosen])
        each = torch.nn.functional.cross_entropy(logits.float(), target.clamp(min=0), reduction="none")
        answer = answer + share * (each * (target >= 0) * weights).mean()
    return answer


def _padded(tokens: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    torch = _torch()
    longest = max(map(len, tokens))
    ids = torch.tensor([[*row, *[0] * (longest - len(row))] for row in tokens])
    lengths = torch.tensor([len(row) for row in tokens])
    return ids, torch.arange(longest)[None, :] < lengths[:, None]


def _portions(lesson: Lesson, steps: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Texts of like length together, in an order by chance."""
    chance, lengths, done = np.random.default_rng(seed), np.array([len(row) for row in lesson.tokens]), 0
    while True:
        order = chance.permutation(len(lengths))
        pools = [order[at : at + 50 * AT_ONCE] for at in range(0, len(order), 50 * AT_ONCE)]
        parts = [
            part[at : at + AT_ONCE]
            for pool in pools
            for part in [pool[np.argsort(lengths[pool], kind="stable")]]
            for at in range(0, len(part), AT_ONCE)
        ]
        for place in chance.permutation(len(parts)):
            if done == steps:
                return
            done += 1
            yield parts[place]


def _rate(step: int, steps: int) -> float:
    warm = max(1, int(WARM * steps))
    return min((step + 1) / warm, 0.5 * (1 + cos(pi * min(1.0, step / max(1, steps)))) + 1e-3)


def _torch() -> Any:
    return torch_library(needed_for="tuning the deep stage")
