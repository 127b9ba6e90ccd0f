"""TypeScript as a site's developer has it: a client that openapi-generator makes, TypeScript's own checks, a run."""

import json
import os
import subprocess
import sys
from pathlib import Path

from .openapi import PATH

# What `tsc --strict` checks with; deno's own default for `override` is stricter than that, and the generator's
# runtime.ts is not.
OPTIONS = {"strict": True, "noImplicitOverride": False, "lib": ["es2022", "dom", "dom.iterable", "deno.ns"]}
TOOLS = Path(sys.executable).parent


def run(folder: Path, *arguments) -> subprocess.CompletedProcess:
    """A tool of the tests' Python environment, in a folder and with what it needs to run at all."""
    environment = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    environment |= {"PATH": f"{TOOLS}:{os.environ['PATH']}", "DENO_DIR": str(folder / "deno"), "NO_COLOR": "1"}
    environment |= {"DENO_NO_UPDATE_CHECK": "1", "JAVA_OPTS": "-XX:TieredStopAtLevel=1"}
    return subprocess.run(
        list(map(str, arguments)), cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def generate(generator: str, folder: Path, document: Path = PATH, *options: str) -> str:
    """Makes a client in `folder`/client and answers what the generator said, without the files it names."""
    folder.mkdir(parents=True, exist_ok=True)
    where = ("-g", generator, "-i", document, "-o", folder / "client")
    done = run(folder, "openapi-generator-cli", "generate", *where, *options)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    configure(folder, {"client": "./client/index.ts"})
    return "\n".join(line for line in said.splitlines() if "writing file" not in line)


def configure(folder: Path, imports: dict[str, str], **options) -> None:
    """How scripts are checked and run in this folder: what they import by name, and more options of the compiler."""
    # Imports have no extensions, as bundlers have them.
    settings = {"compilerOptions": OPTIONS | options, "unstable": ["sloppy-imports"], "imports": imports}
    (folder / "deno.json").write_text(json.dumps(settings))


def check(folder: Path, *scripts: Path) -> str:
    """What TypeScript has against the scripts and all that they import; empty where that is nothing."""
    options = ("--quiet", "--no-remote", "--no-npm", "--config", folder / "deno.json")
    done = run(folder, "deno", "check", *options, *scripts)
    assert (done.returncode == 0) == (done.stderr == ""), done.stderr
    return done.stderr


def execute(folder: Path, script: Path, *arguments) -> str:
    """What a script prints. It may reach this machine alone, and read what it is given."""
    done = run(
        folder,
        *("deno", "run", "--quiet", "--no-check", "--no-remote", "--no-npm", "--config", folder / "deno.json"),
        *("--allow-net=127.0.0.1", "--allow-read", "--allow-env", script),
        *arguments,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
