"""Starts the peers that focust-video is measured beside. Each start returns a port and the processes of app and nginx."""

import os
import shutil
import subprocess

from playback_servers import ORIGIN, ROOT, SECRET, tree_of, wait_until

C_PROGRAM = ROOT / ".build/bench-peer-fastcgi"
SPOOLED_PROGRAM = ROOT / ".build/bench-peer-spooled"
GO_PROGRAM = ROOT / ".build/bench-peer-go"
GUNICORN = ROOT / ".venv-bench/bin/gunicorn"
PHP = next((path for path in map(shutil.which, ("php-fpm8.2", "php-fpm")) if path), None)
SCRIPTS = ROOT / "Benchmarks/peers"


def behind_our_files(fleet, name, path, parameters=""):
    """An nginx with the very files of focust-video, in front of the FastCGI socket `path`."""
    run = fleet.directory / name
    run.mkdir(exist_ok=True)
    environment = fleet.settings(
        FOCUST_LISTEN=str(path), FOCUST_UPLOAD_LISTEN=str(path), FOCUST_NGINX_LOG_DIR=str(run)
    )
    subprocess.run([fleet.app_binary, "nginx", run / "focust-video"], env=environment, check=True)
    # What other programs need to be told besides.
    with (run / "focust-video/fastcgi.conf").open("a") as file:
        file.write(parameters)
    body = f"""include focust-video/http.conf;
        access_log {run}/access.log focust_video;
        server {{ listen 127.0.0.1:@PORT@ reuseport; include focust-video/server.conf; }}"""
    return fleet.start_nginx(name, body)


def start_c(fleet, checks, closing=""):
    """The C program on libfcgi; closing "stock" leaves the closing to libfcgi."""
    name = f"c-{checks}{closing}"
    path = fleet.directory / f"{name}.sock"
    command = [C_PROGRAM, path, checks, fleet.data, SECRET, ORIGIN, str(fleet.threads)]
    peer = fleet.spawn(command + ([closing] if closing else []), name)
    wait_until(path.exists, name)
    port, nginx = behind_our_files(fleet, name, path)
    return port, [peer.pid], nginx


def start_upload_ways(fleet):
    """Three ways for an upload that are not ours: {way: (URL, processes of the app, of nginx)}."""
    whole, spooled = fleet.directory / "unbuffered.sock", fleet.directory / "spooled.sock"
    reader = fleet.spawn([C_PROGRAM, whole, "upload", fleet.data, SECRET, ORIGIN, str(fleet.threads)], "unbuffered")
    taker = fleet.spawn([SPOOLED_PROGRAM, spooled, fleet.data, str(fleet.threads)], "spooled")
    wait_until(lambda: whole.exists() and spooled.exists(), "the other ways of uploading")
    body = f"""access_log {fleet.directory}/ways-access.log;
        server {{
            listen 127.0.0.1:@PORT@ reuseport; client_max_body_size 200m; client_body_buffer_size 128k;
            fastcgi_param REQUEST_METHOD $request_method;
            location /unbuffered {{ fastcgi_pass unix:{whole}; fastcgi_request_buffering off;
                fastcgi_param CONTENT_LENGTH $content_length; }}
            location ~ ^/(?<way>copy|place)$ {{ fastcgi_pass unix:{spooled}; fastcgi_pass_request_body off;
                client_body_in_file_only clean;
                fastcgi_param WAY $way; fastcgi_param BODY_FILE $request_body_file; fastcgi_param CONTENT_LENGTH 0; }}
        }}"""
    port, nginx = fleet.start_nginx("ways", body)
    programs = {"unbuffered": reader, "copy": taker, "place": taker}
    return {way: (f"http://127.0.0.1:{port}/{way}", [peer.pid], nginx) for way, peer in programs.items()}


def start_go(fleet):
    path = fleet.directory / "go.sock"
    peer = fleet.spawn([GO_PROGRAM, path, "full", fleet.data, SECRET, ORIGIN], "go")
    wait_until(path.exists, "Go")
    port, nginx = behind_our_files(fleet, "go-nginx", path, "fastcgi_param SERVER_PROTOCOL $server_protocol;\n")
    return port, [peer.pid], nginx


