import pytest

from nlp.paid import paid_praise


@pytest.mark.parametrize(
    "text",
    [
        "客服说好评返现10元，我才给的五星",
        "箱子里有张好評返現卡",
        "晒图返5元，到现在没收到",
        "五星加晒图，截图给客服就送红包",
        "说好的好评返现，一直没给",
        "没有惊喜，好评有礼而已",
    ],
)
def test_a_reward_for_praise_is_found(text: str) -> None:
    assert paid_praise(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "好评送上",
        "没有好评返现，是真心觉得好",
        "不是为了返现才写的评价",
        "政府补贴返现到账了",
        "抢到红包很开心，机器好评",
        "以旧换新返了五百。制冷不错，好评。",
        "\ud800好评\x00" * 3,
    ],
)
def test_ordinary_praise_and_other_refunds_are_no_reward(text: str) -> None:
    assert paid_praise(text) == ""
