"""What the site's backend and a viewer's player do."""

from dataclasses import dataclass
from pathlib import Path

import requests

from .server import API_KEY, ORIGIN, Server, wait_for
from .tokens import remember

WEB_HEADERS = {"Referer": f"{ORIGIN}/course/1?page=2"}


def service(key: str = API_KEY) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} | more


def lesson_fields(rel: str) -> dict[str, str]:
    names = ("trainer_id", "course_id", "module_id", "lesson_id")
    return dict(zip(names, rel.split("/"), strict=True))


def upload(server: Server, rel: str, film: Path, filename: str | None = None, **more) -> requests.Response:
    with film.open("rb") as file:
        return requests.post(
            f"{server.url}/upload/lesson",
            headers=service(),
            data=lesson_fields(rel) | more,
            files={"video": (filename or film.name, file, "video/mp4")},
            timeout=120,
        )


def task(server: Server, task_id: str) -> dict:
    answer = requests.get(f"{server.url}/api/tasks/{task_id}", headers=service(), timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def wait_for_task(server: Server, task_id: str, seconds: float = 120) -> dict:
    """The task once it has ended, however it ended."""

    def ended():
        state = task(server, task_id)
        return state if state["status"] in ("completed", "failed", "superseded") else None

    return wait_for(ended, f"task {task_id} to end", seconds, 0.1)


def get_token(server: Server, rel: str, platform: str = "web", **more) -> dict:
    answer = requests.get(
        f"{server.url}/api/get-video-token/v2",
        params={"user_id": "learner-1", "rel": rel, "platform": platform} | more,
        headers=service(),
        timeout=10,
    )
    assert answer.status_code == 200, answer.text
    remember(answer.json()["token"])
    return answer.json()


@dataclass
class Lesson:
    """A lesson that is ready to be played."""

    server: Server
    rel: str
    source: Path
    accepted: dict
    finished: dict

    def address(self, name: str, mobile: bool = False) -> str:
        return f"{self.server.url}{'/mobile' if mobile else ''}/hls2/{self.rel}/{name}"


def make_lesson(server: Server, rel: str, source: Path, filename: str | None = None) -> Lesson:
    answer = upload(server, rel, source, filename)
    assert answer.status_code == 202, answer.text
    finished = wait_for_task(server, answer.json()["task_id"])
    assert finished["status"] == "completed", finished
    return Lesson(server, rel, source, answer.json(), finished)


def segment_uris(playlist: str) -> list[str]:
    return [line for line in playlist.splitlines() if line and not line.startswith("#")]


def refusal(answer) -> str:
    """The `error` of a refusal, which must be JSON as every one is."""
    assert answer.headers["Content-Type"].startswith("application/json"), (
        answer.status_code,
        answer.text[:500],
    )
    body = answer.json()
    assert isinstance(body["error"], str) and body["message"], body
    return body["error"]
