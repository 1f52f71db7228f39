"""The main content of a web page, without what pages have around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_NEVER = (
    "script style template noscript svg head iframe object embed canvas audio video "
    "nav aside form button input select textarea dialog menu"
).split()
_AROUND = ("header", "footer")  # of the page; those of an article belong to it
_ROLES = frozenset(
    "navigation banner contentinfo complementary search dialog alertdialog menu "
    "menubar toolbar tablist tooltip alert".split()
)
# Words in the class or id of what stands around the text, in the wording of the usual
# themes and site builders. They are compared with whole words: "comment" is not in
# "commentary", and "share" not in "shareholders".
_NAMES = frozenset(
    "ad ads advert advertisement banner breadcrumb breadcrumbs comment comments "
    "commentlist consent cookie cookies disqus gdpr headerlink masthead menu modal nav "
    "navbar navigation newsletter noprint pager pagination popup print promo related "
    "respond share sharing sidebar signup skip social sponsor sr subscribe teaser toc "
    "toolbar widget mw-editsection".split()
)
_SPLIT = re.compile(r"[^a-z]+")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MOST = 0.5  # of a page's text; what holds more is not around the text
_ENOUGH = 0.3  # of a page's text, for an element that says it is the main one


def main_content(page: HtmlElement) -> HtmlElement:
    """Return the element with the main content; what is around it is taken out.

    The page is changed.
    """
    body = page.find(".//body")
    body = page if body is None else body
    _drop(list(body.iter(*_NEVER)))
    _drop([each for each in body.iter("*") if _is_hidden(each)])
    root = _marked_main(body)
    if root is body:
        _drop([each for each in body.iter(*_AROUND) if _is_of_page(each)])
    whole = _length(root)
    _drop(
        each
        for each in list(root.iterdescendants())
        if _is_named(each) and _length(each) <= _MOST * whole
    )
    return root


def _drop(elements: Iterator[HtmlElement] | list[HtmlElement]) -> None:
    for each in elements:
        if each.getparent() is not None:
            each.drop_tree()  # what follows the element stays


def _is_hidden(element: HtmlElement) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or element.get("role") in _ROLES
        or bool(_HIDDEN.search(element.get("style", "")))
    )


def _marked_main(body: HtmlElement) -> HtmlElement:
    """Return the one element that the author marked as main, if it is not too short."""
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = body.findall(path)
        if len(found) == 1 and _length(found[0]) >= _ENOUGH * _length(body):
            return found[0]
    return body


def _is_of_page(element: HtmlElement) -> bool:
    """Say whether a header or footer is the site's, not that of the text."""
    title = " ".join((element.getroottree().findtext(".//title") or "").split())
    for heading in element.iter("h1"):
        said = " ".join("".join(heading.itertext()).split())
        if said and title.startswith(said):
            return False
    return not any(each.tag in {"article", "main"} for each in element.iterancestors())


def _is_named(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str) or element.tag in {"main", "article", "body"}:
        return False
    names = f"{element.get('class', '')} {element.get('id', '')}".lower()
    return not _NAMES.isdisjoint(_SPLIT.split(names))


def _length(element: HtmlElement) -> int:
    return sum(len(each.strip()) for each in element.itertext())
