"""What a sysadmin watches: metrics, alerts, dashboard, readiness; judged by promtool where it can."""

import json
import random
import re
import shutil
import sqlite3
import subprocess
import threading

import pytest
import requests
import yaml

from harness import tus
from harness.client import WEB_HEADERS, bearer, get_token, make_lesson, service, upload, wait_for_task
from harness.media import make_h264
from harness.processes import NGINX_CONF, Site
from harness.server import REPOSITORY, free_port, wait_for
from harness.tokens import play, remember

MONITORING = REPOSITORY / "monitoring"
REL = "trainer-1/course-1/module-1/watched"
# Prometheus' own, and what a rule makes.
NOT_OURS = {"up"}
WORDS = (
    {"sum", "by", "rate", "increase", "histogram_quantile", "avg_over_time", "predict_linear", "changes", "time"}
    | {"unless", "on", "and", "or", "max", "topk"}
    | {"le", "instance", "status", "route", "code", "class", "pool", "result", "path", "job"}
)

FAMILIES = {
    "focust_requests_total": ("counter", {"route", "status"}),
    "focust_request_seconds": ("histogram", {"class", "le"}),
    "focust_refusals_total": ("counter", {"code"}),
    "focust_token_verifications_total": ("counter", {"result"}),
    "focust_threads": ("gauge", {"pool"}),
    "focust_threads_busy": ("gauge", {"pool"}),
    "focust_upload_bytes_total": ("counter", set()),
    "focust_queue_depth": ("gauge", {"status"}),
    "focust_rendition_queue_depth": ("gauge", {"status"}),
    "focust_queue_oldest_seconds": ("gauge", set()),
    "focust_queue_waiting_for_space": ("gauge", set()),
    "focust_conversions_total": ("counter", {"result", "path"}),
    "focust_conversion_seconds": ("histogram", {"le"}),
    "focust_conversion_realtime_factor": ("histogram", {"le"}),
    "focust_rendition_jobs_total": ("counter", {"result"}),
    "focust_renditions_total": ("counter", set()),
    "focust_rendition_job_seconds": ("histogram", {"le"}),
    "focust_rendition_realtime_factor": ("histogram", {"le"}),
    "focust_callbacks_total": ("counter", {"result"}),
    "focust_callbacks_pending": ("gauge", set()),
    "focust_disk_free_bytes": ("gauge", set()),
    "focust_settings_reload_successful": ("gauge", set()),
    "focust_build_info": ("gauge", {"version"}),
}


def promtool(*arguments, text: str | None = None) -> str:
    """What promtool says, which must not be that something is wrong."""
    command = [REPOSITORY / "scripts/promtool", *arguments]
    result = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def scrape(url: str) -> str:
    answer = requests.get(f"{url}/metrics", timeout=10)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return answer.text


def series(text: str) -> dict[str, float]:
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return make_h264(tmp_path_factory.mktemp("films") / "film.mp4", seconds=2, size="160x120", bitrate="60k")


@pytest.fixture(scope="module")
def site(tmp_path_factory, film):
    running = Site(tmp_path_factory.mktemp("watched")).start_nginx().start()
    make_lesson(running, REL, film)
    yield running
    running.stop()


def test_promtool_has_nothing_to_complain_about(site):
    assert promtool("check", "metrics", text=scrape(site.url)).strip() == ""


def test_every_family_is_there_with_its_kind_its_labels_and_a_word_about_it(site):
    text = scrape(site.url)
    for family, (kind, labels) in FAMILIES.items():
        assert f"# TYPE {family} {kind}\n" in text
        assert re.search(rf"^# HELP {family} \S.*\.$", text, re.M), family
        samples = re.findall(rf"^{family}(?:_bucket)?(?:{{(.*)}})? ", text, re.M)
        assert samples and all(set(re.findall(r"(\w+)=", sample)) == labels for sample in samples), family


def test_what_is_done_is_counted(site, film):
    before = series(scrape(site.url))
    headers = bearer(get_token(site, REL)["token"], **WEB_HEADERS)
    address = f"{site.url}/hls2/{REL}/enc.key"
    for _ in range(5):
        assert requests.get(address, headers=headers, timeout=10).status_code == 200
    for _ in range(3):
        assert requests.get(address, headers=bearer("x", **WEB_HEADERS), timeout=10).status_code == 403
    make_lesson(site, f"{REL}-2", film)
    ended = 'focust_conversions_total{result="completed",path="copy"}'
    # The task says so first.
    wait_for(lambda: series(scrape(site.url))[ended] > before[ended], "the conversion to be counted")
    after = series(scrape(site.url))
    route = '{route="/hls2/{trainer_id}/{course_id}/{module_id}/{lesson_id}/{file}",status="%d"}'
    for name, grown in {
        "focust_requests_total" + route % 200: 5,
        "focust_requests_total" + route % 403: 3,
        'focust_refusals_total{code="token_invalid"}': 3,
        'focust_token_verifications_total{result="accepted"}': 5,
        'focust_token_verifications_total{result="invalid"}': 3,
        'focust_request_seconds_count{class="playback"}': 8,
        ended: 1,
        "focust_conversion_seconds_count": 1,
        "focust_conversion_realtime_factor_count": 1,
    }.items():
        assert after[name] - before.get(name, 0) == grown, name
    size = after["focust_upload_bytes_total"] - before["focust_upload_bytes_total"]
    assert film.stat().st_size < size < film.stat().st_size + 2000
    facts = shutil.disk_usage(site.data)
    assert abs(after["focust_disk_free_bytes"] - facts.free) < facts.total / 10


