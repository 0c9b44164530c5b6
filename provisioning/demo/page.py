"""An HTML page as somebody without a browser reads it: its words, its links, its forms.

Job: parse with the standard library; find elements; take a form as it would be sent untouched.
Must not know: which pages there are, HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

_VOID: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})
_ENDS: Final = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "tr": {"td", "th", "tr"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "option": {"option"},
    "p": {"p"},
}
"""Elements whose end tag may be left out, by the element that then ends them."""
_UNSENT_INPUTS: Final = frozenset({"submit", "button", "reset", "image", "file"})


@dataclass(slots=True)
class Element:
    """One element; `parts` are its texts and children in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    parts: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in the page's order."""
        yield self
        for part in self.parts:
            if isinstance(part, Element):
                yield from part.walk()

    def find_all(self, tag: str = "", *, id: str = "", cls: str = "") -> list[Element]:  # noqa: A002 - HTML's own word
        """Elements below with this tag, this id, this class: whichever are given."""
        return [
            each
            for each in self.walk()
            if each is not self
            and (not tag or each.tag == tag)
            and (not id or each.attributes.get("id") == id)
            and (not cls or cls in each.attributes.get("class", "").split())
        ]

    def find(self, tag: str = "", *, id: str = "", cls: str = "") -> Element | None:  # noqa: A002 - as above
        """The first of them."""
        return next(iter(self.find_all(tag, id=id, cls=cls)), None)

    @property
    def text(self) -> str:
        """All words below, blanks run together; what scripts and styles say is none."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for part in self.parts:
            if isinstance(part, str):
                yield part
            elif part.tag not in {"script", "style", "template", "datalist"}:
                yield from part._texts()
                yield " "


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it stands. `values` are its controls as they would be sent untouched, in order.

    `buttons` are the (name, value) pairs of its named buttons; one of them is sent when pressed. `page`
    is the address of the page it stood on, to which an empty `action` leads back.
    """

    page: str
    action: str
    method: str
    values: tuple[tuple[str, str], ...]
    names: frozenset[str]
    buttons: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str:
        return next((value for control, value in self.values if control == name), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came back for a request."""

    url: str
    status: int
    root: Element

    @property
    def text(self) -> str:
        """The words of the page's own part, its frame left out."""
        main = self.root.find("main")
        return (main or self.root).text

    @property
    def title(self) -> str:
        found = self.root.find("title")
        return found.text if found else ""

    def forms(self) -> list[Form]:
        return [_form(element, self.root, self.url) for element in self.root.find_all("form")]

    def form(self, *, action: str = "", name: str = "") -> Form:
        """The first form whose action ends so, or that has a control of this name.

        Raises LookupError naming what the page says instead.
        """
        for form in self.forms():
            path = form.action.partition("?")[0]
            if (not action or path.endswith(action)) and (not name or name in form.names):
                return form
        wanted = f"a form {action or name}"
        raise LookupError(f"{self.url} ({self.status}) has no {wanted}; it says: {self.text[:300]}")


def read(html: str, *, url: str = "", status: int = 200) -> Page:
    """Parse a page."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return Page(url=url, status=status, root=builder.root)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#page")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open[-1].tag in _ENDS.get(tag, ()):
            self._open.pop()
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].parts.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].parts.append(data)


def _form(element: Element, root: Element, page: str) -> Form:
    mine = element.attributes.get("id")
    below = list(element.walk())
    controls = [
        each
        for each in root.walk()
        if each.tag in {"input", "select", "textarea", "button"}
        and "name" in each.attributes
        and "disabled" not in each.attributes
        and (
            each.attributes["form"] == mine
            if "form" in each.attributes
            else any(each is one for one in below)
        )
    ]
    buttons = tuple(
        (each.attributes["name"], each.attributes.get("value", ""))
        for each in controls
        if each.tag == "button" or each.attributes.get("type") == "submit"
    )
    sent = [(each.attributes["name"], value) for each in controls for value in _values(each)]
    return Form(
        page=page,
        action=element.attributes.get("action", ""),
        method=element.attributes.get("method", "get").lower(),
        values=tuple(sent),
        names=frozenset(each.attributes["name"] for each in controls),
        buttons=buttons,
    )


def _values(control: Element) -> list[str]:
    """What an untouched control sends: no value, one, or several."""
    match control.tag:
        case "textarea":
            return ["".join(part for part in control.parts if isinstance(part, str)).removeprefix("\n")]
        case "select":
            options = control.find_all("option")
            chosen = [each for each in options if "selected" in each.attributes]
            if not chosen and "multiple" not in control.attributes:
                chosen = options[:1]
            return [each.attributes.get("value", each.text) for each in chosen]
        case "input":
            sort = control.attributes.get("type", "text").lower()
            if sort in _UNSENT_INPUTS:
                return []
            if sort in {"checkbox", "radio"}:
                return [control.attributes.get("value", "on")] if "checked" in control.attributes else []
            return [control.attributes.get("value", "")]
    return []
