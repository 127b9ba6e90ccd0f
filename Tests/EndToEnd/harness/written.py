"""What the logs of a server must not contain, whatever was asked of it."""

import re

from .server import API_KEY, OTHER_API_KEY, SECRET_KEY
from .tokens import USED


def nothing_secret_in(logs: dict[str, str]) -> None:
    for path, text in logs.items():
        assert not tokens_in(text), path
        for secret in (SECRET_KEY, API_KEY, OTHER_API_KEY):
            assert secret not in text, path
        assert "token=" not in text, path
        # What each token begins with: `{"` in Base64.
        assert "eyJ" not in text, path


def tokens_in(text: str) -> list[str]:
    """The tokens of this run that are there; not even the payload or signature of one may be, alone."""
    runs = " ".join(set(re.findall(r"[\w-]{20,}", text, re.ASCII)))
    parts = {part for token in USED for part in [token, *token.split(".")[1:]] if len(part) >= 20}
    return [part for part in parts if part in runs]