def test_an_upload_token_is_counted_once_whether_it_is_taken_or_refused(site):
    """nginx asks ahead of the body, and passes on what is admitted: both see the token."""

    def counted(result: str) -> float:
        return series(scrape(site.url))[f'focust_token_verifications_total{{result="{result}"}}']

    rel = f"{REL}-counted"
    query = {"user_id": "u", "type": "lesson", "rel": rel}
    issued = requests.get(f"{site.url}/api/get-upload-token", params=query, headers=service(), timeout=10)
    before = counted("accepted"), counted("invalid")
    token = remember(issued.json()["token"])
    begun = tus.begin(site, 9, tus.lesson_metadata(rel), bearer(token))
    assert begun.status_code == 201, begun.text
    assert tus.begin(site, 9, tus.lesson_metadata(rel), bearer(token[:-4] + "AAAA")).status_code == 403
    assert (counted("accepted"), counted("invalid")) == (before[0] + 1, before[1] + 1)


def test_nothing_that_a_client_sends_adds_a_series(site):
    def labels() -> set[str]:
        return set(series(scrape(site.url)))

    def ask(word: str) -> None:
        for path in (word, f"hls2/{word}/c/m/l/{word}", f"api/tasks/{word}", f"hls/{word}/{word}/output.m3u8"):
            for method in ("GET", "POST", "DELETE", word[:5].upper()):
                headers = {"User-Agent": word, "Origin": f"https://{word}.example"}
                requests.request(method, f"{site.url}/{path}?{word}={word}", headers=headers, timeout=10)

    random.seed(7)
    words = ["".join(random.choices("abcdefghij", k=12)) for _ in range(12)]
    ask("zzzzzzzzzzzz")
    known = labels()
    for word in words:
        ask(word)
    assert labels() == known
    assert not any(word in name for name in known for word in [*words, "zzzz"])
    # Every route with every status it may have would still be few.
    assert len(known) < 500


# Rules and dashboard


def test_promtool_accepts_the_rules_and_each_alert_fires_when_it_should(site):
    assert "SUCCESS" in promtool("check", "rules", MONITORING / "alerts.yml")
    assert "SUCCESS" in promtool("test", "rules", MONITORING / "alerts-test.yml")
    assert "SUCCESS" in promtool("check", "config", "--syntax-only", MONITORING / "prometheus.yml")


def test_what_prometheus_needs_is_added_list_by_list_as_the_file_says(tmp_path):
    theirs = "rule_files:\n  - other.yml\nscrape_configs:\n  - job_name: node\n"
    ours = (MONITORING / "prometheus.yml").read_text()
    merged = yaml.safe_load(theirs)
    for name, entries in yaml.safe_load(ours).items():
        merged[name] += entries
    config = tmp_path / "prometheus.yml"
    config.write_text(yaml.safe_dump(merged))
    assert "SUCCESS" in promtool("check", "config", "--syntax-only", config)
    config.write_text(theirs + ours)
    refused = subprocess.run(
        [REPOSITORY / "scripts/promtool", "check", "config", "--syntax-only", config], capture_output=True, text=True
    )
    assert refused.returncode != 0
    assert re.search(r"field rule_files already set|already set in type", refused.stdout + refused.stderr)


def alerts() -> list[dict]:
    (group,) = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    return group["rules"]


def test_each_alert_is_tested_and_says_what_to_do():
    tests = (MONITORING / "alerts-test.yml").read_text()
    for alert in alerts():
        assert f'alertname="{alert["alert"]}"' in tests, alert["alert"]
        assert alert["labels"]["severity"] in ("warning", "critical")
        assert set(alert["annotations"]) == {"summary", "description"}


def dashboard_expressions() -> list[str]:
    board = json.loads((MONITORING / "dashboard.json").read_text())
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(expressions) >= len(panels) > 20
    return expressions


