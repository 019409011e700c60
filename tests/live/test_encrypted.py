"""The web process over TLS: frames are encrypted, and a slow reader is still noticed."""

import datetime
import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect

from deploy import free_ports
from tests.live.real_web import running_web
from tests.prepared import Prepared

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("stack")]
HOST = "127.0.0.1"
GREETING = ["hello", "snapshot", "snapshot"]


def certified(folder: Path) -> tuple[Path, Path]:
    """A key, and a certificate for it that it has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    certificate = made.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    text = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(text)
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    return folder / "key.pem", folder / "cert.pem"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[int]:
    """The port of a web process that listens with TLS, too."""
    folder = tmp_path_factory.mktemp("encrypted")
    key, certificate = certified(folder)
    port = free_ports.reserve()
    endpoint = f"-e ssl:port={port}:privateKey={key}:certKey={certificate}:interface={HOST}"
    with running_web(folder, prepared, more=endpoint):
        yield port


async def test_a_reader_over_tls_is_served_in_the_servers_way(port: int) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    address = f"wss://{HOST}:{port}/ws?hubs=SP15,NP15&hours=168"
    token = {"Authorization": "Bearer of-the-tests"}
    async with connect(address, ssl=trusting, additional_headers=token) as client:
        await client.send('{"type":"ping","id":1}')
        kinds = []
        while "pong" not in kinds:
            kinds.append(json.loads(await client.recv())["type"])
        pong = await client.ping()
        await pong
    assert [kind for kind in kinds if kind != "heartbeat"] == [*GREETING, "pong"]
