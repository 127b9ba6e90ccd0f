# focust-video from a checkout. The two that matter: `make demo` and `make test`.

BUILD_PACKAGES = build-essential git pkg-config libavformat-dev libavcodec-dev libavfilter-dev libswscale-dev libavutil-dev \
	libssl-dev libsqlite3-dev libcurl4-openssl-dev
RUN_PACKAGES = nginx-light ffmpeg curl openssl jq procps util-linux
TEST_PACKAGES = chromium firefox-esr python3-venv shellcheck strace rsync sqlite3 systemd libnginx-mod-http-brotli-filter lintian man-db file python3-seccomp
ROOT_PACKAGES = debootstrap systemd-container
BENCH_PACKAGES = libfcgi-dev wrk python3-venv libnginx-mod-http-js php-fpm golang-go

# Where Swift builds, and where a package lands.
SCRATCH = .build
OUTPUT = .build

# Of the end-to-end tests at once; each has servers of its own.
TEST_PROCESSES = 2

.PHONY: help docs build-deps deps build release demo run install deb afternoon test unit-test e2e-test resume-test soak kill-points sanitize fuzz bench lint clean

help:
	@echo 'make demo   everything: install what is missing, build, start, upload a sample film, play it back'
	@echo 'make test   everything: install what is missing, build, run all tests, unit and end to end'
	@echo 'make run    start nginx and focust-video on http://127.0.0.1:8080 (build first: make release)'
	@echo 'make lint   formatting, shell scripts, nginx configuration'
	@echo 'make soak   minutes of bad company (SOAK_SECONDS), and what it leaves behind'
	@echo 'make kill-points   death before every system call of uploads and conversions, and what is found after it'
	@echo 'make resume-test   fifty resumable uploads through kill -9 and cut connections'
	@echo 'make sanitize      the unit tests under ThreadSanitizer and AddressSanitizer'
	@echo 'make fuzz   the parsers under libFuzzer, a minute each'
	@echo 'make bench  this server side by side with its peers; the tables go to docs/benchmarks.md'
	@echo 'make docs   the table of settings in docs/settings.md, from the program'
	@echo 'make install  executable, nginx files, systemd units, settings (PREFIX, DESTDIR)'
	@echo 'make deb    the same as a package; RELEASE=trixie: for another release than the one of this machine'
	@echo 'make afternoon  the package in a clean Debian, from installation to purge; its transcript is docs/afternoon.md'
	@echo 'also: build-deps deps build release unit-test e2e-test clean'

# What it takes to build, and nothing that tests need.
build-deps:
	@scripts/deps $(BUILD_PACKAGES)
	@scripts/moved $(SCRATCH)

# What is missing of the Debian packages, and the Python environment of the end-to-end tests.
deps:
	@scripts/deps $(BUILD_PACKAGES) $(RUN_PACKAGES) $(TEST_PACKAGES)
	@scripts/moved $(SCRATCH)
	@scripts/venv
	@scripts/promtool --fetch

build:
	swift build

# Across modules, because a request walks through eight of them: an eighth less CPU for each. The tables that the linker
# fills in cannot be written to afterwards; not every release's linker sees to that by itself.
release:
	swift build -c release --scratch-path $(SCRATCH) --static-swift-stdlib -Xswiftc -cross-module-optimization -Xswiftc -use-ld=lld \
		-Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now

# The release build: it takes no longer than the other, and it is what will run.
demo: deps release
	@FOCUST_BINARY=.build/release/focust-video scripts/demo

run:
	@scripts/run

# As root, after `make release`: PREFIX (/usr/local) and DESTDIR as usual; without DESTDIR also user, directories, keys.
install:
	@PREFIX=$(or $(PREFIX),/usr/local) DESTDIR=$(DESTDIR) packaging/install .build/release

# The package of this machine's release lands in .build/; RELEASE=trixie (bookworm, noble) makes that of another one, as
# root, in a clean root directory of it. FOCUST_KEYRING names the keys of its archive, FOCUST_MIRROR the archive.
deb:
ifdef RELEASE
	@scripts/deps $(ROOT_PACKAGES)
	@packaging/deb-for $(RELEASE) $(OUTPUT)
else
	@$(MAKE) --no-print-directory build-deps release
	@packaging/deb $(SCRATCH)/release $(OUTPUT)
endif

# As root: the package in a clean Debian with a systemd of its own; two minutes, and two more the first time. RELEASE takes
# another one than this machine's, and then the way there from the release before. The transcripts are docs/afternoon*.md.
afternoon: deps release
	@scripts/deps $(ROOT_PACKAGES)
	@Tests/Afternoon/all $(RELEASE)

test: deps unit-test e2e-test

unit-test:
	swift test --disable-xctest --explicit-target-dependency-import-check error

# Against the executable that is installed: its memory is judged too, and the linker has had its say.
e2e-test: release
	FOCUST_BINARY=$(CURDIR)/.build/release/focust-video .venv/bin/python -m pytest -n $(TEST_PROCESSES) --dist loadfile Tests/EndToEnd

# Each parser of outside bytes for FUZZ_SECONDS (60); `Fuzz/run multipart` runs one alone.
fuzz: deps
	@Fuzz/run

# Bounded: four minutes unless SOAK_SECONDS says otherwise, and as long again for the slow strangers. docs/soak.md keeps
# what was seen.
soak: deps release
	cd Tests/EndToEnd && FOCUST_BINARY=$(CURDIR)/.build/release/focust-video ../../.venv/bin/python soak.py

# Every system call that changes something, where `make test` takes the first of each kind; docs/faults.md keeps the figures.
kill-points: deps release
	FOCUST_FAULT_POINTS=all FOCUST_BINARY=$(CURDIR)/.build/release/focust-video \
		timeout 1800 .venv/bin/python -m pytest -q -s Tests/EndToEnd/test_faults_kill.py \
		Tests/EndToEnd/test_faults_resumable.py

sanitize: deps
	@scripts/sanitize

# Fifty uploads, each with kill -9 of the server and cut connections at random places; a few minutes, ten at most.
resume-test: deps release
	FOCUST_RESUMED_UPLOADS=50 FOCUST_BINARY=$(CURDIR)/.build/release/focust-video \
		timeout 600 .venv/bin/python -m pytest Tests/EndToEnd/test_resumable.py -q -k survive

# Each beside its peers, alternately; about half an hour. PART='playback start' runs these alone (Benchmarks/run lists them);
# FOCUST_BENCH=--quick takes a round of each and leaves the document alone.
bench: deps release
	@scripts/deps $(BENCH_PACKAGES)
	@Benchmarks/peers/build
	@Benchmarks/run $(PART)

lint: deps build
	@scripts/lint $(wildcard scripts/*) packaging/setup packaging/hand-over-secrets packaging/install packaging/deb packaging/deb-for \
		packaging/date packaging/root \
		$(wildcard packaging/examples/*.sh) $(addprefix packaging/debian/,config postinst prerm postrm) .ci/run Fuzz/run \
		$(addprefix Tests/Afternoon/,all base earlier lintian run) Benchmarks/run Benchmarks/peers/build

docs: build
	@scripts/docs

clean:
	rm -rf .build .run .venv .venv-bench
