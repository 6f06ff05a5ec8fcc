"""The Chinese words of the screens for the values of the domain."""

from domain.feeds import SOURCE_NAMES

SENTIMENT = {"negative": "负面", "neutral": "中性", "positive": "正面"}
KIND = {"review": "评价", "post": "帖子", "comment": "评论", "complaint": "投诉"}
AUTHOR_KIND = {
    "person": "",
    "verified_person": "认证用户",
    "organisation": "机构",
    "media": "媒体",
    "government": "政务",
}
ALERT_KIND = {"surge": "负面激增", "severe": "严重事件", "price": "价格异动", "feed": "数据源异常"}
ALERT_STATE = {"open": "待处理", "acknowledged": "处理中", "resolved": "已解决"}
LEVEL = {"notice": "留意", "warning": "预警", "page": "紧急"}
SEVERITY = {"safety": "人身安全", "group": "群体维权", "regulator": "监管与媒体", "reputation": "企业声誉"}
REASON = {
    "first": "首次通知",
    "growing": "升级",
    "resolved": "已解决",
    "quiet": "静默",
    "test": "测试",
}
DELIVERY = {"waiting": "等待发送", "delivered": "已送达", "retry": "等待重试", "dead": "发送失败"}
FEED_STATE = {
    "healthy": "正常",
    "degraded": "变慢",
    "blocked": "被拒绝",
    "login_required": "需要登录",
    "changed": "页面改版",
    "stale": "久无新数据",
    "off": "已关闭",
    "unknown": "尚未采集",
}
OUTCOME = {
    "ok": "正常",
    "empty": "没有内容",
    "end": "已到末页",
    "login_required": "需要登录",
    "captcha": "要求验证码",
    "rate_limited": "访问过频",
    "blocked": "被拒绝",
    "not_found": "页面不存在",
    "changed": "页面改版",
    "truncated": "内容不完整",
    "wrong_item": "答非所问",
    "unavailable": "暂不可用",
}
RATING = {"good": "好评", "neutral": "中评", "bad": "差评", **{str(n): f"{n} 星" for n in range(1, 6)}}
METHOD = {
    "Naive": "照旧",
    "SeasonalNaive": "去年同期",
    "HistoricAverage": "历史均值",
    "AutoETS": "指数平滑",
    "DynamicOptimizedTheta": "Theta",
}
ACTION = {
    "opened": "预警开启",
    "joined": "新内容加入",
    "escalated": "升级",
    "grew": "继续增长",
    "growing": "预警升级",
    "acknowledged": "认领",
    "resolved": "解决",
    "reopened": "再次开启",
}
FACET = {
    "sentiment": "情感",
    "source": "来源",
    "brand": "品牌",
    "category": "品类",
    "bad": "差评方面",
    "flag": "自相矛盾",
}
FLAG = {"praised_stars": "高星差评", "blamed_stars": "低星好评", "turned": "追评转差", "paid": "有偿好评"}
FLAG_WHY = {
    "praised_stars": "4–5 星，文字却几乎肯定在骂",
    "blamed_stars": "1–2 星，文字却几乎肯定在夸",
    "turned": "开头在夸或没说什么，追评在骂",
    "paid": "文字里说到好评返现、晒图有礼一类",
}
HANDLING = {"new": "未处理", "assigned": "已分派", "working": "处理中", "solved": "已解决", "dismissed": "无需处理"}
STEP = {
    **HANDLING,
    "owner": "分派给",
    "cause": "确认原因",
    "note": "备注",
    "tracked": "保留",
    "ignored": "忽略",
    "removed": "撤销",
}
THEME_STATE = {"tracked": "跟踪中", "ignored": "已忽略"}
JOB = {
    "monitor": "监测与判断",
    "notify": "发送通知",
    "pictures": "事件截图",
    "ingest": "分析与入库",
    "index": "更新索引",
    "new-watches": "新监测即时采集",
    "retention": "清理到期数据",
    "import-folder": "查看导入文件夹",
    "demo-clock": "演示世界的时钟",
}
TABLES = {
    "sentiment": SENTIMENT,
    "kind": KIND,
    "source": SOURCE_NAMES,
    "author_kind": AUTHOR_KIND,
    "alert_kind": ALERT_KIND,
    "alert_state": ALERT_STATE,
    "level": LEVEL,
    "severity": SEVERITY,
    "reason": REASON,
    "delivery": DELIVERY,
    "feed_state": FEED_STATE,
    "outcome": OUTCOME,
    "action": ACTION,
    "rating": RATING,
    "method": METHOD,
    "facet": FACET,
    "flag": FLAG,
    "flag_why": FLAG_WHY,
    "handling": HANDLING,
    "step": STEP,
    "theme_state": THEME_STATE,
    "job": JOB,
}


def word(value: object, table: str) -> str:
    """The Chinese word for a value or its enum; the value itself where no word is known, empty for None."""
    text = str(getattr(value, "value", value)) if value is not None else ""
    return TABLES[table].get(text, text)


def job(name: str) -> str:
    """A periodic job in people's words: crawl:jd is 采集京东."""
    kind, _, source = name.partition(":")
    return f"采集{word(source, 'source')}" if kind == "crawl" and source else word(name, "job")
