"""What a map captures stays in that map, in all files for nginx."""

import pytest

from harness.captures import Captures
from harness.server import ORIGIN, REPOSITORY, write_nginx


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rendered")
    settings = {"FOCUST_ALLOWED_ORIGINS": f"{ORIGIN},https://*.school.example", "FOCUST_NGINX_DECISION_CACHE": "2s"}
    write_nginx(folder, settings)
    return [path.read_text() for path in sorted(folder.glob("*.conf"))]


def test_a_map_s_captures_are_used_in_that_map_alone(rendered):
    examples = REPOSITORY.glob("packaging/examples/*nginx*.conf")
    captures = Captures(rendered + [path.read_text() for path in examples])
    assert captures.faults == []
    # Our files have captures: those of maps, and those that locations name.
    assert {"focust_l_path", "focust_s_name", "focust_at_all"} <= set(captures.of_maps)
    assert len(captures.files) > 15


MARK = 'map $uri $key { default ""; "~^(?<focust_at_all>a)$" b; } '
MAP = 'map $uri $name { default ""; "~^/(?<part>[^/]+)/(.*)$" $part; }'


@pytest.mark.parametrize(
    "text",
    [
        MAP,
        MARK + 'map "$host $focust_at_all" $limit { default ""; }',
        'map $uri $name { "~^/(a)/(?:b)[(](?<part>c)$" $1/$2; }',
        MAP + " location ~ ^/(?<other>a)$ { set $file $other; location ~ b { alias /c/$other; } }",
        MAP + ' location / { add_header A "$name"; if ($uri ~ "^/(a)$") { return 204; } }',
    ],
)
def test_captures_at_home_are_well(text):
    assert Captures([text]).faults == []


@pytest.mark.parametrize(
    "text",
    [
        MAP + " location / { alias /files/$part; }",
        MARK + "location / { alias /files/$focust_at_all; }",
        MAP + ' location / { alias "/files/$name/${part}"; }',
        MAP + " location ~ ^/(.*)$ { alias /files/$1; }",
        MAP + " location / { rewrite ^/(.*)$ /$1; }",
        MAP + " location ~ ^/(?<part>.*)$ { alias /files/$part; }",
        MAP + " map $host $other { default $part; }",
        MAP + ' map "$host $part" $other { default ""; }',
        MAP + ' map $host $other { "~^(?<part>.)" $part; }',
        'map $host $other { default $1; "~^(.)" $1; }',
        'map $host $other { "~^(?:.)" $1; }',
        'map $host $other { "~^[(](.)" $2; }',
        "map $host $other { example.com $1; }",
        'map "$1 $host" $other { default ""; }',
        MAP + " limit_req_zone $part zone=a:1m rate=1r/s;",
        MAP + ' location / { if ($part = "a") { return 204; } }',
    ],
)
def test_captures_that_leave_home_are_found(text):
    assert len(Captures([text]).faults) == 1
