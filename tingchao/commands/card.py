"""A review's card as text for people, Chinese."""

from datetime import datetime

from domain.analysis import Polarity
from domain.handling import HandlingState
from domain.times import shanghai
from flows.reviews import Card
from flows.search import published
from index.fields import FLAGS

MOODS = {Polarity.NEGATIVE: "负面", Polarity.NEUTRAL: "中性", Polarity.POSITIVE: "正面"}
STATES = {
    HandlingState.NEW: "未处理",
    HandlingState.ASSIGNED: "已分派",
    HandlingState.WORKING: "处理中",
    HandlingState.SOLVED: "已解决",
    HandlingState.DISMISSED: "无需处理",
}
STEPS = {
    **{state.value: word for state, word in STATES.items()},
    "owner": "分派给",
    "cause": "确认原因",
    "note": "备注",
}


def told(card: Card, now: datetime) -> str:
    """The whole card, a line or block for each part."""
    d, h = card.document, card.handling
    stars = f"{'★' * d.rating}{'☆' * (5 - d.rating)}  " if d.rating else ""
    flags = "、".join({value: word for word, value in FLAGS}[flag.value] for flag in d.flags)
    lines = [
        f"{d.id}  {stars}{MOODS[d.sentiment]}（负面概率 {d.p_negative:.0%}）{'  ' + flags if flags else ''}",
        f"{(published(d) or '时间不详')[:16].replace('T', ' ')}  {' '.join(d.brands)}  {' '.join(v for v in (d.category, d.line, d.model) if v)}",
        "",
        d.text,
        "",
    ]
    lines += [
        f"  {o.aspect}  {MOODS[o.polarity]} {o.certainty:.0%}  {'原因：' + o.cause + '  ' if o.cause else ''}“{o.opinion}”"
        for o in card.opinions
    ] or ["  没有说到任何方面"]
    lines += [f"  愿望  {w.aspect or '其他'}  “{w.text}”" for w in d.wishes]
    if card.copies:
        lines.append(f"近似内容：另有 {card.copies} 条（tingchao search '{card.copies_query}'）")
    if d.spam:
        lines.append(f"疑似水军/广告：{d.spam:.0%}{'：' + '、'.join(d.spam_reasons) if d.spam_reasons else ''}")
    lines += [f"商家回复：{reply.text}" for reply in d.seller_replies]
    lines += [f"投诉状态：{step.status}（{shanghai(step.seen_at):%Y-%m-%d %H:%M}）" for step in card.steps]
    lines.append(
        f"处理：{STATES[h.state]}{'，负责人 ' + h.owner if h.owner else ''}{'，确认原因 ' + h.cause if h.cause else ''}"
    )
    lines += [
        f"  {shanghai(s.at):%m-%d %H:%M}  {s.by}  {STEPS.get(s.action, s.action)} {s.note}".rstrip() for s in card.audit
    ]
    return "\n".join(lines)
