"""docs/openapi.yaml as a judge: is an answer one that the document describes?"""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from .server import REPOSITORY

PATH = REPOSITORY / "docs/openapi.yaml"
METHODS = ("get", "head", "put", "post", "delete", "patch", "trace")
# HTTP's own, which any answer may carry.
OWN_HEADERS = {"date", "server", "connection", "keep-alive", "content-length", "content-type", "transfer-encoding"}
# What may meet a method that an address does not have, or an address that does not exist: nginx comes first.
ELSEWHERE = {
    "400": "Malformed",
    "404": "UnknownRoute",
    "405": "MethodNotAllowed",
    "413": "TooLarge",
    "414": "AddressTooLong",
    "429": "RateLimited",
    "431": "HeadersTooLarge",
    "500": "Internal",
    "502": "NoAnswer",
    "503": "Unavailable",
    "504": "TooSlow",
}


class Document:
    def __init__(self, path: Path = PATH):
        self.published = yaml.safe_load(path.read_text())
        self.root = closed(self.published)
        self.paths = self.root["paths"]
        # The template with the most literal parts first, as OpenAPI and the server choose.
        templates = sorted(self.paths, key=lambda template: template.count("{"))
        self._patterns = [(pattern(template), template) for template in templates]
        registry = Registry().with_resource("urn:document", Resource(self.root, DRAFT202012))
        self._validators = {}
        self._registry = registry

    def template(self, path: str) -> str | None:
        """The described address that a raw path belongs to."""
        return next((template for expression, template in self._patterns if expression.fullmatch(path)), None)

    def operations(self) -> list[tuple[str, str]]:
        """Every described (METHOD, template)."""
        return [
            (method.upper(), template)
            for template, item in self.paths.items()
            for method in item
            if method in METHODS
        ]

    def pairs(self) -> set[tuple[str, str, str]]:
        """Every described (METHOD, template, status)."""
        return {
            (method, template, status)
            for method, template in self.operations()
            for status in self.paths[template][method.lower()]["responses"]
        }

    def callbacks(self) -> dict[str, dict]:
        """What the server calls by itself, by name. Generators make something of a lesson's upload's callbacks, and
        broken code of `webhooks`."""
        described = self.paths["/upload/lesson"]["post"]["callbacks"]
        return {name: item["post"] for name, places in described.items() for item in places.values()}

    def resolve(self, node: dict) -> dict:
        while "$ref" in node:
            found = self.root
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def response(self, method: str, template: str | None, status: int) -> dict | None:
        """What is described for this answer; HEAD answers as GET does."""
        shared = self.root["components"]["responses"]
        if template and method == "OPTIONS" and status == 204:
            own = self.paths[template].get("options")
            return self.resolve(own["responses"]["204"]) if own else shared["Preflight"]
        item = self.paths.get(template, {})
        operation = item.get("get" if method == "HEAD" and "head" not in item else method.lower())
        if operation is None:
            return shared.get(ELSEWHERE.get(str(status)))
        found = operation["responses"].get(str(status))
        return found and self.resolve(found)

    def problems(self, method: str, url: str, status: int, headers: dict, body: bytes | None) -> list[str]:
        """What the document does not say about this answer. `body` None: not known. No value of it is repeated."""
        template = self.template(urlsplit(url).path)
        response = self.response(method, template, status)
        if response is None:
            return ["the status is not described"]
        found = list(self._header_problems(response, headers))
        if method == "HEAD":
            return found + (["HEAD has a body"] if body else [])
        return found + list(self._body_problems(response, headers, body))

    def _header_problems(self, response: dict, headers: dict):
        given = {name.lower(): value for name, value in headers.items()}
        described = self.root["x-common-headers"] | response.get("headers", {})
        for name, header in described.items():
            header, value = self.resolve(header), given.pop(name.lower(), None)
            if value is None and header.get("required"):
                yield f"the header {name} is missing"
            elif value is not None and not self.is_valid(header["schema"], value):
                yield f"the header {name} has another value"
        yield from (f"the header {name} is not described" for name in sorted(given.keys() - OWN_HEADERS))

    def _body_problems(self, response: dict, headers: dict, body: bytes | None):
        content = response.get("content")
        if content is None:
            yield from ["there is a body"] if body else []
            return
        sent = headers.get("Content-Type", "").split(";")[0].strip()
        media = content.get(sent) or content.get(sent.split("/")[0] + "/*")
        if media is None and sent not in content and sent.split("/")[0] + "/*" not in content:
            yield f"the content type {sent!r} is not described"
        elif body is not None and media and "schema" in media:
            yield from self._schema_problems(media["schema"], sent, body)

    def _schema_problems(self, schema: dict, sent: str, body: bytes):
        if self.resolve(schema).get("format") == "binary":
            return
        try:
            value = json.loads(body) if sent == "application/json" else body.decode()
        except ValueError:
            yield "the body cannot be read"
            return
        for error in self._validator(schema).iter_errors(value):
            yield f"the body at {error.json_path} breaks {error.validator}{unknown_members(error)}"

    def is_valid(self, schema: dict, value) -> bool:
        """Whether the value is as one of the document's schemas says."""
        return self._validator(schema).is_valid(value)

    def _validator(self, schema: dict):
        if id(schema) not in self._validators:
            validator = jsonschema.Draft202012Validator(absolute(schema), registry=self._registry)
            self._validators[id(schema)] = validator
        return self._validators[id(schema)]


def closed(node):
    """The document with every object of an answer closed: one that let any member through would make the comparison
    worthless. As it is published it lets them through, so that clients made from it live on when one is added."""
    if isinstance(node, list):
        return [closed(part) for part in node]
    if not isinstance(node, dict):
        return node
    parts = {name: part if name in ("requestBody", "requestBodies") else closed(part) for name, part in node.items()}
    is_object = "object" in node.get("type", ()) and "properties" in node
    return {"additionalProperties": False} | parts if is_object else parts


def unknown_members(error) -> str:
    """The names, and the names alone, of members that no schema knows."""
    if error.validator != "additionalProperties":
        return ""
    return f": {', '.join(sorted(set(error.instance) - set(error.schema.get('properties', {}))))}"


def pattern(template: str) -> re.Pattern:
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))


def absolute(schema):
    """The schema with its references led to the document's root."""
    if isinstance(schema, dict):
        return {name: "urn:document" + value if name == "$ref" else absolute(value) for name, value in schema.items()}
    return [absolute(part) for part in schema] if isinstance(schema, list) else schema


@cache
def document() -> Document:
    return Document()
