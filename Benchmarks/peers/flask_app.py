"""A segment and an upload the way a Flask server does them; started by gunicorn, behind nginx."""

import os
import pathlib
import uuid

import flask
import jwt

DATA = pathlib.Path(os.environ["PEER_DATA_DIR"])
SECRET = os.environ["PEER_SECRET"]
ORIGIN = os.environ["PEER_ORIGIN"]

app = flask.Flask(__name__)


def is_admitted(rel):
    scheme, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return False
    referrer = flask.request.headers.get("Referer", "")
    return (
        scheme == "Bearer"
        and claims.get("rel") == rel
        and claims.get("platform") == "web"
        and referrer.startswith(ORIGIN + "/")
    )


def answer(rel, name, accelerated):
    if not is_admitted(rel):
        return {"error": "forbidden"}, 403
    if accelerated:
        headers = {"X-Accel-Redirect": f"/_accel/hls/{rel}/{name}", "Content-Type": "video/mp2t"}
        return flask.Response(status=200, headers=headers)
    return flask.send_file(DATA / "hls" / rel / name, mimetype="video/mp2t")


@app.get("/send/<path:rel>/<name>")
def send(rel, name):
    return answer(rel, name, False)


@app.get("/accel/<path:rel>/<name>")
def accel(rel, name):
    return answer(rel, name, True)


@app.post("/upload")
def upload():
    video = flask.request.files["video"]
    video.save(DATA / f"upload-{uuid.uuid4()}")
    return {"message": "accepted"}, 202
