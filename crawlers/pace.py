"""The pace of a person who reads: how far each turn of the wheel goes, and how long each look lasts."""

import random
from datetime import timedelta

_LOOK_S = (0.7, 2.6)
_AFTER_PRESS_S = (1.4, 4.2)
_PIXELS = (320, 880)
_BACK = 0.12
"""How often a reader scrolls back a little."""


class Pace:
    """One visit's pace: the same seed gives the same visit."""

    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)

    def scroll_pixels(self) -> int:
        """How far the next turn of the wheel goes; negative = back up."""
        pixels = self._chance.randint(*_PIXELS)
        return -pixels // 3 if self._chance.random() < _BACK else pixels

    def look(self) -> timedelta:
        """Product time before the next turn of the wheel."""
        return timedelta(seconds=self._chance.uniform(*_LOOK_S))

    def after_press(self) -> timedelta:
        """Product time after something was pressed."""
        return timedelta(seconds=self._chance.uniform(*_AFTER_PRESS_S))

    def spot(self, width: float, height: float) -> tuple[float, float]:
        """Where on a button the finger lands, from its upper left corner."""
        return width * self._chance.uniform(0.25, 0.75), height * self._chance.uniform(0.25, 0.75)
