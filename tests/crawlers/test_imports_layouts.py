"""Outputs of other tools and exports of back offices are known by their columns: site, kind, ids, times and counts.

The column names are those of weibo-search and weibo-crawler (github.com/dataabc) and MediaCrawler (github.com/NanmiCoder);
all rows are invented.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.imports.guessing import guess_columns
from crawlers.imports.mapping import Guess
from domain.documents import AuthorKind, Kind, Post, Review
from domain.times import iso_shanghai
from tests.crawlers.imported import as_csv, as_database, as_json, as_jsonl, as_workbook, noted, read, refused, taken

AT = 1780275900
"""2026-06-01 09:05 in Shanghai."""
WRITTEN = "2026-06-01T09:05:00+08:00"

XHS_NOTE: dict[str, Any] = {
    "note_id": "66fa0000000000000000a001", "type": "normal", "title": "热水器避坑", "desc": "装好第二天就漏水", "video_url": "", "time": AT * 1000,
    "last_update_time": AT * 1000, "user_id": "5ff0a1", "nickname": "甲", "avatar": "https://x/a.jpg", "liked_count": "1.2万", "collected_count": "310",
    "comment_count": "85", "share_count": "40", "ip_location": "湖北", "image_list": "https://x/1.jpg,https://x/2.jpg", "tag_list": "热水器,避坑",
    "last_modify_ts": 1780300000000, "note_url": "https://www.xiaohongshu.com/explore/66fa0000000000000000a001", "source_keyword": "热水器", "xsec_token": "t",
}  # fmt: skip
XHS_COMMENT: dict[str, Any] = {
    "comment_id": "66fb0000000000000000b001", "create_time": AT * 1000, "ip_location": "广东", "note_id": "66fa0000000000000000a001", "content": "我家也漏",
    "user_id": "5ff0a2", "nickname": "乙", "avatar": "", "sub_comment_count": 0, "pictures": "", "parent_comment_id": 0, "last_modify_ts": 1, "like_count": "7",
}  # fmt: skip
WEIBO_NOTE = {
    "note_id": "5250000000000012", "content": "漏水了", "create_time": AT, "create_date_time": "2026-06-01 09:05:00+08:00", "liked_count": "5",
    "comments_count": "4", "shared_count": "3", "last_modify_ts": 1, "note_url": "https://m.weibo.cn/detail/5250000000000012", "ip_location": "北京",
    "user_id": "1900000006", "nickname": "甲", "gender": "f", "profile_url": "https://m.weibo.cn/u/1900000006", "avatar": "", "source_keyword": "热水器",
}  # fmt: skip
WEIBO_COMMENT = {
    "comment_id": "5250100000000002", "create_time": AT, "create_date_time": "2026-06-01 09:05:00+08:00", "note_id": "5250000000000012", "content": "同款",
    "sub_comment_count": "0", "comment_like_count": "2", "last_modify_ts": 1, "ip_location": "上海", "parent_comment_id": "5250100000000002", "user_id": "3",
    "nickname": "乙", "gender": "m", "profile_url": "", "avatar": "",
}  # fmt: skip
DOUYIN = {
    "aweme_id": "7300000000000000001", "aweme_type": "0", "title": "漏水现场", "desc": "漏水现场，师傅三天没来", "create_time": AT, "user_id": "2", "sec_uid": "MS4w",
    "short_user_id": "", "user_unique_id": "", "user_signature": "", "nickname": "甲", "avatar": "", "liked_count": "1203", "collected_count": "9",
    "comment_count": "88", "share_count": "17", "ip_location": "河南", "last_modify_ts": 1, "aweme_url": "https://www.douyin.com/video/7300000000000000001",
    "cover_url": "", "video_download_url": "", "music_download_url": "", "note_download_url": "", "source_keyword": "",
}  # fmt: skip
DOUYIN_COMMENT = {
    "comment_id": "7300000000000000002", "create_time": AT, "ip_location": "河北", "aweme_id": "7300000000000000001", "content": "报修要快", "user_id": "4",
    "nickname": "丙", "avatar": "", "sub_comment_count": "1", "like_count": 3, "last_modify_ts": 1, "parent_comment_id": "7300000000000000009", "pictures": "",
}  # fmt: skip
BILI = {
    "video_id": "113000000001", "video_type": "video", "title": "拆机看热水器", "desc": "-", "create_time": AT, "user_id": "77", "nickname": "甲", "avatar": "",
    "liked_count": "900", "disliked_count": "0", "video_play_count": "120000", "video_favorite_count": "1", "video_share_count": "66", "video_coin_count": "1",
    "video_danmaku": "10", "video_comment": "230", "last_modify_ts": 1, "video_url": "https://www.bilibili.com/video/av113000000001", "video_cover_url": "",
    "source_keyword": "热水器",
}  # fmt: skip
BILI_COMMENT = {
    "comment_id": "240000000001", "parent_comment_id": "0", "create_time": AT, "video_id": "113000000001", "content": "内胆锈了", "user_id": "78", "nickname": "乙",
    "sex": "", "sign": "", "avatar": "", "sub_comment_count": "0", "like_count": 12, "last_modify_ts": 1,
}  # fmt: skip
KUAISHOU = {
    "video_id": "3xq9a8b7c6d5e4f", "video_type": "1", "title": "热水器炸了吗", "desc": "热水器炸了吗", "create_time": AT * 1000, "user_id": "k1", "nickname": "甲",
    "avatar": "", "liked_count": "12", "viewd_count": "340", "last_modify_ts": 1, "video_url": "https://www.kuaishou.com/short-video/3xq9a8b7c6d5e4f",
    "video_cover_url": "", "video_play_url": "", "source_keyword": "",
}  # fmt: skip
KUAISHOU_COMMENT = {
    "comment_id": "900000000001", "create_time": AT * 1000, "video_id": "3xq9a8b7c6d5e4f", "content": "看着吓人", "user_id": "k2", "nickname": "乙", "avatar": "",
    "sub_comment_count": "0", "last_modify_ts": 1,
}  # fmt: skip
ZHIHU = {
    "content_id": "3300000001", "content_type": "answer", "content_text": "先看内胆，再看售后。", "content_url": "https://www.zhihu.com/question/1/answer/3300000001",
    "question_id": "1", "title": "热水器怎么选", "desc": "", "created_time": str(AT), "updated_time": str(AT + 99), "voteup_count": 51, "comment_count": 6,
    "source_keyword": "", "user_id": "z1", "user_link": "", "user_nickname": "甲", "user_avatar": "", "user_url_token": "", "last_modify_ts": 1,
}  # fmt: skip
ZHIHU_COMMENT = {
    "comment_id": "11000000001", "parent_comment_id": "", "content": "内胆十年不坏的没有", "publish_time": str(AT), "ip_location": "湖南", "sub_comment_count": 0,
    "like_count": 4, "dislike_count": 0, "content_id": "3300000001", "content_type": "answer", "user_id": "z2", "user_link": "", "user_nickname": "乙",
    "user_avatar": "", "last_modify_ts": 1,
}  # fmt: skip
TIEBA = {
    "note_id": "9100000001", "title": "空调漏水", "desc": "内机一直滴水", "note_url": "https://tieba.baidu.com/p/9100000001", "publish_time": "2026-6-1 9:05",
    "user_link": "", "user_nickname": "甲", "user_avatar": "", "tieba_id": "5", "tieba_name": "空调吧", "tieba_link": "", "total_replay_num": 31, "total_replay_page": 2,
    "ip_location": "江苏", "source_keyword": "", "last_modify_ts": 1,
}  # fmt: skip
TIEBA_COMMENT = {
    "comment_id": "150000000001", "parent_comment_id": "", "content": "排水管堵了", "user_link": "", "user_nickname": "乙", "user_avatar": "",
    "publish_time": "2026-06-01 09:05", "ip_location": "江苏", "sub_comment_count": 0, "tieba_id": "5", "tieba_name": "空调吧", "tieba_link": "",
    "note_id": "9100000001", "note_url": "https://tieba.baidu.com/p/9100000001", "last_modify_ts": 1,
}  # fmt: skip
MEDIA: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("小红书笔记", XHS_NOTE, {"id": "xhs:66fa0000000000000000a001", "source": "xhs", "kind": Kind.POST, "text": "热水器避坑\n装好第二天就漏水", "likes": 12_000, "comments": 85, "reposts": 40, "region": "湖北", "author": "5ff0a1"}),
    ("评论", XHS_COMMENT, {"id": "xhs:66fb0000000000000000b001", "kind": Kind.COMMENT, "parent": "xhs:66fa0000000000000000a001", "text": "我家也漏", "likes": 7}),
    ("微博", WEIBO_NOTE, {"id": "weibo:5250000000000012", "kind": Kind.POST, "bid": "QkYJa000c", "likes": 5, "comments": 4, "reposts": 3, "url": "https://m.weibo.cn/detail/5250000000000012"}),
    ("微博评论", WEIBO_COMMENT, {"id": "weibo:5250100000000002", "kind": Kind.COMMENT, "parent": "weibo:5250000000000012", "bid": ""}),
    ("抖音作品", DOUYIN, {"id": "douyin:7300000000000000001", "text": "漏水现场，师傅三天没来", "likes": 1203, "reposts": 17, "url": "https://www.douyin.com/video/7300000000000000001"}),
    ("抖音评论", DOUYIN_COMMENT, {"id": "douyin:7300000000000000002", "kind": Kind.COMMENT, "parent": "douyin:7300000000000000009", "region": "河北"}),
    ("B站视频", BILI, {"id": "bilibili:113000000001", "text": "拆机看热水器", "likes": 900, "comments": 230, "reposts": 66}),
    ("B站评论", BILI_COMMENT, {"id": "bilibili:240000000001", "kind": Kind.COMMENT, "parent": "bilibili:113000000001", "likes": 12}),
    ("快手作品", KUAISHOU, {"id": "kuaishou:3xq9a8b7c6d5e4f", "text": "热水器炸了吗", "likes": 12}),
    ("快手评论", KUAISHOU_COMMENT, {"id": "kuaishou:900000000001", "kind": Kind.COMMENT, "parent": "kuaishou:3xq9a8b7c6d5e4f"}),
    ("知乎内容", ZHIHU, {"id": "zhihu:3300000001", "text": "热水器怎么选\n先看内胆，再看售后。", "likes": 51, "comments": 6}),
    ("知乎评论", ZHIHU_COMMENT, {"id": "zhihu:11000000001", "kind": Kind.COMMENT, "parent": "zhihu:3300000001", "region": "湖南"}),
    ("贴吧帖子", TIEBA, {"id": "tieba:9100000001", "text": "空调漏水\n内机一直滴水", "comments": 31, "region": "江苏", "author": "甲"}),
    ("贴吧评论", TIEBA_COMMENT, {"id": "tieba:150000000001", "kind": Kind.COMMENT, "parent": "tieba:9100000001"}),
]  # fmt: skip


def media_files() -> Iterator[Any]:
    for name, row, expected in MEDIA:
        for form in (as_csv, as_json, as_jsonl):
            yield pytest.param(form, name, row, expected, id=f"{name}-{form.__name__}")


@pytest.mark.parametrize(("form", "name", "row", "expected"), list(media_files()))
def test_each_table_of_media_crawler_is_known_in_each_form(
    form: Any, name: str, row: dict[str, Any], expected: dict[str, Any]
) -> None:
    (post,) = read(form([row]))
    assert isinstance(post, Post)
    assert {field: getattr(post, field) for field in expected} == expected
    assert post.published_at is not None
    assert iso_shanghai(post.published_at) == WRITTEN
    assert name in guess_columns(list(row), [row]).layout


def test_its_database_has_all_tables_with_a_row_number_that_is_no_id_and_people_that_are_not_read(
    tmp_path: Path,
) -> None:
    numbered = {"id": 1, "add_ts": 1780300000000}
    tables: dict[str, Any] = {f"t{n:02}": [numbered | row] for n, (_, row, _) in enumerate(MEDIA)}
    tables["xhs_creator"] = [{"id": 1, "user_id": "5ff0a1", "nickname": "甲", "avatar": "", "ip_location": "湖北", "desc": "记录生活", "gender": "女", "follows": "3", "fans": "9", "interaction": "1", "tag_list": ""}]  # fmt: skip
    tables["bilibili_contact_info"] = [{"id": 1, "up_id": 1, "fan_id": 2, "up_name": "甲", "fan_name": "乙"}]
    items = read(as_database(tables, tmp_path))
    assert [p.id for p in taken(items)] == [expected["id"] for _, _, expected in MEDIA]
    assert refused(items) == []
    assert [why for _, why in noted(items)] == [
        "工作表「bilibili_contact_info」是MediaCrawler 的关注关系：只有账号和人的信息，不读取",
        "工作表「xhs_creator」是MediaCrawler 的作者：只有账号和人的信息，不读取",
    ]


def test_its_newer_editions_hash_authors_and_mask_their_names() -> None:
    gone = ("user_id", "avatar", "ip_location", "nickname")
    row = {k: v for k, v in XHS_NOTE.items() if k not in gone} | {"creator_hash": "ab12", "nickname": "小*侠"}
    assert read(as_csv([row]))[0].author == "ab12"
    without = {k: v for k, v in row.items() if k != "creator_hash"}
    assert read(as_csv([without]))[0].author == ""  # many are called 小*侠


def test_its_workbook_holds_notes_comments_and_people_on_three_sheets() -> None:
    creator = {"user_id": "5ff0a1", "nickname": "甲", "gender": "女", "follows": "3", "fans": "9", "interaction": "1"}
    sheets: dict[str, dict[str, Any]] = {"Contents": XHS_NOTE, "Comments": XHS_COMMENT, "Creators": creator}
    items = read(as_workbook({name: [list(row), list(row.values())] for name, row in sheets.items()}))
    assert [p.id for p in taken(items)] == ["xhs:66fa0000000000000000a001", "xhs:66fb0000000000000000b001"]
    assert refused(items) == []
    assert len(noted(items)) == 1


SEARCH = {
    "id": "5250000000000012", "bid": "QkYJa000c", "user_id": "1900000006", "用户昵称": "澜川电器旗舰店", "微博正文": "新品", "头条文章url": "", "发布位置": "湖北", "艾特用户": "",
    "话题": "", "转发数": "3", "评论数": "1.2万", "点赞数": "100万+", "发布时间": "2026-06-01 09:05", "发布工具": "iPhone客户端", "微博图片url": "https://x/1.jpg", "微博视频url": "",
    "retweet_id": "5249000000000001", "ip": "湖北", "user_authentication": "蓝V", "会员类型": "超级会员", "会员等级": "6",
}  # fmt: skip


def test_weibo_search_writes_posts_with_their_authors_kind_and_reposts() -> None:
    (post,) = read(as_csv([SEARCH]))
    assert (post.id, post.source, post.repost_of, post.bid) == (
        "weibo:5250000000000012",
        "weibo",
        "weibo:5249000000000001",
        "QkYJa000c",
    )
    assert (post.reposts, post.comments, post.likes, post.region) == (3, 12_000, 1_000_000, "湖北")
    assert (post.author, post.author_name, post.author_kind) == (
        "1900000006",
        "澜川电器旗舰店",
        AuthorKind.ORGANISATION,
    )
    assert (iso_shanghai(post.published_at), post.url) == (WRITTEN, "https://m.weibo.cn/detail/5250000000000012")


def test_an_older_weibo_search_has_fewer_columns() -> None:
    old = {
        k: v for k, v in SEARCH.items() if k not in ("ip", "user_authentication", "会员类型", "会员等级", "头条文章url")
    }
    (post,) = read(as_csv([old]))
    assert (post.id, post.region) == ("weibo:5250000000000012", "湖北")


CRAWLER = {
    "id": "5250000000000012", "bid": "QkYJa000c", "正文": "修了三次", "头条文章url": "", "原始图片url": "无", "视频url": "无", "位置": "武汉", "日期": "2026-06-01", "工具": "微博网页版",
    "点赞数": 3, "评论数": 2, "转发数": 1, "话题": "", "@用户": "", "完整日期": "2026-06-01 09:05:00", "是否原创": "False", "源用户id": "7", "源用户昵称": "丁",
    "源微博id": "5249000000000001", "源微博bid": "QkYJa0001", "源微博正文": "原文", "源微博日期": "2026-05-30",
}  # fmt: skip


def test_weibo_crawler_writes_posts_with_bare_or_full_dates() -> None:
    (post,) = read(as_csv([CRAWLER]))
    assert (post.id, post.text, post.repost_of) == ("weibo:5250000000000012", "修了三次", "weibo:5249000000000001")
    assert (iso_shanghai(post.published_at), post.date_only) == (WRITTEN, False)
    (post,) = read(as_csv([{k: v for k, v in CRAWLER.items() if k != "完整日期"}]))
    assert (iso_shanghai(post.published_at), post.date_only) == ("2026-06-01T00:00:00+08:00", True)


def test_weibo_crawler_keeps_a_user_and_posts_in_one_object_and_a_reposted_one_inside() -> None:
    import json

    post = {
        "user_id": 1900000006, "screen_name": "甲", "id": 5250000000000012, "bid": "QkYJa000c", "text": "修了三次", "article_url": "", "pics": "", "video_url": "",
        "location": "", "created_at": "2026-06-01", "full_created_at": "2026-06-01 09:05:00", "source": "iPhone", "attitudes_count": 3, "comments_count": 2,
        "reposts_count": 1, "topics": "", "at_users": "", "retweet": {"id": 5249000000000001, "text": "原文"},
    }  # fmt: skip
    whole = {"user": {"id": "1900000006", "screen_name": "甲", "gender": "f"}, "weibo": [post]}
    for content in (json.dumps(whole, ensure_ascii=False), json.dumps(whole, ensure_ascii=False, indent=4)):
        (found,) = read(content)
        assert (found.id, found.author, found.repost_of) == ("weibo:5250000000000012", "1900000006", "weibo:5249000000000001")  # fmt: skip
        assert (found.likes, found.comments, found.reposts) == (3, 2, 1)
        assert iso_shanghai(found.published_at) == WRITTEN


def test_the_database_of_weibo_crawler_has_posts_comments_reposts_and_users(tmp_path: Path) -> None:
    post = {"id": "5250000000000012", "bid": "QkYJa000c", "user_id": "19", "screen_name": "甲", "text": "修了三次", "article_url": "", "topics": "", "at_users": "", "pics": "", "video_url": "", "live_photo_url": "", "location": "", "created_at": "2026-06-01 09:05:00", "source": "", "attitudes_count": 3, "comments_count": 2, "reposts_count": 1, "retweet_id": ""}  # fmt: skip
    comment = {"id": "5250100000000002", "bid": "", "weibo_id": "5250000000000012", "root_id": "5250100000000002", "user_id": "20", "created_at": "2026-06-01 09:05:00", "user_screen_name": "乙", "user_avatar_url": "", "text": "同款", "pic_url": "", "like_count": 2}  # fmt: skip
    repost = {"id": "5250200000000003", "bid": "QkYJa0003", "weibo_id": "5250000000000012", "user_id": "21", "created_at": "2026-06-01 09:05:00", "user_screen_name": "丙", "user_avatar_url": "", "text": "转发微博", "like_count": 0}  # fmt: skip
    user = {"id": "19", "nick_name": "甲", "gender": "f", "follower_count": 9, "followers_count": 9}
    items = read(as_database({"weibo": [post], "comments": [comment], "reposts": [repost], "user": [user]}, tmp_path))
    assert {p.id: (p.kind, p.parent, p.repost_of) for p in taken(items)} == {
        "weibo:5250000000000012": (Kind.POST, None, None),
        "weibo:5250100000000002": (Kind.COMMENT, "weibo:5250000000000012", None),
        "weibo:5250200000000003": (Kind.POST, None, "weibo:5250000000000012"),
    }
    assert refused(items) == []
    assert ["只有账号和人的信息" in why for _, why in noted(items)] == [True]


def guessed(header: str) -> Guess:
    return guess_columns(header.split(), [])


@pytest.mark.parametrize(
    ("header", "kind", "source"),
    [
        (
            "评价ID 订单编号 京东商品编号 商品名称 评分 评价内容 评价时间 用户昵称 追评内容 追评时间 商家回复",
            "reviews",
            "jd",
        ),
        ("订单编号 宝贝标题 宝贝ID 买家昵称 评价类型 评价内容 评价时间 追评内容 追评时间 解释", "reviews", "taobao"),
        ("评价编号 苏宁商品编码 商品名称 评价星级 评价内容 评价时间 会员名 追加评价 追加时间", "reviews", "suning"),
        ("商品编号 商品名称 京东价 市场价 促销信息 库存状态 更新时间", "prices", "jd"),
        ("投诉编号 投诉标题 投诉对象 投诉问题 投诉要求 投诉内容 涉诉金额 投诉状态 投诉时间", "complaints", "tousu"),
        ("工单号 客户姓名 联系电话 产品型号 问题描述 处理状态 创建时间 完结时间", "complaints", "工单"),
        ("帖子ID 版块 标题 帖子内容 发帖人 发帖时间 回复数 点赞数", "posts", ""),
        ("序号 标题 摘要 来源网站 作者 发布时间 情感 相似文章数 原文链接", "posts", ""),
    ],
)
def test_exports_of_back_offices_are_known_by_their_headings(header: str, kind: str, source: str) -> None:
    found = guessed(header)
    assert (found.mapping.kind, found.mapping.source, found.certain) == (kind, source, True)
    assert not {"订单编号", "客户姓名", "联系电话", "情感", "序号"} & set(found.mapping.columns.values())


def test_a_complaint_keeps_whom_it_is_about_what_is_asked_and_where_it_stands() -> None:
    row = {"投诉编号": "17390000001", "投诉标题": "漏水不修", "投诉对象": "澜*川", "投诉要求": "退款,道歉赔偿", "投诉内容": "报修三次", "投诉状态": "处理中", "投诉时间": "2026/6/1 9:05"}  # fmt: skip
    first, later = (read(as_csv([row | {"投诉状态": state}]))[0] for state in ("处理中", "已完成"))
    assert (first.id, first.kind, first.text) == ("tousu:17390000001", Kind.COMPLAINT, "漏水不修\n报修三次")
    assert (first.target, first.demands, first.status) == ("澜*川", ("退款", "道歉赔偿"), "处理中")
    assert (later.id, later.status) == (first.id, "已完成")


def test_a_ticket_without_a_number_is_the_same_ticket_when_its_state_changes() -> None:
    row = {"产品型号": "KFR-35GW", "问题描述": "开机十分钟后停机", "工单状态": "待派单", "创建时间": "2026-06-01 09:05"}
    first, later = (read(as_csv([row | {"工单状态": state}]))[0] for state in ("待派单", "已完成"))
    assert (first.kind, first.source, first.product) == (Kind.COMPLAINT, "工单", "KFR-35GW")
    assert first.id == later.id


def test_the_media_of_another_vendors_export_are_sources_and_its_moods_are_not_read() -> None:
    rows = [
        {"标题": "澜川召回", "摘要": "一批热水器", "媒体名称": name, "作者": "记者甲", "发布时间": "2026-06-01 09:05:00", "情感属性": "负面", "相似文章数": "12", "原文链接": url}
        for name, url in (("新浪微博", "https://weibo.com/1900000006/QkYJa000c"), ("小红书", "https://www.xiaohongshu.com/explore/1"), ("某地晚报", "https://news.example/1"))
    ]  # fmt: skip
    weibo, xhs, paper = read(as_csv(rows))
    assert (weibo.id, weibo.url) == ("weibo:5250000000000012", "https://m.weibo.cn/detail/5250000000000012")
    assert (xhs.source, paper.source) == ("xhs", "import")
    assert xhs.text == "澜川召回\n一批热水器"


def test_a_title_above_the_headings_tells_the_shop() -> None:
    rows: list[list[Any]] = [["京麦商家后台 评价导出"], ["评价编号", "评价内容", "评分"], ["880001", "漏水", 1]]
    (review,) = read(as_workbook({"Sheet1": rows}))
    assert isinstance(review, Review)
    assert review.id == "jd:880001"