def test_promtool_can_read_every_expression_of_the_dashboard(tmp_path):
    # What Grafana puts in for its variables.
    filled = [text.replace("$__rate_interval", "1m").replace("$instance", ".*") for text in dashboard_expressions()]
    rules = [{"record": f"panel:{number}", "expr": text} for number, text in enumerate(filled)]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert "SUCCESS" in promtool("check", "rules", file)


def test_rules_and_dashboard_name_no_metric_that_is_not_exported(site):
    text = scrape(site.url)
    exported = {re.split(r"[{ ]", line)[0] for line in text.splitlines() if not line.startswith("#")}
    for expression in [alert["expr"] for alert in alerts()] + dashboard_expressions():
        bare = re.sub(r'"[^"]*"|\[[^\]]*\]', "", expression)
        named = set(re.findall(r"[a-z_]{2,}", bare)) - WORDS - NOT_OURS
        assert named and named <= exported or not named and "up{" in bare, (named - exported, expression)
        for label, value in re.findall(r'(code|result|pool|class|status)="(\w+)"', expression):
            assert f'{label}="{value}"' in text, (label, value, expression)


def test_prometheus_reads_the_figures_at_a_port_of_their_own(site, tmp_path):
    """nginx/monitoring.conf as it is, but for the port, and the way for another machine that it shows."""
    port, other = free_port(), free_port()
    text = (
        (site.directory / "focust-video/monitoring.conf")
        .read_text()
        .replace("9113", str(port))
        .replace("9114", str(other))
    )
    shown = text.replace("10.0.0.5", "127.0.0.1").replace("10.0.0.2", "127.0.0.1")
    shown = re.sub(r"^# ?(?=server|    |\})", "", shown, flags=re.M)
    (tmp_path / "metrics.conf").write_text(shown)
    conf = NGINX_CONF.format(user="user root;", directory=tmp_path, port=free_port())
    conf = conf.replace("    server {", f'    include "{tmp_path}/metrics.conf";\n    server {{', 1)
    (tmp_path / "nginx.conf").write_text(conf)
    (tmp_path / "tmp").mkdir()
    shutil.copytree(site.directory / "focust-video", tmp_path / "focust-video")
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    process = subprocess.Popen([nginx, "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"])
    try:
        wait_for(lambda: listens(port), "nginx")
        assert "focust_build_info" in scrape(f"http://127.0.0.1:{port}")
        assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=10).status_code == 200
        assert requests.get(f"http://127.0.0.1:{port}/api/tasks", timeout=10).status_code == 404
        assert "focust_build_info" in scrape(f"http://127.0.0.1:{other}")
    finally:
        process.terminate()
        process.wait(timeout=10)


def listens(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=2).status_code == 404
    except requests.RequestException:
        return False


# Workers, which nobody can ask


def test_a_worker_writes_its_figures_for_node_exporter(tmp_path, film):
    site = Site(tmp_path / "site", {"FOCUST_CONVERSION_JOBS": "0"}).start_nginx().start()
    try:
        file = tmp_path / "focust-video-1.prom"
        worker = site.start_worker("--metrics-file", str(file))
        first = wait_for(lambda: file.exists() and file.read_text(), "the file")
        assert promtool("check", "metrics", text=first).strip() == ""
        assert 'focust_build_info{worker="focust-video-1",version="' in first
        assert file.stat().st_mode & 0o777 == 0o644
        task = upload(site, REL, film).json()["task_id"]
        assert wait_for_task(site, task)["status"] == "completed"
        # Beside node_exporter's own there must be no second family of that name.
        assert "process_" not in first and "focust_queue" not in first
        done = 'focust_conversions_total{worker="focust-video-1",result="completed",path="copy"} 1\n'
        wait_for(lambda: done in file.read_text(), "the next writing", 20, 0.2)
        assert site.terminate(worker) == 0
        assert not file.exists()
    finally:
        site.stop()


# Readiness


def readiness(site) -> tuple[int, list[str]]:
    answer = requests.get(f"{site.url}/readyz", timeout=15)
    return answer.status_code, answer.json()["problems"]


@pytest.mark.parametrize("directory", ["uploads/.staging", "hls/.staging"])
def test_storage_that_is_gone_is_not_ready_and_comes_back(tmp_path, directory):
    site = Site(tmp_path / "site").start_nginx().start()
    try:
        assert readiness(site) == (200, [])
        place = site.data / directory
        place.rename(tmp_path / "away")
        assert readiness(site) == (503, ["storage is not writable"])
        assert requests.get(f"{site.url}/healthz", timeout=10).status_code == 200
        (tmp_path / "away").rename(place)
        assert readiness(site) == (200, [])
    finally:
        site.stop()


