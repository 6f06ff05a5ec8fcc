"""Starts one real Elasticsearch 9 node on loopback and stays in the foreground until it is told to end.

    python tools/elasticsearch-node/start.py [--data FOLDER] [--heap 512m] [--port-file FILE] [key=value …]

Needs Maven and a JDK of 21 or newer (JAVA_HOME, or one under /usr/lib/jvm). The first call lays the jars down into
.tools/elasticsearch-9.5.3 (git-ignored). Once the node answers, one line `http://127.0.0.1:PORT` goes to stdout.
Exit 3: this machine lacks Maven or the JDK; the reason is on stderr. Standard library only: any python3 can run it.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERSION = "9.5.3"
HOME = HERE.parents[1] / ".tools" / f"elasticsearch-{VERSION}"
DESCRIPTOR = "META-INF/es-plugins/transport-netty4/plugin-descriptor.properties"
NEEDED_JAVA = 21
LACKING = 3
"""Exit code: the machine can't run it."""


class Lacking(Exception):
    """This machine can't run a node; the message says what is missing."""


def main() -> int:
    """Lay down, start, wait until it answers, stay until killed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, help="data folder; default: a temporary one, removed at the end")
    options.add_argument("--heap", default="512m", help="heap of the JVM")
    options.add_argument("--port-file", type=Path, help="also write the HTTP port into this file")
    options.add_argument("--install-only", action="store_true", help="only lay the jars down")
    options.add_argument("settings", nargs="*", help="key=value settings of Elasticsearch")
    chosen = options.parse_args()
    try:
        java = find_java()
        install(java)
    except Lacking as lack:
        print(f"elasticsearch-node: {lack}", file=sys.stderr)
        return LACKING
    if chosen.install_only:
        return 0
    with tempfile.TemporaryDirectory(prefix="elasticsearch-node-") as scratch:
        data = chosen.data or Path(scratch) / "data"
        return run(java, chosen, data.resolve(), Path(scratch))


def find_java() -> Path:
    """Home of a JDK that is new enough. Raises Lacking."""
    homes = [Path(home) for home in (os.environ.get("JAVA_HOME", ""),) if home]
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    for home in homes:
        if (home / "bin" / "javac").exists() and java_version(home) >= NEEDED_JAVA:
            return home
    raise Lacking(f"no JDK {NEEDED_JAVA} or newer in JAVA_HOME or /usr/lib/jvm")


def java_version(home: Path) -> int:
    """Feature release of a JDK, 0 where it does not say."""
    answer = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', answer.stderr)
    return int(found.group(1)) if found else 0


def install(java: Path) -> None:
    """Jars, network module and our main class into HOME, once. Raises Lacking without Maven."""
    complete = HOME / "complete"
    if complete.exists() and complete.stat().st_mtime > (HERE / "TestNode.java").stat().st_mtime:
        return
    maven = shutil.which("mvn")
    if maven is None:
        raise Lacking("no mvn on the PATH")
    netty = HOME / "modules" / "transport-netty4"
    for folder in (HOME / "lib", netty, HOME / "plugins", HOME / "config", HOME / "classes"):
        folder.mkdir(parents=True, exist_ok=True)
    print(f"elasticsearch-node: laying {VERSION} down in {HOME}", file=sys.stderr)
    command = [maven, "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
    laid = subprocess.run([*command, f"-DoutputDirectory={HOME / 'lib'}"], stdout=sys.stderr, check=False)
    if laid.returncode:
        raise Lacking(f"Maven could not fetch Elasticsearch {VERSION} (exit {laid.returncode})")
    for pattern in ("transport-netty4-*.jar", "netty-*.jar"):
        for jar in (HOME / "lib").glob(pattern):
            jar.replace(netty / jar.name)
    with zipfile.ZipFile(next(netty.glob("transport-netty4-*.jar"))) as jar_file:
        lines = jar_file.read(DESCRIPTOR).decode().splitlines()
    # without the module's name the jars load from the class path, which is all we have
    kept = [line for line in lines if not line.startswith("modulename")]
    (netty / "plugin-descriptor.properties").write_text("\n".join(kept) + "\n")
    compiler = [java / "bin" / "javac", "-cp", f"{HOME}/lib/*", "-d", HOME / "classes", HERE / "TestNode.java"]
    subprocess.run(compiler, check=True, stdout=sys.stderr)
    complete.touch()


def run(java: Path, chosen: argparse.Namespace, data: Path, scratch: Path) -> int:
    """Start the JVM, say the address once it answers, and end with it."""
    port_file = scratch / "port"
    settings = {
        "path.data": str(data),
        "path.logs": str(scratch / "logs"),
        "http.port": "0",
        "transport.port": "0",
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    settings.update(pair.split("=", 1) for pair in chosen.settings)
    if "discovery.seed_hosts" not in settings:
        settings.setdefault("discovery.type", "single-node")
    command = [java / "bin" / "java", f"-Xms{chosen.heap}", f"-Xmx{chosen.heap}", "--enable-native-access=ALL-UNNAMED"]
    command += ["-cp", f"{HOME}/classes:{HOME}/lib/*", "TestNode", HOME, port_file]
    command += [f"{key}={value}" for key, value in settings.items()]
    node = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, preexec_fn=die_with_parent, start_new_session=True
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: node.terminate())
    if not answers(node, port_file):
        node.terminate()
        print("elasticsearch-node: the node ended or did not answer within 120 s", file=sys.stderr)
        return 1
    port = port_file.read_text()
    if chosen.port_file:
        chosen.port_file.write_text(port)
    print(f"http://127.0.0.1:{port}", flush=True)
    node.wait()
    return 0


def die_with_parent() -> None:
    """Ask Linux to end the JVM when this script dies, however it dies: no orphans after `kill -9`."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def answers(node: subprocess.Popen[bytes], port_file: Path, *, patience_s: float = 120) -> bool:
    """Does the node answer within `patience_s`? False at once where it ends."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end and node.poll() is None:
        if port_file.exists():
            try:
                url = f"http://127.0.0.1:{port_file.read_text()}/_cluster/health?wait_for_status=yellow&timeout=5s"
                with urllib.request.urlopen(url, timeout=10) as answer:
                    return bool(answer.status == 200)
            except OSError:
                pass
        time.sleep(0.2)
    return False


if __name__ == "__main__":
    sys.exit(main())
