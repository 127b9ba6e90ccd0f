"""Requests made up from docs/openapi.yaml by schemathesis, good and bad ones: each is answered as described.

The recorder compares these answers too, with the headers, so that two judges of different make have to agree.
"""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from harness.client import service
from harness.openapi import PATH
from harness.server import Server

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Per operation; forty operations take about twenty seconds together.
EXAMPLES = 15

CONFIGURATION = {
    "generation": {"mode": "all"},
    # Methods that an address does not have are 405, which no operation describes; other suites see to them.
    "phases": {"coverage": {"unexpected-methods": []}},
}

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")

SCHEMA = schemathesis.openapi.from_path(PATH, config=schemathesis.Config.from_dict(CONFIGURATION))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """A server of its own: it is told to erase things."""
    server = Server(tmp_path_factory.mktemp("fuzzed"), {"FOCUST_CONVERSION_JOBS": "0"}).start()
    yield server
    assert server.stop() == 0


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_made_up_requests_are_answered_as_described(fuzzed, case):
    answer = case.call(base_url=fuzzed.url, headers=service(), timeout=20)
    case.validate_response(answer, checks=CHECKS)