def start_php(fleet):
    path, run = fleet.directory / "php.sock", fleet.directory / "php"
    run.mkdir()
    user = "user = root\ngroup = root\n" if os.geteuid() == 0 else ""
    (run / "fpm.conf").write_text(
        f"[global]\nerror_log = {run}/fpm.log\ndaemonize = no\n"
        f"[www]\n{user}listen = {path}\nlisten.mode = 0666\nlisten.backlog = 4096\npm = static\npm.max_children = 8\n"
    )
    root = ["-R"] if os.geteuid() == 0 else []
    peer = fleet.spawn([PHP, "-F", "-y", run / "fpm.conf", *root], "php")
    wait_until(lambda: path.exists() and len(tree_of(peer.pid)) == 9, "php-fpm")
    parameters = {"SCRIPT_FILENAME": SCRIPTS / "php/segment.php", "PEER_SECRET": SECRET, "PEER_ORIGIN": ORIGIN}
    parameters |= {"PEER_DATA_DIR": fleet.data}
    text = "".join(f'fastcgi_param {name} "{value}";\n' for name, value in parameters.items())
    port, nginx = behind_our_files(fleet, "php-nginx", path, text)
    return port, tree_of(peer.pid), nginx


def start_njs(fleet):
    """A script inside nginx; there is no application."""
    body = f"""access_log {fleet.directory}/njs-access.log;
        types {{ video/mp2t ts; }}
        js_path {SCRIPTS}; js_import peer from segment.js;
        server {{
            listen 127.0.0.1:@PORT@ reuseport; sendfile on; tcp_nopush on;
            set $peer_secret "{SECRET}"; set $peer_origin "{ORIGIN}";
            location /hls2/ {{ js_content peer.segment; }}
            location /_accel/ {{ internal; alias {fleet.data}/hls/; }}
        }}"""
    port, nginx = fleet.start_nginx("njs", body, "load_module /usr/lib/nginx/modules/ngx_http_js_module.so;")
    return port, [], nginx


def start_static(fleet):
    """nginx and nothing else: what all shares are of."""
    body = f"""access_log {fleet.directory}/static-access.log;
        types {{ video/mp2t ts; }}
        server {{
            listen 127.0.0.1:@PORT@ reuseport; sendfile on; tcp_nopush on;
            location /static/ {{ alias {fleet.data}/hls/; }}
        }}"""
    port, nginx = fleet.start_nginx("static", body)
    return port, [], nginx


def start_flask(fleet):
    """Flask under gunicorn behind nginx; secure_link and a bare upload beside it."""
    path = fleet.directory / "flask.sock"
    environment = os.environ | {"PEER_DATA_DIR": str(fleet.data), "PEER_SECRET": SECRET, "PEER_ORIGIN": ORIGIN}
    command = [GUNICORN, "--workers", "4", "--bind", f"unix:{path}", "--timeout", "120", "flask_app:app"]
    gunicorn = fleet.spawn(command, "flask", env=environment, cwd=SCRIPTS)
    wait_until(path.exists, "gunicorn")
    wait_until(lambda: len(tree_of(gunicorn.pid)) == 5, "gunicorn's workers")
    body = f"""access_log {fleet.directory}/flask-access.log;
        types {{ video/mp2t ts; }}
        upstream flask {{ server unix:{path}; }}
        server {{
            listen 127.0.0.1:@PORT@ reuseport; sendfile on; tcp_nopush on; client_max_body_size 200m;
            location /send/ {{ proxy_pass http://flask; proxy_set_header Host $host; }}
            location /accel/ {{ proxy_pass http://flask; proxy_set_header Host $host; }}
            location /upload {{ proxy_pass http://flask; proxy_set_header Host $host; client_body_buffer_size 128k; }}
            location /spool {{ client_body_buffer_size 128k; client_body_in_file_only clean;
                proxy_pass http://127.0.0.1:@PORT@/sink; proxy_pass_request_body off;
                proxy_set_header Content-Length ""; }}
            location /sink {{ return 202; }}
            location /_accel/ {{ internal; alias {fleet.data}/; }}
            location /secure/ {{ alias {fleet.data}/; secure_link $arg_s,$arg_e;
                secure_link_md5 "$secure_link_expires$uri {SECRET}"; if ($secure_link != "1") {{ return 403; }} }}
        }}"""
    port, nginx = fleet.start_nginx("flask", body)
    return port, tree_of(gunicorn.pid), nginx
