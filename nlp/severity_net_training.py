"""Trains the second look at grave matters in torch: first to see in a text what BGE sees in it, then to tell the classes apart."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.characters import Codes
from nlp.deep_files import checked, model_folder
from nlp.deep_training import tokens_of
from nlp.deep_weights import weights_of
from nlp.extras import library, torch_library
from nlp.sentiment import Floats
from nlp.severity_net import CHARACTERS, DILATIONS, HEADS, UNKNOWN, SeverityNet, table_rows

WIDTH, INPUTS, CLASSES = 128, 64, 5
TAUGHT = 192
"""Main directions of BGE's states that the net learns to foretell first: 88 % of their variance."""
AT_ONCE, ROUNDS, TAUGHT_ROUNDS = 64, 6, 8
STEP, TAUGHT_STEP = 7e-4, 2e-3
HIDDEN, TAUGHT_HIDDEN = 0.06, 0.03
"""Share of the characters that are made unknown while learning."""
DROPOUT, DECAY, SMOOTHING = 0.3, 0.02, 0.03
SELDOM = 3
"""A character in fewer texts is unknown."""
LONGEST = 240
Tell = Callable[[str], None]


@attrs.frozen(kw_only=True, eq=False)
class Lesson:
    """What is learned from."""

    codes: Sequence[Codes]
    """Of each text, as `severity_features.abstracted` gives them."""
    labels: NDArray[np.int64]
    weights: Floats

    def only(self, chosen: NDArray[np.bool_]) -> "Lesson":
        """The chosen texts."""
        places = np.flatnonzero(chosen).tolist()
        return Lesson(
            codes=[self.codes[place] for place in places], labels=self.labels[chosen], weights=self.weights[chosen]
        )


@attrs.frozen(kw_only=True, eq=False)
class Start:
    """A net that knows no classes yet."""

    characters: Codes
    arrays: dict[str, Floats]


def states_of(texts: Sequence[str]) -> Floats:
    """What BGE, untuned, sees in each text: last state of the first token and mean of all, 1,024 numbers. Raises MissingExtra."""
    session_of = library("onnxruntime", needed_for="the teacher of the severity net", extra="nlp-deep").InferenceSession
    session = session_of(checked("model.onnx", model_folder()), providers=["CPUExecutionProvider"])
    answer = np.zeros((len(texts), 1024), np.float32)
    for row, tokens in enumerate(tokens_of(texts)):
        given = np.array([tokens], np.int64)
        states = session.run(
            None, {"input_ids": given, "attention_mask": np.ones_like(given), "token_type_ids": np.zeros_like(given)}
        )[0][0]
        answer[row] = np.concatenate([states[0], states.mean(axis=0)])
    return answer


def taught(codes: Sequence[Codes], states: Floats, tell: Tell) -> Start:
    """A net that foretells the main directions of the states. codes: of the texts the states are of."""
    characters = _characters(codes)
    lesson = Lesson(codes=codes, labels=np.zeros(len(codes), np.int64), weights=np.ones(len(codes), np.float32))
    whole = states / np.linalg.norm(states, axis=1, keepdims=True)
    whole -= whole.mean(axis=0)
    _, _, directions = np.linalg.svd(whole[::3], full_matrices=False)
    wanted = (whole @ directions[:TAUGHT].T).astype(np.float32)
    torch = _torch()
    target = torch.tensor(wanted / wanted.std())

    def loss(answer: Any, chosen: NDArray[np.int64]) -> Any:
        return torch.nn.functional.mse_loss(answer, target[chosen])

    net = _fresh(torch, _word_table(characters), TAUGHT)
    _learn(
        torch, net, lesson, characters, loss, rounds=TAUGHT_ROUNDS, step=TAUGHT_STEP, hidden=TAUGHT_HIDDEN, tell=tell
    )
    arrays = {name: array.detach().numpy() for name, array in net.items() if name not in ("out", "bias")}
    return Start(characters=characters, arrays=arrays)


def tuned(start: Start, lesson: Lesson, *, seed: int = 1, tell: Tell = lambda line: None) -> SeverityNet:
    """The net that tells the classes apart."""
    torch = _torch()
    net = _fresh(torch, start.arrays["table"], CLASSES, seed=seed)
    for name, array in start.arrays.items():
        net[name] = torch.tensor(array).requires_grad_()
    labels, weights = torch.tensor(lesson.labels), torch.tensor(lesson.weights)

    def loss(answer: Any, chosen: NDArray[np.int64]) -> Any:
        each = torch.nn.functional.cross_entropy(answer, labels[chosen], reduction="none", label_smoothing=SMOOTHING)
        return (each * weights[chosen]).sum() / weights[chosen].sum()

    _learn(
        torch,
        net,
        lesson,
        start.characters,
        loss,
        rounds=ROUNDS,
        step=STEP,
        hidden=HIDDEN,
        dropout=DROPOUT,
        seed=seed,
        tell=tell,
    )
    return _stored(net, start.characters)


