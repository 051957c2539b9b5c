"""A real API server with an etcd of its own: on this machine's loopback, without nodes and controllers.

Nothing here needs root. No controllers run, so a namespace never finishes being deleted and has no service account;
what is only tried out needs its namespace to be there.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conformance.oracles import program, sources

Object = dict[str, Any]
LOOPBACK = "127.0.0.1"
PATIENCE_SECONDS = 90
CILIUM_CRDS = ("pkg", "k8s", "apis", "cilium.io", "client", "crds")
ISTIO_CRDS = ("manifests", "charts", "base", "files", "crd-all.gen.yaml")
FIELD_MANAGER = "cilia"


class RefusedError(Exception):
    """The server refuses an object, with what it says."""


class NotReadyError(Exception):
    """The server did not come up."""


def crds() -> list[Object]:
    """The CRDs of Cilium and Istio, as they lie in the modules that the other components are built from."""
    files = [*sources("cilium").joinpath(*CILIUM_CRDS).rglob("*.yaml"), sources("istio").joinpath(*ISTIO_CRDS)]
    return [one for file in sorted(files) for one in yaml.load_all(file.read_bytes(), yaml.CSafeLoader) if one]


@dataclass(frozen=True)
class ApiServer:
    """A running server.

    Attributes:
        url: Its address.
        token: What lets us in.
        trusted: Its certificate.
    """

    url: str
    token: str
    trusted: ssl.SSLContext

    def request(self, method: str, path: str, body: Object | None = None, *, content: str = "json") -> Any:
        """The answer to a request.

        Raises:
            RefusedError: An answer that is none of success.
        """
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": f"application/{content}"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, headers, method=method)  # noqa: S310 - its own https
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS, context=self.trusted) as answer:  # noqa: S310
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise RefusedError(_said(error)) from None
        return json.loads(text) if text.startswith(b"{") else text.decode()

    def apply(self, manifest: Object, *, dry_run: bool = False) -> Object:
        """Applies an object on the server's side, strictly: no field that it does not know.

        Raises:
            RefusedError: The server, or a schema in it, refuses.
        """
        options = f"fieldManager={FIELD_MANAGER}&force=true&fieldValidation=Strict{'&dryRun=All' if dry_run else ''}"
        path = f"{self._path(manifest)}?{options}"
        return dict(self.request("PATCH", path, manifest, content="apply-patch+yaml"))

    def try_out(self, manifest: Object) -> Object:
        """What applying an object would make of it.

        Raises:
            RefusedError: The server, or a schema in it, refuses.
        """
        return self.apply(manifest, dry_run=True)

    def create_namespaces(self, names: Iterable[str]) -> None:
        """Makes namespaces, whether they are there or not."""
        for name in sorted(set(names)):
            self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def define(self, definitions: Iterable[Object]) -> None:
        """Applies CRDs and waits until the server serves them all."""
        wanted = set()
        for one in definitions:
            wanted.add(self.apply(one)["metadata"]["name"])
        for _ in _until("the CRDs are established"):
            found = self.request("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
            if wanted <= {one["metadata"]["name"] for one in found if _established(one)}:
                return

    def _path(self, manifest: Object) -> str:
        """Where an object is: its kind's plural is asked for."""
        version, metadata = manifest["apiVersion"], manifest["metadata"]
        root = f"/apis/{version}" if "/" in version else f"/api/{version}"
        kinds = self.request("GET", root)["resources"]
        kind = next((one for one in kinds if one["kind"] == manifest["kind"] and "/" not in one["name"]), None)
        if kind is None:
            raise RefusedError(f"the server has no kind {manifest['kind']} in {version}")
        namespace = f"/namespaces/{metadata.get('namespace', 'default')}" if kind["namespaced"] else ""
        return f"{root}{namespace}/{kind['name']}/{metadata['name']}"


@contextlib.contextmanager
def api_server(folder: Path) -> Iterator[ApiServer]:
    """Runs a server with the real CRDs as long as the block runs; its files are in the folder.

    Raises:
        NotReadyError: It does not come up.
    """
    token, database, port = secrets.token_hex(), _free_port(), _free_port()
    (folder / "tokens.csv").write_text(f'{token},tester,tester,"system:masters"\n')
    (folder / "accounts.key").write_text(_private_key())
    with contextlib.ExitStack() as running:
        log = running.enter_context((folder / "log").open("w+"))
        for command in (_etcd(folder, database), _kube_apiserver(folder, database, port)):
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
            running.callback(_stop, process)
        server = _wait(folder, f"https://{LOOPBACK}:{port}", token, process)
        server.define(crds())
        yield server


def _etcd(folder: Path, port: int) -> list[str | Path]:
    peers = f"http://{LOOPBACK}:{_free_port()}"
    own = f"http://{LOOPBACK}:{port}"
    return [
        program("etcd"),
        f"--data-dir={folder / 'etcd'}",
        "--unsafe-no-fsync",
        f"--listen-client-urls={own}",
        f"--advertise-client-urls={own}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
    ]


def _kube_apiserver(folder: Path, database: int, port: int) -> list[str | Path]:
    return [
        program("apiserver"),
        f"--etcd-servers=http://{LOOPBACK}:{database}",
        f"--bind-address={LOOPBACK}",
        f"--advertise-address={LOOPBACK}",
        "--endpoint-reconciler-type=none",  # else it refuses loopback
        f"--secure-port={port}",
        f"--cert-dir={folder}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--authorization-mode=RBAC",
        f"--service-account-key-file={folder / 'accounts.key'}",
        f"--service-account-signing-key-file={folder / 'accounts.key'}",
        "--service-account-issuer=https://conformance.invalid",
        "--service-cluster-ip-range=172.20.0.0/16",
        "--disable-admission-plugins=ServiceAccount",  # nobody makes accounts here
        "--allow-privileged",
    ]


def _wait(folder: Path, url: str, token: str, process: subprocess.Popen[bytes]) -> ApiServer:
    """The server once it is ready."""
    certificate = folder / "apiserver.crt"
    for _ in _until("the API server is ready"):
        if process.poll() is not None:
            raise NotReadyError((folder / "log").read_text()[-2000:])
        with contextlib.suppress(OSError, RefusedError):
            server = ApiServer(url, token, ssl.create_default_context(cafile=str(certificate)))
            server.request("GET", "/readyz")
            return server
    raise AssertionError  # the wait above ends with an error


def _until(what: str) -> Iterator[None]:
    """Asks again and again, with a pause, until somebody is satisfied.

    Raises:
        NotReadyError: Nobody is for too long.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(0.1)
    raise NotReadyError(f"waited {PATIENCE_SECONDS} s until {what}")


def _established(definition: Object) -> bool:
    conditions = definition.get("status", {}).get("conditions") or ()  # null at first
    return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)


def _said(error: urllib.error.HTTPError) -> str:
    text = error.read().decode()
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError):
        return f"{error.code}: {text}"


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((LOOPBACK, 0))
        return int(found.getsockname()[1])


def _private_key() -> str:
    """A new key on the curve P-256 as PEM (RFC 5915): any number of 32 bytes below the curve's order is one."""
    scalar = b"\0" + secrets.token_bytes(31)
    structure = bytes.fromhex("30310201010420") + scalar + bytes.fromhex("a00a06082a8648ce3d030107")
    return f"-----BEGIN EC PRIVATE KEY-----\n{b64encode(structure).decode()}\n-----END EC PRIVATE KEY-----\n"
