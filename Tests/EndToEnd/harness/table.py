"""The table of doors: what each route asks for, what each token opens, and by that the answer of every cell.

A model of the rules, short enough to be read beside them; it asks the server nothing.
"""

from dataclasses import dataclass, field

from .server import ORIGIN, WILDCARD_ORIGIN

TARGETS = ("own", "other", "prefix", "other user")
RELS = dict(zip(TARGETS, ("t/c/m/l", "t/c/m/x", "t/c/m/l2", "t2/c/m/l"), strict=True))
VIDEOS = dict(zip(TARGETS, (("u", "v"), ("u", "w"), ("u", "v2"), ("u2", "v")), strict=True))
COURSES = dict(zip(TARGETS, ("c", "d", "c2", "e"), strict=True))
MODULES = dict(zip(TARGETS, (("c", "m"), ("c", "n"), ("c", "m2"), ("d", "m")), strict=True))

VERSION = "abc123"

REFERRERS = {
    "none": {},
    "allowed": {"Referer": f"{ORIGIN}/course/1"},
    "wildcard": {"Referer": f"{WILDCARD_ORIGIN}/"},
    "forbidden": {"Referer": "https://evil.example/"},
    "null": {"Origin": "null"},
    "origin only": {"Origin": ORIGIN},
}
GOOD_REFERRERS = ("allowed", "wildcard", "origin only")

# Where requests come from: the settings name one of these addresses as one that needs no API key.
ADDRESSES = {"any": "127.0.0.1", "keyless": "127.0.0.9"}


@dataclass(frozen=True)
class Route:
    """A path per target; what a token must be for it."""

    name: str
    family: str
    paths: dict
    part: str = ""
    mobile: bool = False
    method: str = "GET"
    form: dict = field(default_factory=dict, hash=False)


def _routes():
    names = {"playlist": "output.m3u8", "segment": f"segment_000.ts?v={VERSION}", "key file": "enc.key", "key": "key"}
    names |= {"poster": f"poster.jpg?v={VERSION}"}
    # The lessons have several renditions, of which the first one is the largest.
    names |= {"first playlist": "r0.m3u8", "other key": "enc-r2.key", "other segment": f"r2_000.ts?v={VERSION}"}
    for mobile in (False, True):
        root = "/mobile" if mobile else ""
        for part, name in names.items():
            paths = {target: f"{root}/hls2/{rel}/{name}" for target, rel in RELS.items()}
            yield Route(f"{root}/hls2 {part}", "lesson", paths, part, mobile)
            paths = {target: f"{root}/hls/{user}/{video}/{name}" for target, (user, video) in VIDEOS.items()}
            yield Route(f"{root}/hls {part}", "flat", paths, part, mobile)
    flat = {target: f"{user}/{video}.mp4" for target, (user, video) in VIDEOS.items()}
    yield Route("videos-user", "raw", {target: f"/videos-user/{path}" for target, path in flat.items()})
    yield Route("api/download", "download flat", {target: f"/api/download/{path}" for target, path in flat.items()})
    for kind, places in (
        ("lesson", {target: f"{rel}/film.mp4" for target, rel in RELS.items()}),
        ("course", {target: f"course/{course}/presentation.mp4" for target, course in COURSES.items()}),
        ("module", {target: f"module/{'/'.join(ids)}/presentation.mp4" for target, ids in MODULES.items()}),
    ):
        paths = {target: f"/download2/{place}" for target, place in places.items()}
        yield Route(f"download2 {kind}", f"download {kind}", paths)
    names = ("trainer_id", "course_id", "module_id", "lesson_id")
    forms = {target: dict(zip(names, rel.split("/"), strict=True)) for target, rel in RELS.items()}
    yield Route("upload/lesson", "upload lesson", dict.fromkeys(TARGETS, "/upload/lesson"), method="POST", form=forms)
    paths = {target: f"/upload_presentation/course/{course}" for target, course in COURSES.items()}
    yield Route("upload course", "upload course", paths, method="POST")
    paths = {target: f"/upload_presentation/module/{'/'.join(ids)}" for target, ids in MODULES.items()}
    yield Route("upload module", "upload module", paths, method="POST")
    forms = {target: {"user_id": user} for target, (user, _) in VIDEOS.items()}
    yield Route("upload", "upload flat", dict.fromkeys(TARGETS, "/upload"), method="POST", form=forms)
    yield Route("upload_presentation", "upload flat", dict.fromkeys(TARGETS, "/upload_presentation"), method="POST")
    # The tasks' ids are known once the uploads were made.
    yield Route("api/tasks", "task", {})
    yield Route("api/tasks list", "service", dict.fromkeys(TARGETS, "/api/tasks"))
    yield Route("api/lessons", "service", {target: f"/api/lessons/{rel}" for target, rel in RELS.items()})


