"""The weights inside an ONNX file, and how low-rank changes are laid over its 8-bit matrices."""

import struct
from collections.abc import Iterator, Mapping
from math import prod

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
LAYERS = 4
MATRICES = ("query", "key", "value", "attention.output", "intermediate", "output")
"""The six matrices of a layer, in the order in which they stand in the graph."""
LEVELS = 64
"""Matrices are stored as whole numbers of -64 … 64 times a scale per column: 7 bits, so that no processor's sums overflow."""

_TYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 7: np.int64}
_GRAPH, _NODE, _INITIALIZER = 7, 1, 5
_NAME_OF_TENSOR, _DIMS, _TYPE, _RAW, _FLOATS, _NUMBERS = 8, 1, 2, 9, 4, 5
_NODE_INPUT, _NODE_TYPE = 1, 4


class BrokenModel(Exception):
    """Bytes that are no such ONNX file."""


def matrices_of(model: bytes) -> dict[str, str]:
    """Per matrix (`0.query` … `3.output`): the stem of its names in the file, `onnx::MatMul_541` of `onnx::MatMul_541_quantized`."""
    stems = []
    for node in _fields(_graph(model), _NODE):
        if bytes(next(_fields(node, _NODE_TYPE), b"")) == b"MatMulInteger":
            inputs = [bytes(name).decode(errors="replace") for name in _fields(node, _NODE_INPUT)]
            stems.append(inputs[1].removesuffix("_quantized") if len(inputs) > 1 else "")
    names = [f"{layer}.{name}" for layer in range(LAYERS) for name in MATRICES]
    if len(stems) != len(names):
        raise BrokenModel(f"{len(stems)} 8-bit matrices, {len(names)} hoped for")
    return dict(zip(names, stems, strict=True))


def weights_of(model: bytes) -> dict[str, Array]:
    """All stored arrays by name. Raises BrokenModel."""
    return dict(_tensor(tensor) for tensor in _fields(_graph(model), _INITIALIZER))


def changed(model: bytes, changes: Mapping[str, Array]) -> dict[str, Array]:
    """Arrays that take the place of those in the file, by name there.

    changes: `0.query.down` and `0.query.up` … (a matrix gains their product), and whole vectors by their name in the file.
    """
    weights = weights_of(model)
    answer: dict[str, Array] = {}
    for name, stem in matrices_of(model).items():
        if f"{name}.down" in changes:
            matrix = dequantized(weights, stem)
            matrix += np.asarray(changes[f"{name}.down"], np.float32) @ np.asarray(changes[f"{name}.up"], np.float32)
            answer[f"{stem}_quantized"], answer[f"{stem}_scale"] = quantized(matrix)
    for name, array in changes.items():
        if name in weights:
            answer[name] = np.asarray(array, np.float32)
    return answer


def averaged(first: Mapping[str, Array], second: Mapping[str, Array]) -> dict[str, Array]:
    """The changes halfway between two tunings of one start: their matrices change by the mean of both, at the sum of their ranks."""
    answer: dict[str, Array] = {}
    for name, array in first.items():
        one, other = np.asarray(array, np.float32), np.asarray(second[name], np.float32)
        if name.endswith(".down"):
            both = np.concatenate([one, other], axis=1)
        elif name.endswith(".up"):
            both = np.concatenate([one, other], axis=0) / 2
        else:
            both = (one + other) / 2
        answer[name] = both.astype(array.dtype)
    return answer


def dequantized(weights: Mapping[str, Array], stem: str) -> NDArray[np.float32]:
    """One matrix as numbers, inputs × outputs."""
    return np.asarray(weights[f"{stem}_quantized"], np.float32) * np.asarray(weights[f"{stem}_scale"], np.float32)


def quantized(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers and the scale of each column."""
    scale = np.maximum(np.abs(matrix).max(axis=0), 1e-9) / np.float32(LEVELS)
    return np.rint(matrix / scale).astype(np.int8), scale.astype(np.float32)


def _graph(model: bytes) -> memoryview:
    for part in _fields(memoryview(model), _GRAPH):
        return part
    raise BrokenModel("no graph in it")


def _tensor(data: memoryview) -> tuple[str, Array]:
    """Name and array of a TensorProto."""
    name, kind, dims, raw, small = "", 0, [], memoryview(b""), []
    for field, value in _all_fields(data):
        if field == _DIMS:
            dims += [value] if isinstance(value, int) else _packed(value)
        elif field == _TYPE and isinstance(value, int):
            kind = value
        elif field == _NAME_OF_TENSOR and not isinstance(value, int):
            name = bytes(value).decode(errors="replace")
        elif (field == _RAW and not isinstance(value, int)) or (field == _FLOATS and not isinstance(value, int)):
            raw = value
        elif field == _NUMBERS:
            small += [value] if isinstance(value, int) else _packed(value)
    if kind not in _TYPES:
        raise BrokenModel(f"array {name!r} of kind {kind}")
    whole = len(raw) // np.dtype(_TYPES[kind]).itemsize * np.dtype(_TYPES[kind]).itemsize
    array = np.array(small, _TYPES[kind]) if small else np.frombuffer(raw[:whole], _TYPES[kind])
    if array.size != prod(dims):
        raise BrokenModel(f"array {name!r} holds {array.size} numbers, {prod(dims)} hoped for")
    return name, array.reshape(dims)


def _fields(data: memoryview, wanted: int) -> Iterator[memoryview]:
    """The nested messages and strings of one field number."""
    for field, value in _all_fields(data):
        if field == wanted and not isinstance(value, int):
            yield value


def _all_fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Fields of a protobuf message in order: numbers as int, all else as bytes. Source: protobuf's encoding guide."""
    at = 0
    try:
        while at < len(data):
            key, at = _varint(data, at)
            field, wire = key >> 3, key & 7
            if wire == 0:
                value, at = _varint(data, at)
                yield field, value
            elif wire in (1, 2, 5):
                size, at = (8, at) if wire == 1 else (4, at) if wire == 5 else _varint(data, at)
                if at + size > len(data):
                    raise BrokenModel("it ends too early")
                yield field, data[at : at + size]
                at += size
            else:
                raise BrokenModel(f"wire type {wire}")
    except (IndexError, struct.error) as error:
        raise BrokenModel("it ends too early") from error


def _packed(data: memoryview) -> list[int]:
    numbers, at = [], 0
    while at < len(data):
        number, at = _varint(data, at)
        numbers.append(number)
    return numbers


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return number, at