def test_a_database_that_is_not_the_one_it_opened_is_not_ready(tmp_path, film):
    """A backup put in place under a running server: what that writes from here on would be lost."""
    site = Site(tmp_path / "site").start_nginx().start()
    try:
        make_lesson(site, REL, film)
        file = site.data / "state/focust.db"
        with sqlite3.connect(file) as connection:
            connection.execute("VACUUM INTO ?", [str(tmp_path / "backup.db")])
        connection.close()
        kept = tmp_path / "kept.db"
        file.rename(kept)
        assert readiness(site) == (503, ["database does not answer"])
        shutil.copy(tmp_path / "backup.db", file)
        assert readiness(site) == (503, ["database does not answer"])
        kept.rename(file)
        assert readiness(site) == (200, [])
    finally:
        site.stop()


def test_a_scrape_leaves_out_what_it_cannot_know(tmp_path):
    site = Site(tmp_path / "site").start_nginx().start()
    try:
        assert "\nfocust_queue_depth{" in scrape(site.url)
        (site.data / "state/focust.db").rename(tmp_path / "away")
        text = scrape(site.url)
        assert "\nfocust_queue_depth{" not in text and "\nfocust_disk_free_bytes " in text
        assert promtool("check", "metrics", text=text).strip() == ""
    finally:
        site.stop()


# One id in both logs


def test_an_upload_s_task_and_its_request_are_on_one_line(site, film):
    task = upload(site, f"{REL}-3", film).json()["task_id"]
    assert wait_for_task(site, task)["status"] == "completed"
    log = site.log.read_text()
    (queued,) = [line for line in log.splitlines() if "event=upload_queued" in line and task in line]
    request = re.search(r"request_id=(\w{32})", queued)[1]
    assert f"rel={REL}-3" in queued
    theirs = site.directory / "focust-video.access.log"
    assert wait_for(lambda: ids(theirs).get(request), "nginx's line") == (202, "/upload/lesson")
    # The line follows the status.
    finished = rf"event=conversion_finished .*task_id={task}"
    wait_for(lambda: re.search(finished, site.log.read_text()), "the line of the conversion")


def test_each_refusal_has_one_line_that_shares_its_id_with_nginx(tmp_path):
    """In both formats, whatever the request holds; and no token in either."""
    for form in ("logfmt", "json"):
        site = Site(tmp_path / form, {"FOCUST_LOG_FORMAT": form}).start_nginx().start()
        try:
            check_ids(site, form)
        finally:
            site.stop()


def check_ids(site, form: str) -> None:
    token = play(REL)
    asked = []

    def ask(method: str, path: str, **options) -> None:
        answer = requests.request(method, f"{site.url}{path}", timeout=10, **options)
        asked.append((answer.status_code, answer.json()["error"], path.split("?")[0]))

    def everything() -> None:
        ask("GET", f"/hls2/{REL}/output.m3u8?token={token}", headers=WEB_HEADERS)
        ask("GET", f"/hls2/{REL}/output.m3u8?token={token}")
        ask("GET", f"/hls2/{REL}/output.m3u8?token={token}x", headers=WEB_HEADERS)
        ask("GET", "/api/tasks", headers=service("wrong-key-0123456789"))
        ask("GET", "/api/get-video-token/v2?user_id=..&rel=x", headers=service())
        ask("PUT", "/api/tasks", headers=service())
        ask("GET", '/hls2/a"b=c/%0Aevent=forged/m/l/x?token=' + token)

    threads = [threading.Thread(target=everything) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    mine = [line for line in parsed(site.log.read_text(), form) if line["event"] == "refused"]
    log = site.directory / "focust-video.access.log"
    # nginx writes its line when the client has its answer already.
    wait_for(lambda: set(ids(log)) >= {line["request_id"] for line in mine}, "nginx's log")
    theirs, access = ids(log), log.read_text()
    assert sorted((int(line["status"]), line["error"]) for line in mine) == sorted(each[:2] for each in asked)
    assert len({line["request_id"] for line in mine}) == len(mine) == 28
    for line in mine:
        status, path = theirs[line["request_id"]]
        assert status == int(line["status"])
        # nginx writes what a quote or a control character would break as \xNN.
        assert path.replace("\\x22", '"') == line["path"]
    assert token not in site.log.read_text() and token not in access


def ids(log) -> dict[str, tuple[int, str]]:
    """Status and path of what nginx logged, by the request's id."""
    line = r'"\S+ (\S+) HTTP/1.1" (\d+) .* id=([0-9a-f]{32})$'
    return {match[3]: (int(match[2]), match[1]) for match in re.finditer(line, log.read_text(), re.M)}


def parsed(text: str, form: str) -> list[dict]:
    if form == "json":
        return [json.loads(line) for line in text.splitlines()]
    pairs = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)')
    lines = [dict(pairs.findall(line)) for line in text.splitlines()]
    return [{key: json.loads(value) if value[0] == '"' else value for key, value in line.items()} for line in lines]
