"""A player that fetches a whole lesson through nginx and decrypts it, and says which film it saw."""

import hashlib
import re
from dataclasses import dataclass, field

import requests
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .client import WEB_HEADERS, bearer, get_token, refusal, segment_uris

PACKET = 188


class TornLesson(AssertionError):
    """What was fetched does not belong together."""


@dataclass
class Player:
    """Watches one lesson with one token, as often as asked."""

    url: str
    rel: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    @classmethod
    def of(cls, server, rel: str) -> "Player":
        return cls(server.url, rel, get_token(server, rel)["token"])

    def fetch(self, name: str) -> requests.Response:
        headers = bearer(self.token, **WEB_HEADERS)
        return self.session.get(f"{self.url}/hls2/{self.rel}/{name}", headers=headers, timeout=20)

    def watch(self) -> str:
        """The digest of the film that was seen whole; else the refusal that ended it."""
        answer = self.fetch("output.m3u8")
        if answer.status_code == 404:
            return refusal(answer)
        self.judge(answer)
        return self.watch_on(answer.text)

    def playlist(self) -> str:
        answer = self.fetch("output.m3u8")
        self.judge(answer)
        return answer.text

    def watch_on(self, playlist: str) -> str:
        """As `watch`, by a playlist that was loaded before."""
        key = self.fetch(re.search(r'URI="([^"]+)"', playlist)[1])
        if key.status_code == 404:
            return refusal(key)
        self.judge(key)
        digest = hashlib.sha256()
        uris = segment_uris(playlist)
        for number, uri in enumerate(uris):
            segment = self.fetch(uri)
            if segment.status_code == 404:
                return refusal(segment)
            self.judge(segment)
            digest.update(decrypted(segment.content, key.content, number, f"{uri} of {self.rel}"))
        if not uris or "#EXT-X-ENDLIST" not in playlist:
            raise TornLesson(f"no whole playlist: {playlist}")
        return digest.hexdigest()

    @staticmethod
    def judge(answer: requests.Response) -> None:
        if answer.status_code != 200:
            raise TornLesson(f"{answer.status_code} for {answer.url.split('?')[0]}: {answer.text[:300]}")


def decrypted(ciphertext: bytes, key: bytes, sequence: int, name: str) -> bytes:
    """The transport stream of a segment; its IV is the media sequence number (RFC 8216 §5.2)."""
    cipher = Cipher(algorithms.AES(key), modes.CBC(sequence.to_bytes(16, "big"))).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    try:
        plain = unpadder.update(cipher.update(ciphertext) + cipher.finalize()) + unpadder.finalize()
    except ValueError as error:
        raise TornLesson(f"{name}: key and segment do not belong together: {error}") from error
    if not plain or len(plain) % PACKET or any(byte != 0x47 for byte in plain[::PACKET]):
        raise TornLesson(f"{name}: {len(plain)} bytes that are no transport stream")
    return plain
