"""docs/openapi.yaml in itself, and whether its judge would notice."""

import copy
import json
import re

import pytest
from openapi_spec_validator import validate

from harness.openapi import Document, document
from harness.openapi_review import nodes
from harness.server import REPOSITORY

TASKS = "http://127.0.0.1:1/api/tasks"
JSON = {"Content-Type": "application/json", "Cache-Control": "no-store", "Vary": "Origin"}
# A list of tasks.
PAGE = {"tasks": [], "next": None}


def test_it_is_valid_openapi():
    validate(document().root)


def test_it_has_every_code_that_the_server_knows():
    source = (REPOSITORY / "Sources/Domain/ErrorCode.swift").read_text().split("package var status")[0]
    cases = re.findall(r'^    case `?(\w+)`?(?: = "(\w+)")?$', source, re.MULTILINE)
    assert cases
    assert document().root["components"]["schemas"]["ErrorCode"]["enum"] == [raw or name for name, raw in cases]


def test_it_has_every_route_that_the_server_has():
    source = (REPOSITORY / "Sources/Server/Routing/Routes.swift").read_text()
    pieces = dict(re.findall(r'let (\w+) = "([^"]+)"', source))
    routes = re.findall(r'Route\(\s*\[\.(\w+)\], "([^"]+)"', source)
    assert len(routes) > 25
    for method, path in routes:
        for name, text in pieces.items():
            path = path.replace(f"\\({name})", text)
        assert method in document().paths.get(path, {}), f"{method} {path}"


def test_a_client_made_from_it_lives_on_when_a_member_is_added():
    """As it is published it closes no object; as it is compared with answers here, every one."""
    assert [place for place, node in nodes(document().published) if node.get("additionalProperties") is False] == []
    with_more = json.dumps(PAGE | {"more": 1}).encode()
    assert document().problems("GET", TASKS, 200, JSON, with_more) == [
        "the body at $ breaks additionalProperties: more"
    ]


def test_no_reference_has_a_neighbour():
    """Generators leave out one or the other."""
    found = [place for place, node in nodes(document().published) if "$ref" in node and len(node) > 1]
    assert found == []


def test_what_is_older_and_what_is_called_back_have_tags_of_their_own():
    operations = [node for place, node in nodes(document().published) if "operationId" in node]
    assert all(len(operation["tags"]) == 1 for operation in operations)
    older = {operation["operationId"] for operation in operations if operation["tags"] == ["Older clients"]}
    assert older == {operation["operationId"] for operation in operations if operation.get("deprecated")}
    back = {operation["operationId"] for operation in operations if operation["tags"] == ["Callbacks"]}
    assert back == {"conversionSucceeded", "conversionFailed", "renditionsReady"} == document().callbacks().keys()


def test_its_examples_are_what_they_are_examples_of():
    def examples(node):
        if isinstance(node, list):
            for part in node:
                yield from examples(part)
        elif isinstance(node, dict):
            if isinstance(node.get("examples"), list):
                yield from ((node, value) for value in node["examples"])
            if "schema" in node and "example" in node:
                yield node["schema"], node["example"]
            if "schema" in node and "examples" in node:
                yield from ((node["schema"], each["value"]) for each in node["examples"].values())
            for part in node.values():
                yield from examples(part)

    found = list(examples(document().root))
    assert len(found) > 20
    assert [value for schema, value in found if not document().is_valid(schema, value)] == []


@pytest.mark.parametrize("what", ["operationId", "summary"])
def test_every_operation_has_a_name_and_a_summary_of_its_own(what):
    """Tools show each of them alone."""
    found = [node[what] for _, node in nodes(document().published) if "operationId" in node]
    assert len(found) > 40 and len(found) == len(set(found))


@pytest.mark.parametrize(
    "path,template",
    [
        ("/api/get-video-token/v2", "/api/get-video-token/v2"),
        ("/api/get-video-token/v2/film.mp4", "/api/get-video-token/{user_id}/{filename}"),
        ("/presentation_videos/course/c", "/presentation_videos/course/{course_id}"),
        (
            "/presentation_videos/courses/c/presentation.mp4",
            "/presentation_videos/courses/{course_id}/presentation.{ext}",
        ),
        ("/download2/course/c/f.mp4", "/download2/course/{course_id}/{filename}"),
        ("/api/tasks/", None),
        ("/api/tasks/a/b", None),
        ("/apiXtasks", None),
        ("/", None),
    ],
)
def test_addresses_find_their_template(path, template):
    assert document().template(path) == template


GOOD = [
    ("GET", TASKS, 200, JSON, PAGE),
    ("HEAD", TASKS, 200, JSON, None),
    ("GET", f"{TASKS}?token=x", 200, JSON | {"Vary": "Origin", "Date": "today"}, PAGE),
    ("OPTIONS", TASKS, 204, {"Vary": "Origin"}, None),
    ("PUT", TASKS, 405, JSON | {"Allow": "GET, HEAD, OPTIONS"}, {"error": "method_not_allowed", "message": "No."}),
    ("GET", f"{TASKS}/a/b", 404, JSON, {"error": "not_found", "message": "No."}),
]

BAD = [
    ("GET", TASKS, 418, JSON, PAGE, "the status is not described"),
    ("GET", TASKS, 403, JSON, {"error": "token_missing", "message": "No."}, "the status is not described"),
    ("PATCH", TASKS, 200, JSON, PAGE, "the status is not described"),
    ("GET", f"{TASKS}/a/b", 200, JSON, PAGE, "the status is not described"),
    ("GET", TASKS, 200, JSON, PAGE | {"more": 1}, "the body at $ breaks additionalProperties: more"),
    ("GET", TASKS, 200, JSON, {"next": None}, "the body at $ breaks required"),
    ("GET", TASKS, 200, JSON, PAGE | {"tasks": 1}, "the body at $.tasks breaks type"),
    ("GET", TASKS, 400, JSON, {"error": "invalid_ttl", "message": "No."}, "the body at $.error breaks enum"),
    ("GET", TASKS, 401, JSON, {"error": "unauthorized", "message": "No."}, "the header WWW-Authenticate is missing"),
    ("GET", TASKS, 200, JSON | {"X-New": "1"}, PAGE, "the header x-new is not described"),
    (
        "GET",
        TASKS,
        200,
        JSON | {"Cache-Control": "public"},
        PAGE,
        "the header Cache-Control has another value",
    ),
    ("GET", TASKS, 200, JSON | {"Content-Type": "text/html"}, {}, "the content type 'text/html' is not described"),
    ("HEAD", TASKS, 200, JSON, PAGE, "HEAD has a body"),
    ("OPTIONS", TASKS, 204, {"Vary": "Origin"}, PAGE, "there is a body"),
]


def judge(method, url, status, headers, body):
    return document().problems(method, url, status, headers, b"" if body is None else json.dumps(body).encode())


@pytest.mark.parametrize("exchange", GOOD)
def test_what_is_described_passes(exchange):
    assert judge(*exchange) == []


@pytest.mark.parametrize("exchange", BAD)
def test_what_is_not_described_is_named(exchange):
    *answer, problem = exchange
    assert judge(*answer) == [problem]


def test_a_described_answer_that_nobody_saw_is_known(tmp_path):
    root = copy.deepcopy(document().root)
    root["paths"]["/healthz"]["get"]["responses"]["418"] = {"description": "A teapot."}
    (tmp_path / "openapi.yaml").write_text(json.dumps(root))
    assert Document(tmp_path / "openapi.yaml").pairs() - document().pairs() == {("GET", "/healthz", "418")}
