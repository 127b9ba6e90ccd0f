"""A presentation plays while it loads: its index stands in front of its media."""

import subprocess

import requests

from harness.client import service


def test_a_presentation_begins_with_its_index(server, media):
    film = media / "index-last.mp4"
    source = "-f lavfi -i testsrc2=s=320x240:d=2 -c:v libx264 -pix_fmt yuv420p"
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source.split(), film], check=True)
    sent = film.read_bytes()
    assert sent.index(b"mdat") < sent.index(b"moov")
    answer = requests.post(
        f"{server.url}/upload_presentation/course/fast-start",
        headers=service(),
        files={"video": (film.name, sent, "video/mp4")},
        timeout=30,
    )
    assert answer.status_code == 201
    served = requests.get(f"{server.url}/presentation_videos/course/fast-start", timeout=10).content
    assert served.index(b"moov") < served.index(b"mdat") and len(served) == len(sent)
