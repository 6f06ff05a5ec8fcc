"""Addresses that are kept for long name nobody and open no door."""

import pytest

from domain.people import document_address, pseudonym, public_address


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://m.weibo.cn/u/1234567890?uid=1234567890", "https://m.weibo.cn/u/_?uid=_"),
        (
            "https://m.weibo.cn/api/container/getIndex?containerid=1076031234567890&page=2",
            "https://m.weibo.cn/api/container/getIndex?containerid=107603_&page=2",
        ),
        ("https://weibo.com/1234567890/QhXk3aBcD?from=page", "https://weibo.com/_/QhXk3aBcD?from=page"),
        (
            "https://weibo.com/ajax/statuses/mymblog?uid=1234567890&page=1",
            "https://weibo.com/ajax/statuses/mymblog?uid=_&page=1",
        ),
        (
            "https://api.example.com/list?nickName=%E5%B0%8F%E6%9D%8E&sku=1",
            "https://api.example.com/list?nickName=_&sku=1",
        ),
        ("https://api.example.com/list?sku=1&h5st=2024%3Babc&sign=ff&token=t", "https://api.example.com/list?sku=1"),
        ("https://user:secret@example.com/feed.xml", "https://example.com/feed.xml"),
        ("https://tieba.baidu.com/home/main/somebody", "https://tieba.baidu.com/home/main/_"),
    ],
)
def test_people_and_sessions_are_out_of_an_address(url: str, kept: str) -> None:
    assert public_address(url) == kept
    assert public_address(kept) == kept


@pytest.mark.parametrize(
    "url",
    [
        "https://club.jd.com/comment/productPageComments.action?productId=100012043978&score=0&page=1",
        "https://m.weibo.cn/api/container/getIndex?containerid=100103type%3D61%26q%3D%E5%B2%9A%E5%B7%9D&page_type=searchall",
        "https://rate.tmall.com/list_detail_rate.htm?itemId=6100&sellerId=22&currentPage=1&callback=jsonp1",
        "https://shop.example.com/p/60l?color=white#reviews",
    ],
)
def test_pages_of_products_and_searches_stay_byte_for_byte(url: str) -> None:
    assert public_address(url) == url


def test_an_address_that_cannot_be_read_keeps_only_its_beginning() -> None:
    assert public_address("https://[broken?uid=1234567890") == "https://[broken"


def test_equal_ids_of_two_sites_stay_apart() -> None:
    assert pseudonym("jd", "a", key=b"k") != pseudonym("weibo", "a", key=b"k")
    assert pseudonym("jd", "", key=b"k") == ""


def test_a_documents_address_still_leads_to_it_and_names_nobody() -> None:
    assert (
        document_address("https://weibo.com/1234567890/QhXk3aBcD?refer_flag=1") == "https://m.weibo.cn/status/QhXk3aBcD"
    )
    assert document_address("https://item.jd.com/100012043978.html") == "https://item.jd.com/100012043978.html"
    assert document_address("https://example.com/p?id=7&uid=9&token=x") == "https://example.com/p?id=7&uid=_"
    assert document_address("") == ""
