"""Suning's nasty cases: ids filled up with zeros, empty texts for prices, promotions out of their time, prices by city."""

import json
import re
from typing import Any

import attrs

from demo.cases.case import Answer, Case, Visit
from demo.site_suning import CITIES

_JSONP = re.compile(r"^([\w$.]+)\((.*)\);?\s*$", re.DOTALL)
PRICES = ("pas.suning.com", "icps.suning.com")


def _emptied(visit: Visit, usual: Answer) -> Answer:
    """Off sale: every price is an empty text."""
    wrapped = _JSONP.match(usual.body.decode())
    value = json.loads(wrapped[2] if wrapped else usual.body)
    rows = value if isinstance(value, list) else value["data"]["price"]["saleInfo"]
    for row in rows:
        row |= {key: "" for key in row if key.endswith("Price") or key == "price"} | {"invStatus": "2"}
    return attrs.evolve(usual, body=_wrapped(value, wrapped))


def _wrapped(value: Any, wrapped: re.Match[str] | None) -> bytes:  # any JSON value
    said = json.dumps(value, ensure_ascii=False)
    return (f"{wrapped[1]}({said});\n" if wrapped else said).encode()


CASES = (
    Case(
        name="suning-padded-ids", number=28, site="suning", hosts=("review.suning.com",),
        about="products as 18 digits with zeros before, in addresses and answers",
        expected="all reviews, once each, under the product's own number",
    ),
    Case(
        name="suning-empty-prices", number=28, site="suning", hosts=PRICES, change=_emptied,
        about="every price is an empty text",
        expected="not for sale: no price, never 0",
    ),
    Case(
        name="suning-promotion-window", number=28, site="suning", hosts=PRICES,
        about="the promotion's price stands in the answer before its start and after its end",
        expected="it counts between them and at no other time",
    ),
    Case(
        name="suning-city-prices", number=28, site="suning", hosts=PRICES,
        about=f"another price in each city ({', '.join(CITIES)})",
        expected="one city only in the history, noted in the price's address: a town is no price move",
    ),
)  # fmt: skip