ROUTES = list(_routes())

USER = {"user_id": "u"}
LESSON = {"type": "lesson", "rel": RELS["own"]}
COURSE = {"type": "course", "course_id": "c"}
MODULE = {"type": "module", "course_id": "c", "module_id": "m"}
DOWNLOAD = USER | {"sub": "download", "platform": "download"}
# As high as the smaller of the two renditions that the table asks for, and less than the first one.
MAX_HEIGHT = 480
OF_FIRST_RENDITION = ("first playlist", "segment", "key", "key file")
UPLOAD = USER | {"sub": "upload", "platform": "upload"}

# What each kind of token says beside its dates; all of them name "own".
CLAIMS = {
    "play v2 web": USER | {"rel": RELS["own"], "platform": "web"},
    "play v2 mobile": USER | {"rel": RELS["own"], "platform": "mobile"},
    "grant": USER | {"rel": RELS["own"], "platform": "mobile", "use": "segment"},
    "flat grant": USER | {"video_id": "v", "platform": "mobile", "use": "segment"},
    "play v1 filename": USER | {"filename": "v.mp4", "platform": "web"},
    "play v1 video_id": USER | {"video_id": "v", "platform": "web"},
    "play v1 mobile": USER | {"filename": "v.mp4", "video_id": "v", "platform": "mobile"},
    "play v2 limited": USER | {"rel": RELS["own"], "platform": "web", "max_height": MAX_HEIGHT},
    "limited grant": USER | {"rel": RELS["own"], "platform": "mobile", "use": "segment", "max_height": MAX_HEIGHT},
    "play v1 limited": USER | {"filename": "v.mp4", "platform": "web", "max_height": MAX_HEIGHT},
    "download v2 lesson": DOWNLOAD | LESSON | {"filename": "film.mp4"},
    "download v2 course": DOWNLOAD | COURSE | {"filename": "presentation.mp4"},
    "download v2 module": DOWNLOAD | MODULE | {"filename": "presentation.mp4"},
    "download v1": USER | {"action": "download", "platform": "download", "filename": "v.mp4"},
    "upload lesson": UPLOAD | LESSON,
    "upload course": UPLOAD | COURSE,
    "upload module": UPLOAD | MODULE,
}
NO_TOKENS = ("none", "garbage", "API key", "session")
# The kind made for the route, spoilt or signed by an older key.
VARIANTS = ("expired", "wrong key", "previous key")
KINDS = (*NO_TOKENS, *CLAIMS, *VARIANTS)
# What the keyless address sends: nothing, which opens what a key opens, or something that is judged as from anywhere.
KEYLESS_KINDS = (*NO_TOKENS, "play v2 web", "play v1 mobile", "upload lesson", "wrong key")

# By family of routes: the kinds that open "own", the first of them the one that VARIANTS are made of.
PLAYS = {
    "lesson": ("play v2 web", "play v2 mobile", "grant", "play v2 limited", "limited grant"),
    "flat": ("play v1 filename", "play v1 video_id", "play v1 mobile", "flat grant", "play v1 limited"),
    "raw": ("play v1 filename", "play v1 mobile"),
    "download lesson": ("download v2 lesson",),
    "download course": ("download v2 course",),
    "download module": ("download v2 module",),
    "download flat": ("download v1",),
    "upload lesson": ("upload lesson",),
    "upload course": ("upload course",),
    "upload module": ("upload module",),
    "upload flat": (),
    "task": ("upload lesson",),
    "service": (),
}
FALLBACK = "upload lesson"


def base_kind(route: Route) -> str:
    """The kind of token that VARIANTS are made of."""
    for kind in PLAYS[route.family]:
        if not route.mobile or CLAIMS[kind]["platform"] == "mobile":
            return kind
    return FALLBACK


def opens(route: Route, kind: str, target: str) -> bool:
    """Whether the token, good in itself, names what the route serves."""
    if target != "own" or kind not in PLAYS[route.family]:
        return False
    claims = CLAIMS[kind]
    if route.mobile and claims["platform"] != "mobile":
        return False
    return not (claims.get("use") == "segment" and route.part == "playlist")