def _learn(
    torch: Any,
    net: dict[str, Any],
    lesson: Lesson,
    characters: Codes,
    loss: Callable[[Any, NDArray[np.int64]], Any],
    *,
    rounds: int,
    step: float,
    hidden: float,
    dropout: float = 0.05,
    seed: int = 1,
    tell: Tell,
) -> None:
    chance = np.random.default_rng(seed)
    rows = [table_rows(codes[:LONGEST], characters) for codes in lesson.codes]
    free = list(net.values())
    optimizer = torch.optim.AdamW(free, lr=step, weight_decay=DECAY)
    steps = rounds * (len(rows) // AT_ONCE + 2) + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, step, total_steps=steps + 200, pct_start=0.1)
    for turn in range(rounds):
        total, count = 0.0, 0
        for chosen in _portions(rows, chance):
            given = _padded(torch, [_with_unknown(rows[place], hidden, chance) for place in chosen.tolist()])
            value = loss(_answer(torch, net, given, dropout), chosen)
            optimizer.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(free, 1.0)
            optimizer.step()
            schedule.step()
            total, count = total + float(value.detach()), count + 1
        tell(f"round {turn + 1} of {rounds}, loss {total / max(count, 1):.4f}")


def _fresh(torch: Any, table: Floats, outputs: int, *, seed: int = 1) -> dict[str, Any]:
    torch.manual_seed(seed)
    net = {"table": torch.tensor(table), "heads": torch.randn(WIDTH, HEADS) / WIDTH**0.5}
    for layer in range(len(DILATIONS)):
        inputs = WIDTH if layer else table.shape[1]
        net[f"weights.{layer}"] = torch.randn(3, inputs, WIDTH) / (3 * inputs) ** 0.5
        net[f"scales.{layer}"] = torch.tensor([0.0, 1.0, 0.0])[:, None].repeat(1, WIDTH)
    pooled = (2 + HEADS) * WIDTH
    net |= {"out": torch.randn(pooled, outputs) / pooled**0.5 / 2, "bias": torch.zeros(outputs)}
    return {name: array.requires_grad_() for name, array in net.items()}


def _answer(torch: Any, net: dict[str, Any], given: Any, dropout: float) -> Any:
    """As `SeverityNet.logits`, for many texts at once, with dropout."""
    functional = torch.nn.functional
    mask = (given > 0)[:, :, None]
    state = functional.dropout(functional.embedding(given, net["table"]), dropout)
    for layer, reach in enumerate(DILATIONS):
        bias, gain, shift = net[f"scales.{layer}"]
        kernel = net[f"weights.{layer}"].permute(2, 1, 0)
        seen = (state * mask).transpose(1, 2)
        fresh = functional.conv1d(seen, kernel, bias, padding=reach, dilation=reach).transpose(1, 2)
        fresh = functional.relu(functional.layer_norm(fresh, (WIDTH,), gain, shift))
        state = state + fresh if layer else fresh
    largest = state.masked_fill(~mask, -1e4).amax(1)
    mean = (state * mask).sum(1) / mask.sum(1)
    looks = (state @ net["heads"]).masked_fill(~mask, -1e4).softmax(1)
    weighted = torch.einsum("blw,blk->bkw", state, looks).flatten(1)
    pooled = functional.dropout(torch.cat([largest, mean, weighted], 1), dropout)
    return pooled @ net["out"] + net["bias"]


def _stored(net: dict[str, Any], characters: Codes) -> SeverityNet:
    arrays = {name: array.detach().numpy().astype(np.float16).astype(np.float32) for name, array in net.items()}
    return SeverityNet.of(characters, arrays)


def _characters(codes: Sequence[Codes]) -> Codes:
    found, counts = np.unique(np.concatenate([np.unique(one) for one in codes]), return_counts=True)
    return found[counts >= SELDOM].astype(np.uint32)


def _word_table(characters: Codes) -> Floats:
    """First values of the table: BGE's own for each character, in their main directions; chance for stand-ins."""
    tokenizers = library("tokenizers", needed_for="the teacher of the severity net", extra="nlp-deep")
    known = tokenizers.Tokenizer.from_str(checked("tokenizer.json", model_folder()).decode()).get_vocab()
    weights, name = weights_of(checked("model.onnx", model_folder())), "embeddings.word_embeddings.weight"
    words = np.asarray(weights[f"{name}_quantized"], np.float32) - np.asarray(weights[f"{name}_zero_point"], np.float32)
    here = np.array([known.get(chr(code), -1) for code in characters.tolist()])
    seen = words[here[here >= 0]]
    seen = seen - seen.mean(axis=0)
    _, _, directions = np.linalg.svd(seen, full_matrices=False)
    seen = seen @ directions[:INPUTS].T
    table = np.random.default_rng(1).normal(0, 0.5, (CHARACTERS + len(characters), INPUTS)).astype(np.float32)
    table[CHARACTERS + np.flatnonzero(here >= 0)] = seen / seen.std()
    table[0] = 0
    return table


def _with_unknown(rows: NDArray[np.int64], share: float, chance: np.random.Generator) -> NDArray[np.int64]:
    return np.where(chance.random(len(rows)) < share, UNKNOWN, rows)


def _padded(torch: Any, rows: Sequence[NDArray[np.int64]]) -> Any:
    answer = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for place, row in enumerate(rows):
        answer[place, : len(row)] = row
    return torch.tensor(answer)


def _portions(rows: Sequence[NDArray[np.int64]], chance: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Texts of like length together, in an order by chance."""
    lengths, order = np.array(list(map(len, rows))), chance.permutation(len(rows))
    pools = [order[at : at + 50 * AT_ONCE] for at in range(0, len(order), 50 * AT_ONCE)]
    parts = [
        part
        for pool in pools
        for part in np.array_split(pool[np.argsort(lengths[pool], kind="stable")], max(1, round(len(pool) / AT_ONCE)))
    ]
    for place in chance.permutation(len(parts)).tolist():
        yield parts[place]


def _torch() -> Any:
    return torch_library(needed_for="training the severity net")
