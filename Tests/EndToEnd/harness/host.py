"""An nginx that serves other sites already and includes ours. It listens on unix sockets and believes X-Real-IP."""

import http.client
import os
import shutil
import socket
import subprocess
from pathlib import Path

from .server import wait_for, write_nginx

NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")

# A host with habits of its own, each of which could get in the way of an included snippet.
CONFIGURATION = """
daemon off;
{user}
pid "{directory}/nginx.pid";
error_log "{directory}/host-error.log" info;
events {{ }}
http {{
    client_body_temp_path "{directory}/body";
    fastcgi_temp_path "{directory}/fastcgi";
    proxy_temp_path "{directory}/proxy";
    scgi_temp_path "{directory}/scgi";
    uwsgi_temp_path "{directory}/uwsgi";

    map $http_accept $host_wants {{ default page; ~json data; }}
    log_format host '$request -> $status';
    access_log "{directory}/host-access.log" host;
    add_header X-Host yes always;
    error_page 404 /host-404;
    fastcgi_keep_conn on;
    fastcgi_intercept_errors on;
    fastcgi_param HTTP_PROXY $http_proxy;
    gzip on;
    gzip_types *;
    open_file_cache max=100;
    expires 1h;
    autoindex on;
    set_real_ip_from unix:;
    real_ip_header X-Real-IP;
    {http}

    include focust-video/http.conf;

    server {{
        listen "unix:{directory}/host.sock";
        listen "unix:{directory}/host2.sock" http2;
        root "{directory}/site";
        location = /host-404 {{ return 404 "the host's own page\\n"; }}
        location /api/ {{ return 200 "the host's own api, $host_wants\\n"; }}
        {locations}
        location ~ \\.(ts|mp4|key|m3u8)$ {{ return 200 "the host's own films\\n"; }}
        include focust-video/server.conf;
    }}
    server {{
        listen "unix:{directory}/other.sock";
        location / {{ return 200 "another site\\n"; }}
    }}
}}
"""


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


class Host:
    """One run of it in a directory of its own, rendered from these settings beside the usual ones."""

    def __init__(self, directory: Path, locations: str = "", http: str = "", **settings: str):
        self.directory = directory
        usual = {
            "FOCUST_DATA_DIR": str(directory / "data"),
            "FOCUST_LISTEN": str(directory / "none.sock"),
            "FOCUST_NGINX_LOG_DIR": str(directory),
        }
        write_nginx(directory / "focust-video", usual | settings)
        user = "user root;" if os.geteuid() == 0 else ""
        (directory / "nginx.conf").write_text(
            CONFIGURATION.format(directory=directory, user=user, locations=locations, http=http)
        )
        error_log = directory / "host-error.log"
        self.process = subprocess.Popen([NGINX, "-p", directory, "-c", directory / "nginx.conf", "-e", error_log])
        sockets = [directory / "host.sock", directory / "host2.sock"]
        wait_for(lambda: self.process.poll() is not None or all(each.exists() for each in sockets), "nginx")
        assert self.process.poll() is None, error_log.read_text()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)

    def get(self, target, site="host", method="GET", body=None, **headers):
        connection = UnixConnection(self.directory / f"{site}.sock")
        connection.request(method, target, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers

    def log(self, name):
        return (self.directory / name).read_text()
