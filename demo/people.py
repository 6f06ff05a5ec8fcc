"""The invented people: who posts, and how the shop masks a buyer's name."""

from random import Random

from demo.catalogue import BRANDS, Brand
from demo.events import Author
from demo.grammar import WORDS

# Real Weibo uids have ten digits and begin with 1–7: 9 belongs to nobody.
EVERYBODY, NEWCOMERS, OFFICIALS = 9_000_000_000, 9_500_000_000, 9_900_000_000
CROWD = 6_000
"""How many ordinary people there are."""


def somebody(rng: Random) -> Author:
    """One of the crowd."""
    return person(rng.randrange(CROWD))


def person(number: int) -> Author:
    """The person with this number, always the same."""
    return _author(EVERYBODY + number * 137 % 400_000_000, Random(number * 31 + 7))


def newcomer(play: int, number: int) -> Author:
    """A person who has never spoken before this play of a script."""
    return _author(NEWCOMERS + play * 100_000 + number * 7, Random(f"newcomer/{play}/{number}"))


def official(brand: Brand) -> Author:
    """The brand's own account."""
    return Author(
        uid=OFFICIALS + brand.code, name=f"{brand.name}官方微博", verified_type=2,
        verified_reason=f"{brand.name}电器官方微博", followers=180_000 + 90_000 * brand.code, region="浙江",
    )  # fmt: skip


OFFICIAL_ACCOUNTS = {official(b).uid: b for b in BRANDS}
DOCTOR = Author(
    uid=OFFICIALS + 11, name="急诊科陈小舟", verified_type=0,
    verified_reason="知名健康博主 急诊科医生", followers=2_360_000, region="浙江",
)  # fmt: skip
NEWSROOM = Author(
    uid=OFFICIALS + 12,
    name="江岸新闻台",
    verified_type=3,
    verified_reason="江岸新闻台官方微博",
    followers=5_120_000,
    region="湖北",
)
REGULATOR = Author(
    uid=OFFICIALS + 13, name="江岸市场监管", verified_type=1,
    verified_reason="江岸市市场监督管理局官方微博", followers=310_000, region="湖北",
)  # fmt: skip


def masked_nickname(rng: Random) -> str:
    """As JD shows a buyer: first and last letter."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    if rng.random() < 0.4:
        name = rng.choice(WORDS["name_first"]) + rng.choice(WORDS["name_second"])
        return f"{name[0]}***{name[-1]}"
    return f"{rng.choice(letters)}***{rng.choice(letters + '0123456789')}"


def _author(uid: int, rng: Random) -> Author:
    name = rng.choice(WORDS["name_first"]) + rng.choice(WORDS["name_second"])
    if rng.random() < 0.6:
        name += str(rng.randrange(10, 9999))
    known = rng.random() < 0.02
    return Author(
        uid=uid,
        name=name,
        verified_type=0 if known else -1,
        verified_reason="生活博主" if known else "",
        followers=int(rng.lognormvariate(5.0, 1.2)) * (20 if known else 1),
        region=rng.choice(WORDS["region"]),
    )
