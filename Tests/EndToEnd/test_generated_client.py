"""A client made from docs/openapi.yaml by openapi-generator.

It is made without a complaint, TypeScript accepts it, and it does a site's work against the server.
"""

import json
import re

import pytest
import yaml

from harness import typescript
from harness.openapi import document
from harness.server import API_KEY, REPOSITORY

SITE = REPOSITORY / "Tests/EndToEnd/typescript/site.ts"
# What the generator says of every document of this version of OpenAPI, and of the parameter `file`, whose type it
# would have called File.
USUAL = ("OpenAPI 3.1 support is still in beta", "File (model name matches existing language type)")


def complaints(said: str) -> list[str]:
    """The lines in which the generator has something against the document, or invents a name."""
    bad = re.compile(r"\b(WARN|ERROR)\b|[Ii]nline schema created|Exception")
    return [line for line in said.splitlines() if bad.search(line) and not any(usual in line for usual in USUAL)]


@pytest.fixture(scope="session")
def generated(tmp_path_factory):
    """The folder of a client in TypeScript, and what the generator said."""
    folder = tmp_path_factory.mktemp("generated")
    return folder, typescript.generate("typescript-fetch", folder)


def test_it_is_generated_without_a_complaint(generated):
    folder, said = generated
    assert complaints(said) == []
    models = {path.stem for path in (folder / "client/models").glob("*.ts")}
    assert not {name for name in models if re.search(r"Inline|OneOf|AllOf|\d", name)}
    assert models >= {
        "Task",
        "TaskPage",
        "LessonPage",
        "PlayToken",
        "Revoked",
        "Refusal",
        "SuccessCallback",
        "ErrorCallback",
    }


def test_bytes_are_files_in_it(generated):
    folder, _ = generated
    source = "".join(path.read_text() for path in (folder / "client/apis").glob("*.ts"))
    for name in ("playLesson", "playLessonMobile", "downloadLesson", "getCoursePoster", "getModulePresentation"):
        assert re.search(rf"async {name}\(.*Promise<runtime\.HttpFile>", source), name


def test_typescript_accepts_it_strictly(generated):
    folder, _ = generated
    # All that was generated, as tsc would: nothing imports the file of a tag that the generator could not cope with.
    assert typescript.check(folder, SITE, *sorted((folder / "client").rglob("*.ts"))) == ""


def test_typescript_notices_what_the_document_does_not_say(generated):
    folder, _ = generated
    wrong = folder / "wrong.ts"
    wrong.write_text('import { TasksApi } from "client";\nconst { total } = await new TasksApi().listTasks();\n')
    assert "Property 'total' does not exist on type 'TaskPage'" in typescript.check(folder, wrong)


def test_a_site_is_written_with_it(generated, server, short_h264):
    saw = json.loads(typescript.execute(generated[0], SITE, server.url, API_KEY, short_h264))
    rel = "trainer-1/course-1/module-1/generated"
    assert saw == {
        "missing": [400, "missing_field", "rel"],
        "accepted": ["generated", True],
        "task": ["completed", rel, None, "number", True],
        "play": ["ready", "#EXTM3U", 16, 0],
        "batch": ["ready", "invalid_rel"],
        "download": ["ready", "blob.mp4", True],
        "tasks": [True],
        "lessons": [["ready", 640, True]],
        "revoked": {"userId": "jean@example.com"},
        "stopped": [403, "token_revoked"],
        "erased": True,
        "late": "not_found",
    }


# What a generator has something against, one of each kind.
FAULTS = {
    "an object without a name": lambda schemas: schemas["Task"]["properties"].update(
        error={"description": "Why.", "type": "object", "properties": {"code": {"type": "string"}}}
    ),
    "a reference to nothing": lambda schemas: schemas["Task"]["properties"].update(
        error={"$ref": "#/components/schemas/NoSuchThing"}
    ),
    "a member that a schema cannot have": lambda schemas: schemas["Task"].update(required="task_id"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_document_is_a_complaint(tmp_path, fault):
    changed = yaml.safe_load(yaml.safe_dump(document().published))
    FAULTS[fault](changed["components"]["schemas"])
    (tmp_path / "openapi.yaml").write_text(yaml.safe_dump(changed))
    try:
        said = typescript.generate(
            "typescript-fetch", tmp_path, tmp_path / "openapi.yaml", "--global-property", "models=Task"
        )
    except AssertionError as refused:
        said = str(refused)
    assert complaints(said)
