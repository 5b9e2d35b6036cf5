"""The shipped nginx configuration in front of the real service: TLS, limits, addresses, what stays inside."""

import datetime as dt
import json
import re
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.functional.running import Installation, Service, free_port, wait_until

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
NAME, GROUP, SECRET = "dvornik.example", 229000001, "proxy-secret"
#: What a distribution's own nginx.conf holds around the files of conf.d.
AROUND = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/dvornik.conf;
}}
"""
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx on this machine: apt-get install nginx-light")


@dataclass
class Front:
    """The proxy, seen from outside."""

    service: Service
    plain: int
    tls: int
    certificate: Path

    def visitor(self) -> httpx.Client:
        """Somebody who trusts the proxy's authority and looks its name up."""
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.tls}",
            headers={"Host": NAME},
            verify=ssl.create_default_context(cafile=self.certificate),
            timeout=20,
        )


@pytest.fixture
def front(sqlite_url: str, tmp_path: Path) -> Iterator[Front]:
    """The service behind nginx, as docs/operators.md tells to set both up."""
    folder = tmp_path / "nginx"
    folder.mkdir()
    certificate = _certificate(folder)
    extra = {"DVORNIK_TRUSTED_PROXIES": "127.0.0.1"}
    with Installation(tmp_path / "data", sqlite_url, "http://127.0.0.1:1/", extra).serve() as service:
        made = Front(service, free_port(), free_port(), certificate)
        (folder / "dvornik.conf").write_text(_ours(made, folder))
        main = folder / "nginx.conf"
        main.write_text(AROUND.format(folder=folder))
        process = subprocess.Popen([NGINX, "-e", "stderr", "-c", str(main)], stderr=subprocess.PIPE, text=True)
        try:
            wait_until(lambda: _listens(process, made), what="nginx listens")
            yield made
        finally:
            process.terminate()
            process.communicate()


def _ours(front: Front, folder: Path) -> str:
    """The shipped file with ports of this test's; nothing else is changed."""
    text = CONFIGURATION.read_text(encoding="utf-8").replace("/etc/ssl/dvornik", str(folder))
    text = re.sub(r"\n *listen \[::\].*", "", text).replace("127.0.0.1:8000", f"127.0.0.1:{front.service.port}")
    return text.replace("listen 80", f"listen 127.0.0.1:{front.plain}").replace(
        "listen 443", f"listen 127.0.0.1:{front.tls}"
    )


def _listens(process: "subprocess.Popen[str]", front: Front) -> bool:
    assert process.poll() is None, process.communicate()[1]
    try:
        return httpx.get(f"http://127.0.0.1:{front.plain}/").is_redirect
    except httpx.TransportError:
        return False


def _certificate(folder: Path) -> Path:
    """A certificate for loopback that stands for a real authority's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    names = [x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "fullchain.pem"


def test_the_shipped_proxy_serves_networks_and_people(front: Front) -> None:
    """Callbacks and the console come through over TLS, numbers stay inside, and nobody can claim another address."""
    installation = front.service.installation
    installation.json(
        *("page", "add", "--network", "vk", "--external-id", str(GROUP), "--title", "Район"),
        *("--policy", "novokuznetsk-59", "--secret", "-", "--confirmation", "c0nfirm"), stdin=f"{SECRET}\n",
    )  # fmt: skip
    token = installation.json("token", "create", "--role", "viewer", "--name", "Анна")["token"]
    event = {"type": "confirmation", "group_id": GROUP, "secret": SECRET}
    with front.visitor() as visitor:
        confirmed = visitor.post("/callbacks/vk", json=event)
        large = visitor.post("/callbacks/vk", content=json.dumps({**event, "pad": "x" * 300_000}))
        hidden = [visitor.get(path).status_code for path in ("/metrics", "/readyz")]
        entrance = visitor.get("/console", follow_redirects=True)
        signed_in = visitor.post("/console/sign-in", data={"token": token}, headers={"Sec-Fetch-Site": "same-origin"})
        claims = [
            visitor.get("/v1/decisions", headers={"X-Forwarded-For": f"203.0.113.{one}"}).status_code
            for one in range(40)
        ]
    redirected = httpx.get(f"http://127.0.0.1:{front.plain}/console", headers={"Host": NAME})

    assert (confirmed.status_code, confirmed.text) == (200, "c0nfirm")
    assert large.status_code == 413
    assert hidden == [404, 404]
    assert "Дворник" in entrance.text
    assert "secure" in signed_in.headers["set-cookie"].lower()
    assert entrance.headers["strict-transport-security"]
    # All of them are one address, whatever it claims to be: the service stops it after its first guesses.
    assert set(claims) == {401, 429}
    assert redirected.headers["location"] == f"https://{NAME}/console"
