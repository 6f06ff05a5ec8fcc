"""Content codings: what the bytes are counts, not the label, and a cap holds."""

import gzip
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from crawlers.decoding import TooLarge, decoded

TEXT = "漏水，师傅很好 ".encode() * 400
JSON = b'{"comments": ["' + b"1" * 300 + b'"]}'
CODERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
CAP = 1_000_000


@pytest.mark.parametrize("label", [*CODERS, "x-gzip"])
@pytest.mark.parametrize("really", CODERS)
@pytest.mark.parametrize("body", [TEXT, JSON])
def test_a_wrong_label_does_no_harm(label: str, really: str, body: bytes) -> None:
    found = decoded(CODERS[really](body), [label], cap=CAP)
    assert (found.body, found.whole) == (body, True)


@pytest.mark.parametrize("label", CODERS)
@pytest.mark.parametrize(
    "body", [TEXT, JSON, b"plain", "空调".encode("gb18030") * 40, b"", b"\r\n\r\n{}", b"\xef\xbb\xbf[1]"]
)
def test_a_body_that_bears_no_coding_is_left_alone(label: str, body: bytes) -> None:
    found = decoded(body, [label], cap=CAP)
    assert (found.body, found.whole) == (body, True)


def test_gzip_without_a_label_and_deflate_without_its_frame_are_read() -> None:
    assert decoded(gzip.compress(TEXT), [], cap=CAP).body == TEXT
    bare = zlib.compress(TEXT)[2:-4]
    assert decoded(bare, ["deflate"], cap=CAP).body == TEXT
    assert decoded(gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]), ["gzip"], cap=CAP).body == TEXT


def test_codings_are_undone_in_turn() -> None:
    assert decoded(brotli.compress(gzip.compress(TEXT)), ["gzip", "br"], cap=CAP).body == TEXT


@pytest.mark.parametrize("really", CODERS)
def test_a_cut_stream_gives_what_arrived_and_says_so(really: str) -> None:
    noisy = bytes(range(256)) * 2000
    whole = CODERS[really](noisy + zlib.compress(noisy))
    found = decoded(whole[: len(whole) - 5], [really], cap=CAP)
    assert not found.whole


@pytest.mark.parametrize("label", CODERS)
@pytest.mark.parametrize("really", CODERS)
def test_a_bomb_is_refused_or_cut_under_every_label(label: str, really: str) -> None:
    bomb = CODERS[really](b"0" * 40_000_000)
    with pytest.raises(TooLarge):
        decoded(bomb, [label], cap=CAP)
    assert decoded(bomb, [label], cap=CAP, cut=True).body == b"0" * CAP


@given(st.binary(max_size=400), st.sampled_from([*CODERS, "identity", "strange", ""]))
def test_any_bytes_under_any_label_give_bytes(body: bytes, label: str) -> None:
    assert isinstance(decoded(body, [label], cap=CAP).body, bytes)
