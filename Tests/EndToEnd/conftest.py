"""What the suites share: one server, one lesson that is ready, the sample media."""

import pytest

from harness.client import Lesson, make_lesson
from harness.media import make_h264, make_mpeg4
from harness.processes import Site
from harness.server import Server
from harness.small_disk import SmallDisk
from harness.written import nothing_secret_in

pytest_plugins = ["harness.openapi_recorder"]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("server")).start()
    yield running
    assert running.stop() == 0
    # After all that was asked of it, by whatever test.
    nothing_secret_in(running.logs())


@pytest.fixture
def own_server(tmp_path):
    """Starts servers of the test's own, with settings of its own, and stops them."""
    started = []

    def start(**settings: str) -> Server:
        started.append(Server(tmp_path / f"server-{len(started)}", settings).start())
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture
def disk(request, tmp_path):
    """A file system of as many bytes as the test's module says in DISK."""
    mounted = SmallDisk(tmp_path / "disk", request.module.DISK)
    yield mounted
    mounted.remove()


@pytest.fixture
def small_site(request, tmp_path, disk):
    """A site with its data on that disk, which keeps as much of it free as the module says in FLOOR, and converts
    nothing."""
    settings = {"FOCUST_MIN_FREE_BYTES": str(request.module.FLOOR), "FOCUST_DATA_DIR": str(disk.path / "data")}
    running = Site(tmp_path / "site", settings | {"FOCUST_CONVERSION_JOBS": "0"}).start_nginx().start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def media(tmp_path_factory):
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="session")
def h264(media):
    return make_h264(media / "film.mp4")


@pytest.fixture(scope="session")
def short_h264(media):
    return make_h264(media / "short.mp4", seconds=4)


@pytest.fixture(scope="session")
def mpeg4(media):
    return make_mpeg4(media / "old.avi")


@pytest.fixture(scope="session")
def lesson(server, h264) -> Lesson:
    return make_lesson(server, "trainer-1/course-1/module-1/lesson-1", h264)


@pytest.fixture(scope="session")
def other_lesson(server, short_h264) -> Lesson:
    """A second lesson, whose name begins with the first one's."""
    return make_lesson(server, "trainer-1/course-1/module-1/lesson-10", short_h264)
