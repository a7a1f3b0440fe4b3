"""What the tests of the markup share: the allow-list, a reader of HTML, and the hostile vectors."""

from __future__ import annotations

import re
from html.parser import HTMLParser

MATHML = {
    *("math", "merror", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded", "mphantom"),
    *("mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup"),
    *("mtable", "mtd", "mtext", "mtr", "munder", "munderover", "menclose", "none", "semantics"),
}
HTML = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "b", "i", "code"),
    *("pre", "blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a"),
    "span",
}
SAVED = HTML | {"del", "details", "summary", "small"}
STYLE = re.compile(r"(?:[a-z-]+:\s*[#\w.% -]+;?\s*)*")
CLASS = re.compile(
    r"formula|left|center|right|language-[a-z+0-9]+|menclose-\w+|[a-z][a-z0-9]{0,2}|err|esc"
)
URL = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)


class Reader(HTMLParser):
    """Collects tags, attributes and text; `wrong` holds what no fragment of ours may have."""

    def __init__(self, allowed: set[str]) -> None:
        super().__init__()
        self.allowed = allowed
        self.words: list[str] = []
        self.tags: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.allowed:
            self.wrong.append(tag)
        for name, value in attrs:
            if not self.fits(tag, name, value or ""):
                self.wrong.append(f"{tag} {name}={value}")

    def fits(self, tag: str, name: str, value: str) -> bool:
        """Whether this attribute may stand there."""
        if name == "class":
            return all(CLASS.fullmatch(word) for word in value.split())
        if name == "style":
            safe = tag in MATHML or re.fullmatch(r"text-align:\s*(left|center|right)", value)
            return bool(safe and STYLE.fullmatch(value) and "url" not in value)
        if tag == "a":
            return (name == "href" and bool(URL.match(value))) or name in ("target", "rel")
        if tag == "ol":
            return name == "start" and value.isdigit()
        return tag in MATHML and name not in ("href", "xlink:href", "id") and name[:2] != "on"

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"<!--{data}")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"<!{decl}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str, allowed: set[str] | None = None) -> Reader:
    """The fragment, read."""
    reader = Reader(HTML | MATHML if allowed is None else allowed)
    reader.feed(html)
    reader.close()
    return reader


def with_html(markdown: str) -> str:
    """Markdown as a reader that lets HTML through sees it: the worst that can happen to it."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return str(parser.render(markdown))


BREAKS_OUT = "<img src=x onerror=alert(1)>"
HOSTILE = [
    "<script>alert(1)</script>",
    BREAKS_OUT,
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<a href=javascript:alert(1)>x</a>",
    "<details open ontoggle=alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button data-commandlinker-command='docmanager:save'>x</button>",
    "<div style='position:fixed;inset:0;background:url(https://evil.example/x)'>",
    "<style>@import 'https://evil.example/x.css'</style>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<img name=body><input id=cookie>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x</maction></math>",
    "<video poster=https://evil.example/x autoplay><source src=https://evil.example/y></video>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php <img src=x onerror=alert(1)> ?>",
    "<x/onclick=alert(1)//",
    "<a\nhref='javascript:alert(1)'>x",
    "![a](https://evil.example/x.png)",
    "![a](<https://evil.example/x.png>)",
    "![a][r]\n\n[r]: https://evil.example/x.png",
    "[![a](https://evil.example/x.png)](https://evil.example/)",
    "![a](data:image/svg+xml,<svg onload=alert(1)>)",
    "![a](//evil.example/x.png)",
    "!\\[a](https://evil.example/x.png)",
    "!`` ``[a](https://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:alert(1))",
    '[x](https://e.example/"onmouseover="alert(1))',
    '[x](https://e.example/ "t\\" onmouseover=alert(1)")',
    "<javascript:alert(1)>",
    "<https://e.example/'onmouseover='alert(1)>",
    '[x](https://e.example/$" onmouseover="alert(1)$)',
    'https://e.example/$" onmouseover="alert(1)$ www.e.example/$"onclick="alert(1)$',
    "$\\href{javascript:alert(1)}{x}$",
    "$\\class{jp-x}{y}\\style{position:fixed}{x}\\cssId{main}{z}$",
    "$$\\includegraphics{https://evil.example/x}$$",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$<img src=x onerror=alert(1)>$",
    "$$\n<img src=x onerror=alert(1)>\n$$",
    "$x {$ [x](javascript:alert(1)) ![y](https://evil.example/y) $z$",
    "\\(<script>alert(1)</script>\\)",
    "\\\\(\\href{javascript:alert(1)}{x}\\\\)",
    "\\begin{align}<img src=x onerror=alert(1)>\\end{align}",
    "`\\begin{a}` and $\\end{a}$ ` <img src=x onerror=alert(1)> `",
    "> ```\n> $A\n> ```\n> x $y$\n>\n> ```html\n> <img src=x onerror=alert(1)>\n> ```",
    "- ```\n  $A\n  ```\n  $y$\n\n  ```html\n  <img src=x onerror=alert(1)>\n  ```",
    "$$\n~~~\n$$\n\n```\n~~~\n<img src=x onerror=alert(1)>\n```",
    "~~~~a~~~~\n\n```\n~~~~\n<img src=x onerror=alert(1)>\n```",
    "x ~~~~a~~~~\n\n```\n~~~~\n<img src=x onerror=alert(1)>\n```",
    "```html\n<script>alert(1)</script>",
    '```"><script>alert(1)</script>\nx\n```',
    "    <script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "| <img src=x onerror=alert(1)> |\n|---|\n| ![a](https://evil.example/x) `\\|`<b> |",
    "# <img src=x onerror=alert(1)>",
    "- <img src=x onerror=alert(1)>\n\n  <script>alert(1)</script>",
    "> <script>\n> alert(1)\n> </script>",
    "a&lt;script&gt;alert(1)&lt;/script&gt;",
    "\\<script>alert(1)\\</script>",
    "**<img src=x onerror=alert(1)>**",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "\ud83d<img src=x onerror=alert(1)>",
    "@@0@@ <img src=x onerror=alert(1)> $x$ @@1@@",
]