def admitted(route: Route) -> tuple[int, str | None]:
    """Uploads of the table are text, so that those who may come in are told so and nothing is stored."""
    return (400, "unsupported_media") if route.method == "POST" else (200, None)


def is_keyless_caller(kind: str, referrer: str, address: str) -> bool:
    """Whether the request counts as the site's backend's for its address alone: no other site's page sent it."""
    return address == "keyless" and kind == "none" and referrer in ("none", *GOOD_REFERRERS)


def expected(route: Route, kind: str, referrer: str, target: str, address: str = "any") -> tuple[int, str | None]:
    """Status and `error` of one cell."""
    takes_api_key = route.family.startswith(("upload", "task", "service"))
    if takes_api_key and (kind == "API key" or is_keyless_caller(kind, referrer, address)):
        return admitted(route)
    if route.family == "service" or (takes_api_key and kind in ("none", "garbage")):
        return 401, "unauthorized"
    if takes_api_key and referrer not in ("none", *GOOD_REFERRERS):
        return 403, "referrer_forbidden"
    if kind == "none":
        return 403, "token_missing"
    if kind in (*NO_TOKENS, "wrong key"):
        return 403, "token_invalid"
    if kind == "expired":
        return 403, "token_expired"
    meant = base_kind(route) if kind == "previous key" else kind
    if not opens(route, meant, target):
        return 403, "token_mismatch"
    if CLAIMS[meant]["platform"] == "web" and referrer not in GOOD_REFERRERS:
        return 403, "referrer_missing" if referrer == "none" else "referrer_forbidden"
    if "max_height" in CLAIMS[meant] and route.part in OF_FIRST_RENDITION:
        return 403, "token_mismatch"
    return admitted(route)


# By whom and for whom a session was issued, and the routes where it gets tokens. The settings name these.
ISSUERS = ("https://id.example.com", "https://accounts.example.net/")
AUDIENCES = ("learner-app", "learner-site")
SESSION_ISSUERS = {
    "first": {"iss": ISSUERS[0]},
    "second": {"iss": ISSUERS[1]},
    "none": {},
    "empty": {"iss": ""},
    "with a slash": {"iss": ISSUERS[0] + "/"},
    "in capitals": {"iss": ISSUERS[0].upper()},
    "longer": {"iss": ISSUERS[0] + ".evil.example"},
    "both in one": {"iss": ",".join(ISSUERS)},
    "a list": {"iss": [ISSUERS[0]]},
    "another's": {"iss": "https://securetoken.example.org/attackers-project"},
}
SESSION_AUDIENCES = {
    "first": {"aud": AUDIENCES[0]},
    "second": {"aud": AUDIENCES[1]},
    "in a list": {"aud": ["attackers-project", AUDIENCES[1]]},
    "none": {},
    "empty": {"aud": ""},
    "an empty list": {"aud": []},
    "in capitals": {"aud": AUDIENCES[0].upper()},
    "longer": {"aud": AUDIENCES[0] + "-2"},
    "both in one": {"aud": ",".join(AUDIENCES)},
    "an object": {"aud": {"0": AUDIENCES[0]}},
    "a list with a number": {"aud": [AUDIENCES[0], 1]},
    "another's": {"aud": "attackers-project"},
    "authorized party": {"azp": AUDIENCES[0]},
}
GOOD_SESSIONS = {
    (issuer, audience) for issuer in ("first", "second") for audience in ("first", "second", "in a list")
}
_REL = RELS["own"]
ISSUING = {
    "play": f"/api/get-video-token/v2?user_id=u&rel={_REL}",
    "play v1": "/api/get-video-token/u/v.mp4",
    "play v1 mobile": "/api/get-video-token/mobile/u/v.mp4/v",
    "download": f"/api/get-download-token/v2?user_id=u&type=lesson&rel={_REL}&filename=film.mp4",
    "download v1": "/api/get-download-token/u/v.mp4",
    # Neither of these is for users.
    "upload": f"/api/get-upload-token?user_id=u&type=lesson&rel={_REL}",
    "task list": "/api/tasks",
}


def expected_of_session(route: str, user: str, issuer: str, audience: str) -> tuple[int, str | None]:
    """Status and `error` of a session of `user` that asks for a token of u's."""
    if (issuer, audience) not in GOOD_SESSIONS or route in ("upload", "task list"):
        return 401, "unauthorized"
    return (200, None) if user == "u" else (403, "token_mismatch")
