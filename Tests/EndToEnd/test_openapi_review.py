"""Whether docs/openapi.yaml tells a client's author everything, and whether the review would notice if not."""

import copy

import pytest

from harness import openapi_review as review
from harness.openapi import document

REVIEWS = [
    review.unnamed,
    review.undescribed,
    review.described_twice,
    review.without_example,
    review.not_binary,
    review.cut_sentences,
]


@pytest.mark.parametrize("lacking", REVIEWS)
def test_the_document_lacks_nothing(lacking):
    assert lacking(document().published) == []


FAILED_URL = "{$request.body#/error_callback_url}"
TASKS = ("paths", "/api/tasks", "get")
CALLBACK = ("paths", "/upload/lesson", "post", "callbacks", "conversionFailed", FAILED_URL, "post")
SCHEMAS = ("components", "schemas")
OBJECT = {"description": "An object.", "type": "object", "properties": {"a": {"$ref": "#/components/schemas/Id"}}}
CHOICE = {"oneOf": [{"$ref": "#/components/schemas/Task"}, {"$ref": "#/components/schemas/Lesson"}]}
BODY = {"description": "A film.", "content": {"video/mp4": {"schema": {"type": "string"}}}}

# The review, and where what is put there instead. None: what is there is left out.
FAULTS = [
    (review.unnamed, (*TASKS, "responses", "200", "content", "application/json", "schema"), OBJECT),
    (review.unnamed, (*TASKS, "responses", "200", "content", "application/json", "schema"), CHOICE),
    (review.unnamed, (*SCHEMAS, "Task", "properties", "error"), OBJECT),
    (review.unnamed, (*SCHEMAS, "TaskPage", "properties", "tasks", "items"), OBJECT),
    (review.unnamed, ("components", "responses", "TooLarge", "content", "application/json", "schema"), OBJECT),
    (review.undescribed, (*TASKS, "summary"), None),
    (review.undescribed, (*TASKS, "description"), None),
    (review.undescribed, (*CALLBACK, "description"), None),
    (review.undescribed, (*TASKS, "parameters", 0, "description"), None),
    (review.undescribed, ("components", "parameters", "course_id", "description"), None),
    (review.undescribed, ("paths", "/api/revoke", "post", "requestBody", "description"), None),
    (review.undescribed, ("components", "requestBodies", "Presentation", "description"), None),
    (review.undescribed, ("components", "responses", "TooLarge", "description"), None),
    (review.undescribed, ("components", "headers", "ETag", "description"), None),
    (review.undescribed, ("components", "securitySchemes", "apiKey", "description"), None),
    (review.undescribed, (*SCHEMAS, "Lesson", "description"), None),
    (review.undescribed, (*SCHEMAS, "Lesson", "properties", "width", "description"), None),
    (review.undescribed, (*SCHEMAS, "TaskId", "description"), None),
    (review.described_twice, (*SCHEMAS, "Health", "description"), "What became of one upload."),
    (review.without_example, (*TASKS, "parameters", 3, "example"), None),
    (review.without_example, ("components", "parameters", "PlayTTL", "example"), None),
    (review.without_example, ("components", "headers", "ETag", "example"), None),
    (review.without_example, (*SCHEMAS, "Lesson", "properties", "width", "examples"), None),
    (review.without_example, (*SCHEMAS, "TaskId", "examples"), None),
    (review.without_example, (*SCHEMAS, "TaskPage", "examples"), None),
    (review.without_example, (*SCHEMAS, "ConversionFailed", "examples"), None),
    (review.not_binary, ("components", "responses", "HLSFile"), BODY),
    (review.cut_sentences, (*SCHEMAS, "Lesson", "or what else there is"), ...),
]


def with_fault(place: tuple, value) -> dict:
    """The document with one thing changed: `None` leaves it out, `...` names it and gives it no value."""
    changed = copy.deepcopy(document().published)
    *way, last = place
    node = changed
    for name in way:
        node = node[name]
    if value is None:
        del node[last]
    else:
        node[last] = None if value is ... else value
    return changed


@pytest.mark.parametrize("lacking,place,value", FAULTS, ids=lambda part: getattr(part, "__name__", None))
def test_what_is_lacking_is_found(lacking, place, value):
    assert lacking(with_fault(place, value))
