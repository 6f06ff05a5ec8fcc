"""Where people log in to each site, and by which cookies a session shows that somebody did. Pure.

Written from memory and from other projects' sources (2026-11): no real site was asked. A log-in page whose QR code is not found
by these selectors is searched for the largest square picture, so a change of a class name does not end the log-in.
"""

import attrs


@attrs.frozen(kw_only=True)
class Login:
    """How a person logs in to one site."""

    page: str
    """Address of the log-in page."""
    domains: tuple[str, ...]
    """The site's cookie domains, `jd.com` with all below: nothing of other domains is kept."""
    hosts: tuple[str, ...]
    """Hosts that the log-in page may load from, its captcha's included, as in `crawlers.addresses.is_allowed`."""
    identity: tuple[str, ...]
    """Cookies that say who is logged in: a session without any of them is none, and the first to end ends it."""
    proof: tuple[tuple[str, ...], ...]
    """A person is logged in once all cookies of one of these groups are there; a mere visitor has none of the groups."""
    code: tuple[str, ...] = ()
    """CSS selectors of the QR code picture, the likeliest first."""
    before: tuple[str, ...] = ()
    """CSS selectors to click where the QR code is not the first thing shown."""


_SINA = (
    "*.weibo.com", "weibo.com", "*.weibo.cn", "*.sina.com.cn", "*.sina.cn", "*.sinaimg.cn", "*.sinajs.cn", "*.geetest.com",
)  # fmt: skip
_ALIBABA = (
    "*.taobao.com", "*.tmall.com", "*.alicdn.com", "*.mmstat.com", "*.alibaba.com", "*.aliapp.org", "*.alipay.com", "*.tanx.com",
)  # fmt: skip

LOGINS: dict[str, Login] = {
    "jd": Login(
        page="https://passport.jd.com/new/login.aspx",
        domains=("jd.com",),
        hosts=("*.jd.com", "*.360buyimg.com", "*.jdpay.com"),
        identity=("thor", "pt_key"),
        proof=(("thor", "pin"), ("thor", "pinId"), ("pt_key", "pt_pin")),
        code=(".qrcode-img img", "#passport-main .qrcode-login img", ".qr-coagent img"),
        before=(".login-tab-l a", ".qrcode-login-tab"),
    ),
    "weibo": Login(
        page="https://passport.weibo.com/sso/signin?entry=miniblog&source=miniblog",
        domains=("weibo.com", "weibo.cn"),
        hosts=_SINA,
        identity=("SUB",),
        # a visitor has SUB and SUBP too; ALF, SCF and SSOLoginState come with a log-in only
        proof=(("SUB", "ALF"), ("SUB", "SCF"), ("SUB", "SSOLoginState")),
        code=("img[src*='qrcode']", "img[src*='qr.weibo']"),
    ),
    "taobao": Login(
        page="https://login.taobao.com/member/login.jhtml",
        domains=("taobao.com", "tmall.com"),
        hosts=_ALIBABA,
        identity=("cookie2", "unb"),
        proof=(("cookie2", "unb"), ("cookie2", "lgc")),
        code=(".qrcode-img canvas", "#J_QRCodeImg img", ".qrcode-login canvas", ".qrcode-login img"),
        before=(".icon-qrcode", ".iconfont.icon-qrcode"),
    ),
    "suning": Login(
        page="https://passport.suning.com/ids/login",
        domains=("suning.com",),
        hosts=("*.suning.com", "*.suning.cn"),
        identity=("authId",),
        proof=(("authId", "idsLoginUserIdLastTime"), ("authId", "custno")),
        code=(".qrcode-img img", ".login-qrcode img"),
        before=(".tab-item-qrcode",),
    ),
    "smzdm": Login(
        page="https://zhiyou.smzdm.com/user/login/",
        domains=("smzdm.com",),
        hosts=("*.smzdm.com", "*.zdmimg.com", "*.geetest.com"),
        identity=("sess",),
        proof=(("sess", "user"), ("sess", "smzdm_id")),
        code=(".qrcode img", "#qrcode canvas"),
        before=(".qrcode-change",),
    ),
    "tousu": Login(
        page="https://login.sina.com.cn/signup/signin.php?entry=tousu",
        domains=("sina.com.cn",),
        hosts=_SINA,
        identity=("SUB",),
        proof=(("SUB", "ALF"), ("SUB", "SCF")),
        code=("img[src*='qrcode']", "#qrcode_box img"),
    ),
    "tieba": Login(
        page="https://passport.baidu.com/v2/?login",
        domains=("baidu.com",),
        hosts=("*.baidu.com", "*.bdstatic.com", "*.bcebos.com"),
        identity=("BDUSS",),
        proof=(("BDUSS",),),
        code=(".tang-pass-qrcode-img", ".pass-qrcode-img"),
    ),
}
"""By source name; a source that is not here needs no session."""
