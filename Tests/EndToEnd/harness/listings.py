"""The listings of the documentation: what stands between ``` and ```, by language."""

import re
import textwrap
from pathlib import Path

from .openapi import document
from .server import REPOSITORY

PAGE = REPOSITORY / "docs/site-developer.md"
FRENCH_PAGE = REPOSITORY / "docs/fr/site-developer.md"


def listings(text: str, language: str) -> list[str]:
    found = re.findall(rf"^[ ]*```{language}\n(.*?)^[ ]*```$", text, re.S | re.M)
    return [textwrap.dedent(each) for each in found]


def of_page(language: str, page: Path = PAGE) -> list[str]:
    return listings(page.read_text(), language)


def of_callbacks(language: str) -> str:
    """The one that the description of callbacks has in docs/openapi.yaml."""
    (tag,) = (tag for tag in document().published["tags"] if tag["name"] == "Callbacks")
    (listing,) = listings(tag["description"], language)
    return listing
