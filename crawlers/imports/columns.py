"""The names that other tools give to our fields, in Chinese and English, and those that are never read."""

import re
from typing import Any

KINDS = ("reviews", "posts", "comments", "complaints", "prices", "documents")
NEVER_READ = frozenset(
    [
        "label", "labels", "sentiment", "sentiments", "emotion", "emotions", "target", "polarity",
        "positive", "negative", "pos", "neg", "标签", "情感", "情感倾向", "情感极性", "情感标签", "情感分类", "情感属性", "情感值",
        "情感得分", "情绪", "情绪标签", "情绪值", "正负", "正负面", "正负向", "极性", "倾向", "倾向性", "调性", "文章调性", "褒贬", "是否负面",
        "敏感", "敏感度", "敏感属性", "属性", "预警等级", "ai情感", "ai分析", "舆情属性", "负面指数",
    ]
)  # fmt: skip
"""Another tool's judgement of a text: never read, our own reading decides."""

ALIASES: dict[str, str] = {
    "id": "id mid postid noteid awemeid videoid contentid articleid commentid reviewid weiboid 评价id 评论id 评论编号 评价编号 评价单号 微博id 文章id 帖子id 笔记id 作品id 视频id 投诉编号 投诉单号 投诉id 工单编号 工单号 工单id 编号 序号id",
    "bid": "bid 短id mblogid",
    "text": "text content review reviewtext comment commenttext body 正文 内容 评价内容 评论内容 评论正文 初评内容 首评内容 评价 评论 微博正文 微博内容 帖子内容 帖子正文 发帖内容 文本 全文 全文内容 正文内容 文章内容 desc 笔记内容 笔记正文 视频文案 contenttext 投诉内容 投诉详情 投诉描述 投诉正文 问题描述 故障描述 问题详情 诉求描述 反馈内容 留言内容 原文 原文内容 首次评价 初次评价 commentdata ratecontent 评价详情 评论详情 评价文字 文字评价 用户评价 摘要 文章摘要 内容摘要 描述",
    "headline": "title headline 标题 笔记标题 文章标题 视频标题 帖子标题 新闻标题 投诉标题 工单标题 主题 帖子主题",
    "rating": "rating stars star 星级 评分 评价星级 打分 commentscore 得分 评价分数 评分星级 评价得分 商品评分 商品评价星级 描述相符 宝贝与描述相符 分数 满意度 score",
    "polarity": "评价类型 评价等级 评论类型 评论等级 好中差评 评价结果",
    "published_at": "publishedat fullcreatedat createdatetime createdat createtime creationtime createdtime pubdate pubts publishtime time date datetime 完整日期 发布时间 评价时间 评论时间 发表时间 初评时间 首评时间 首次评价时间 投诉时间 投诉日期 发起时间 发起投诉时间 提交时间 受理时间 创建时间 创建日期 建单时间 工单创建时间 反馈时间 留言时间 评价日期 评论日期 发布日期 发表日期 commentdate ratedate posttime 发帖时间 时间 日期",
    "sku": "sku skuid productid goodsid itemid referenceid 商品编号 商品id 商品编码 货号 sku编号 sku编码 skuid编号 宝贝id 产品编号 产品id 京东商品编号 京东sku 苏宁商品编码 商家编码",
    "product": "product productname goods goodsname item itemname referencename 商品名称 商品标题 商品 产品 产品名称 宝贝标题 宝贝名称 产品型号 型号 机型 型号名称 涉诉商品 投诉商品 品名",
    "brand": "brand brandname 品牌 品牌名称 所属品牌 商品品牌",
    "shop": "shop shopname store seller 店铺 店铺名称 卖家 商家 商家名称 渠道",
    "price": "price 到手价 到手价格 券后价 成交价 活动价 促销价 折后价 现价 售价 销售价 京东价 商品价格 一口价 价格 页面价 网站价 易购价 jdprice",
    "list_price": "listprice 原价 划线价 市场价 吊牌价 标价 指导价 官方价 参考价",
    "promotions": "promotions promotion 促销 促销信息 促销活动 优惠 优惠信息 活动",
    "in_stock": "instock stock 有货 库存状态 是否有货 库存 上下架状态 商品状态",
    "currency": "currency 币种 货币",
    "author": "userid authorid uid creatorhash 用户id 作者id 会员id 博主id 发布者id author",
    "author_name": "authorname nickname usernickname screenname userscreenname username 用户昵称 买家昵称 会员昵称 昵称 买家会员名 会员名 用户名 作者 用户 买家 评价人 评价用户 评论人 博主 发布者 发布人 发帖人 账号 账号名称 作者名称 作者昵称",
    "author_kind": "authorkind userauthentication verifiedtype 认证类型 用户认证 认证 博主认证类型",
    "followers": "followers followerscount 粉丝数 粉丝 粉丝量 粉丝数量",
    "reposts": "reposts repostscount 转发数 转发 转发量 sharedcount sharecount videosharecount totalforwards 分享数",
    "comments": "comments commentscount commentcount 评论数 评论量 回复数 回帖数 subcommentcount videocomment totalcomments totalreplaynum",
    "likes": "likes likescount likedcount likecount attitudescount 点赞数 点赞 点赞量 赞 有用数 usefulvotecount voteupcount commentlikecount totalliked",
    "repost_of": "repostof retweetid retweet 转发微博id 原微博id 源微博id",
    "post": "",
    "parent": "parent parentcommentid rootid 父评论id 上级评论id",
    "region": "region iplocation ip属地 属地 发布位置 ip 地区 省份 地域 所在地 location",
    "url": "url link noteurl awemeurl videourl contenturl articleurl 链接 网址 地址链接 原文链接 原文地址 文章地址 微博链接 微博地址 笔记链接 视频链接 帖子链接 作品链接 商品链接 文章链接 投诉链接",
    "images": "images imagecount pictures imagelist 图片数 晒图数 评价图片数 评价图片 晒图",
    "variant": "variant 规格 商品规格 商品属性 sku属性 sku名称 颜色分类 型号规格 销售属性 购买规格",
    "append": "append 追评 追评内容 追加评价 追加评论 追评正文 追加内容 追加评价内容 追加评论内容 二次评价",
    "append_at": "appendat appendtime 追评时间 追评日期 追加时间 追加评价时间 追加评论时间",
    "reply": "reply 商家回复 卖家回复 回复内容 解释 卖家解释 商家回复内容 客服回复 商家解释",
    "reply_at": "replyat replytime 回复时间 商家回复时间 解释时间",
    "target": "投诉对象 投诉商家 被投诉商家 被投诉方 被投诉对象 投诉企业 涉诉企业",
    "demands": "demands 投诉要求 投诉诉求 诉求 用户诉求 期望处理 处理诉求",
    "status": "status 投诉状态 投诉进度 处理状态 工单状态 当前状态 状态 进度 处理进度",
    "kind": "kind",
    "source": "source 来源平台 平台 媒体来源 来源网站 来源媒体 媒体 媒体名称 网站名称 发布平台 信源 站点 来源",
    "seen_at": "seenat 采集时间 抓取时间 观察时间 监测时间 入库时间",
}  # fmt: skip
"""Our field → names of columns that mean it, the better ones first; as `plain` makes them."""
FIELD_OF = {alias: field for field, aliases in ALIASES.items() for alias in aliases.split()}
RANK = {field: {alias: n for n, alias in enumerate(aliases.split())} for field, aliases in ALIASES.items()}
WORDS: dict[str, str] = {
    "id": "编号", "bid": "短编号", "text": "正文", "headline": "标题", "rating": "星级", "polarity": "好中差评", "published_at": "发布时间",
    "sku": "商品编号", "product": "商品", "brand": "品牌", "shop": "店铺", "price": "价格", "list_price": "划线价", "promotions": "促销",
    "in_stock": "库存", "currency": "币种", "author": "作者编号（只存哈希）", "author_name": "作者昵称（只存哈希）", "author_kind": "认证类型",
    "followers": "粉丝数", "reposts": "转发数", "comments": "评论数", "likes": "点赞数", "repost_of": "原帖", "post": "所评帖子", "parent": "上级评论",
    "region": "地区", "url": "链接", "images": "图片数", "variant": "规格", "append": "追评", "append_at": "追评时间", "reply": "商家回复",
    "reply_at": "回复时间", "target": "投诉对象", "demands": "投诉要求", "status": "处理状态", "kind": "类型", "source": "来源", "seen_at": "采集时间",
}  # fmt: skip
"""Our field → what people call it."""
KIND_WORDS = {
    "reviews": "评价", "posts": "帖子", "comments": "评论", "complaints": "投诉或工单", "prices": "价格", "documents": "听潮导出的文档",
}  # fmt: skip
_REMARK = re.compile(r"[(（\[【].*?[)）\]】]")
_FILLER = re.compile(r"[\s_\-*:：/\"'“”]")


def plain(name: Any) -> str:
    """A column's name without case, blanks, underscores and remarks in brackets."""
    return _FILLER.sub("", _REMARK.sub("", str(name or "").strip().lower().removeprefix("\ufeff")))


def known_name(cell: Any) -> bool:
    """Is this cell a name of a column that we know, read or not?"""
    return isinstance(cell, str) and len(cell) <= 40 and (plain(cell) in FIELD_OF or plain(cell) in NEVER_READ)
