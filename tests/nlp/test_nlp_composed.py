from collections import Counter

import numpy as np

from nlp.composed import MOODS, SHARES, compose, compose_all, phrase_count
from nlp.figures import alarm_figures


def test_the_same_seed_composes_the_same_posts() -> None:
    assert compose(200, seed=3) == compose(200, seed=3)
    assert compose(200, seed=3) != compose(200, seed=4)


def test_several_hundred_phrases_make_thousands_of_different_posts() -> None:
    posts = compose_all(3000)
    assert phrase_count() > 600
    assert len({post.text for post in posts}) == len(posts) > 2900


def test_no_word_list_or_choice_is_left_open() -> None:
    assert not [post.text for post in compose_all(3000) if set(post.text) & set("{}()|")]


def test_the_moods_come_in_their_shares() -> None:
    posts = compose_all(3000)
    found = Counter(post.mood for post in posts)
    assert all(abs(found[mood] / len(posts) - SHARES[mood]) < 0.04 for mood in range(len(MOODS)))


def test_the_posts_kept_for_measuring_share_no_judgement_with_those_trained_on() -> None:
    seen, unseen = compose(4000), compose(1500, unseen=True)
    assert not {post.text for post in seen} & {post.text for post in unseen}
    phrase = "没让我跑腿"
    assert {phrase in "".join(post.text for post in side) for side in (seen, unseen)} == {True, False}


def test_threshold_figures_are_weighted_to_the_share_of_negatives() -> None:
    negative = np.array([0.95, 0.85, 0.55, 0.2, 0.92, 0.1, 0.1, 0.1], np.float32)
    labels = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    found = alarm_figures(negative, labels, share=0.5)
    assert found["0.5"] == {"precision": 0.75, "recall": 0.75}
    assert found["0.9"] == {"precision": 0.5, "recall": 0.25}
    assert alarm_figures(negative, labels, share=0.1)["0.5"]["precision"] == 0.25
