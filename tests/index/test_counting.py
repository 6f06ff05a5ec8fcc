import attrs
import pytest

from domain.analysis import Polarity
from index.counting import SPAM, SURE, counts_as_negative
from tests.contracts.samples import document


@pytest.mark.parametrize(("p_negative", "counts"), [(SURE - 0.01, False), (SURE, True), (0.97, True)])
def test_a_negative_that_the_model_is_not_sure_of_does_not_count(p_negative: float, counts: bool) -> None:
    read = attrs.evolve(document("a"), sentiment=Polarity.NEGATIVE, p_negative=p_negative)
    assert counts_as_negative(read) is counts


def test_clear_spam_and_a_sites_filler_do_not_count_however_negative() -> None:
    sure = attrs.evolve(document("a"), sentiment=Polarity.NEGATIVE, p_negative=0.97)
    assert counts_as_negative(sure)
    assert not counts_as_negative(attrs.evolve(sure, spam=SPAM))
    assert not counts_as_negative(attrs.evolve(sure, default_text=True))
