"""What a client's author would miss in docs/openapi.yaml: names, descriptions, examples, bytes that are called text.

Each function takes the document as it is published and tells the places where something is missing.
"""

import re
from collections import Counter
from collections.abc import Iterator

TEXTS = ("application/json", "text/plain", "multipart/form-data")
COMPOSITIONS = ("allOf", "anyOf", "oneOf")


def nodes(node, place: str = "") -> Iterator[tuple[str, dict]]:
    """Every object of the document with its place."""
    if isinstance(node, dict):
        yield place, node
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, part in parts:
        if name not in ("example", "examples"):
            yield from nodes(part, f"{place}/{name}")


def written(document: dict, place: str) -> Iterator[tuple[str, dict]]:
    """The objects at places that match, without those that only refer to another place."""
    return ((at, node) for at, node in nodes(document) if re.search(place, at) and "$ref" not in node)


def resolve(document: dict, node: dict) -> dict:
    while "$ref" in node:
        found = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def operations(document: dict) -> Iterator[tuple[str, dict]]:
    return ((at, node) for at, node in nodes(document) if "operationId" in node)


def parameters(document: dict) -> Iterator[tuple[str, dict]]:
    return ((at, node) for at, node in nodes(document) if node.keys() >= {"in", "name", "schema"})


def headers(document: dict) -> Iterator[tuple[str, dict]]:
    return written(document, r"headers/[^/]+$")


def properties(document: dict) -> Iterator[tuple[str, dict]]:
    """Every member of an object, led to where it is described."""
    found = ((at, node) for at, node in nodes(document) if re.search("/properties/[^/]+$", at))
    return ((at, resolve(document, node)) for at, node in found)


def bodies(document: dict) -> Iterator[tuple[str, dict]]:
    return (
        (at, node) for at, node in nodes(document) if re.search(r"/content/[^/]+(/[^/]+)?$", at) and "schema" in node
    )


def unnamed(document: dict) -> list[str]:
    """Objects, and choices between objects, that a generator has to invent a name for."""
    found = [at for at, node in nodes(document) if "properties" in node and not is_named(at)]
    choices = [(at, node) for at, node in nodes(document) if any(name in node for name in COMPOSITIONS)]
    return found + [at for at, node in choices if not is_named(at) and len(chosen(node)) > 1]


def is_named(place: str) -> bool:
    return re.fullmatch("/components/schemas/[^/]+", place) is not None


def chosen(node: dict) -> list[dict]:
    """What a composition is put together of; null is no type of its own."""
    parts = [part for name in COMPOSITIONS for part in node.get(name, [])]
    return [part for part in parts if part.get("type") != "null"]


def undescribed(document: dict) -> list[str]:
    found = [
        f"{at}/{key}" for at, node in operations(document) for key in ("summary", "description") if not node.get(key)
    ]
    named = r"^/(tags/\d+|components/(schemas|securitySchemes|parameters|headers|requestBodies|responses)/[^/]+)$"
    described = [
        *written(document, named),
        *written(document, r"/responses/[^/]+$"),
        *written(document, r"/requestBody$"),
        *parameters(document),
        *headers(document),
        *properties(document),
    ]
    return found + sorted({at for at, node in described if not node.get("description")})


def without_example(document: dict) -> list[str]:
    alone = [*parameters(document), *headers(document)]
    found = [at for at, node in alone if "example" not in node and not shows(document, node["schema"])]
    found += [at for at, node in properties(document) if not shows(document, node)]
    return found + [at for at, node in bodies(document) if not is_shown(document, at, node)]


def is_shown(document: dict, place: str, body: dict) -> bool:
    """Whether a body can be seen as a whole; of a form, each field."""
    if place.endswith("multipart/form-data"):
        return shows(document, body["schema"])
    return "example" in body or "examples" in body or has_whole(document, body["schema"])


def has_whole(document: dict, schema: dict) -> bool:
    """Whether the schema has an example of its own, or each of its alternatives has."""
    schema = resolve(document, schema)
    parts = chosen(schema)
    is_seen = "examples" in schema or schema.get("format") == "binary"
    return is_seen or bool(parts) and all(has_whole(document, part) for part in parts)


def shows(document: dict, schema: dict) -> bool:
    """Whether a value can be seen: an example, a list of all values, or an example of each part."""
    schema = resolve(document, schema)
    if schema.keys() & {"examples", "enum", "const"} or schema.get("format") == "binary":
        return True
    parts = [
        *schema.get("properties", {}).values(),
        *chosen(schema),
        *([schema["items"]] if "items" in schema else []),
    ]
    return bool(parts) and all(shows(document, part) for part in parts)


def not_binary(document: dict) -> list[str]:
    """Bodies that are no text and are not called bytes: a client makes nothing, or broken text, of them."""
    found = [(at, resolve(document, node["schema"])) for at, node in bodies(document) if not at.endswith(TEXTS)]
    return [at for at, schema in found if schema.get("format") != "binary"]


def cut_sentences(document: dict) -> list[str]:
    """Descriptions that YAML has cut at a comma: the rest of one became the name of a member without a value."""
    return [f"{at}/{name}" for at, node in nodes(document) for name, value in node.items() if value is None]


def described_twice(document: dict) -> list[str]:
    """Schemas that say of themselves what another one says: the description of one was copied for the other."""
    schemas = [(at, node) for at, node in written(document, "^/components/schemas/[^/]+$")]
    found = Counter(node.get("description") for _, node in schemas)
    return [at for at, node in schemas if found[node.get("description")] > 1]
