"""What the deep stage is made of: texts made ready for it, and the reading of weights from an ONNX file."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.deep_text import LONGEST, deep_texts, shortened
from nlp.deep_weights import BrokenModel, averaged, changed, dequantized, matrices_of, quantized, weights_of


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def tensor(name: str, array: np.ndarray) -> bytes:
    kinds = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7}
    dims = b"".join(varint(1 << 3) + varint(size) for size in array.shape)
    body = dims + varint(2 << 3) + varint(kinds[array.dtype.name]) + field(8, name.encode()) + field(9, array.tobytes())
    return field(5, body)


def node(matrix: str) -> bytes:
    return field(1, field(1, b"x") + field(1, f"{matrix}_quantized".encode()) + field(4, b"MatMulInteger"))


def tiny_model(matrices: int = 24) -> bytes:
    """A graph of 3 x 2 matrices, each with a column scale of 1 and 2, and one bias."""
    parts = [tensor("a.bias", np.array([1, 2], np.float32))]
    for number in range(matrices):
        parts += [
            node(f"m{number}"),
            tensor(f"m{number}_quantized", np.array([[64, 1], [-64, 64], [0, 3]], np.int8)),
            tensor(f"m{number}_scale", np.array([1, 2], np.float32)),
        ]
    return varint(1 << 3) + varint(6) + field(7, b"".join(parts))


def test_arrays_and_matrices_are_read_by_name_and_in_order() -> None:
    model = tiny_model()
    assert weights_of(model)["a.bias"].tolist() == [1, 2]
    stems = matrices_of(model)
    assert (stems["0.query"], stems["0.attention.output"], stems["3.output"]) == ("m0", "m3", "m23")
    assert dequantized(weights_of(model), "m0").tolist() == [[64, 2], [-64, 128], [0, 6]]


def test_a_matrix_comes_back_from_its_whole_numbers() -> None:
    matrix = np.array([[64, 2], [-64, 128], [0, 6]], np.float32)
    whole, scale = quantized(matrix)
    assert whole.dtype == np.int8
    assert (whole * scale == matrix).all()


def test_changes_are_added_and_what_is_not_named_stays() -> None:
    down, up = np.array([[1], [0], [0]], np.float16), np.array([[64, 0]], np.float16)
    found = changed(
        tiny_model(),
        {"1.key.down": down, "1.key.up": up, "a.bias": np.array([5, 6], np.float64), "head.bias": np.zeros(3)},
    )
    assert set(found) == {"m7_quantized", "m7_scale", "a.bias"}
    assert (found["m7_quantized"] * np.asarray(found["m7_scale"])).tolist() == [[128, 2], [-64, 128], [0, 6]]
    assert found["a.bias"].tolist() == [5, 6]


def test_two_tunings_are_averaged_as_the_matrices_they_make() -> None:
    one = {"1.key.down": np.array([[1], [0], [2]], np.float16), "1.key.up": np.array([[64, 0]], np.float16)}
    two = {"1.key.down": np.array([[0], [3], [0]], np.float16), "1.key.up": np.array([[2, 8]], np.float16)}
    both = averaged(one | {"a.bias": np.array([5, 6], np.float32)}, two | {"a.bias": np.array([1, 2], np.float32)})
    products = [changes["1.key.down"] @ changes["1.key.up"] for changes in (one, two, both)]
    assert products[2].tolist() == ((products[0] + products[1]) / 2).tolist()
    assert both["a.bias"].tolist() == [3, 4]


def test_another_number_of_matrices_is_refused() -> None:
    with pytest.raises(BrokenModel, match="23 8-bit matrices"):
        matrices_of(tiny_model(23))


@given(cut=st.integers(0, 5000), junk=st.binary(max_size=40))
def test_bytes_that_are_no_model_are_refused_in_words(cut: int, junk: bytes) -> None:
    for damaged in (tiny_model()[: min(cut, len(tiny_model()) - 1)], junk):
        with pytest.raises(BrokenModel, match=r"\w"):
            weights_of(damaged), matrices_of(damaged)


def test_emoticons_are_put_in_words_and_addresses_left_out() -> None:
    assert deep_texts(["太好了😂 http://t.cn/A6abc", "哈哈哈哈哈哈哈", "退貨"]) == ["太好了[笑哭]  ", "哈哈哈", "退货"]


def test_of_a_long_text_the_beginning_and_the_end_are_read() -> None:
    tokens = list(range(1000))
    kept = shortened(tokens)
    assert len(kept) == LONGEST - 2
    assert (kept[0], kept[-1]) == (0, 999)
    assert shortened(tokens[: LONGEST - 2]) == tokens[: LONGEST - 2]
    begin_and_end = deep_texts(["开头" + "中" * 1_000_000 + "结尾"])[0]
    assert begin_and_end.startswith("开头")
    assert begin_and_end.endswith("结尾")


@given(text=st.text())
def test_any_text_is_made_ready(text: str) -> None:
    assert "\x00" not in deep_texts([text])[0]
