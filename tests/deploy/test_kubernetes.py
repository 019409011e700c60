"""deploy/k8s/: as Kubernetes has it, as the code has it, and nothing named that is not there."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from asgiref.testing import ApplicationCommunicator

from caisoproject.asgi import application
from caisoproject.pooling import most_connections
from deploy import new_secrets
from telemetry.catalog.everything import FAMILIES
from tests.deploy.known import DEPLOY, is_ours, secrets_of, settings, within
from tests.deploy.kustomized import identity, rendered

BASE, EXAMPLE = DEPLOY / "k8s/base", DEPLOY / "k8s/example"
KINDS = [*rendered(BASE), *rendered(EXAMPLE)]
DOCUMENTS = {identity(document): document for document in rendered(EXAMPLE)}
PODS = {
    identity(document): document["spec"]["template"]
    for document in DOCUMENTS.values()
    if document["kind"] in ("Deployment", "Job")
}
CONTAINERS = [
    pytest.param(container, id=f"{name}-{container['name']}")
    for (_, name), pod in PODS.items()
    for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
]
each_pod = pytest.mark.parametrize("pod", PODS.values(), ids=str)
each_container = pytest.mark.parametrize("container", CONTAINERS)


@pytest.mark.parametrize("document", KINDS, ids=lambda one: "-".join(identity(one)))
def test_each_is_as_its_kind_has_it(document: dict[str, Any]) -> None:
    newest = kubernetes_validate.latest_version()
    kubernetes_validate.validate(document, newest, strict=True)


@pytest.mark.parametrize("folder", [BASE, EXAMPLE], ids=lambda path: path.name)
def test_a_kustomization_names_every_file_beside_it(folder: Path) -> None:
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    named = {*kustomization["resources"], *(p["path"] for p in kustomization.get("patches", []))}
    files = {file.name for file in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert files == {name for name in named if name.endswith(".yaml")}
    assert all((folder / name).exists() for name in named)


def test_everything_is_in_the_one_namespace() -> None:
    for kind, name in DOCUMENTS:
        if kind != "Namespace":
            assert DOCUMENTS[kind, name]["metadata"]["namespace"] == "caiso-live", name


@each_container
def test_each_of_our_processes_is_one_of_the_procfile(container: dict[str, Any]) -> None:
    if container["name"] == "migrated":
        assert "manage.py migrate --check" in container["command"][-1]
    else:
        assert is_ours(container["args"])


@each_container
def test_each_setting_is_one_that_the_code_reads(container: dict[str, Any]) -> None:
    given = {one["name"] for one in container["env"]}
    for source in container["envFrom"]:
        given |= DOCUMENTS["ConfigMap", source["configMapRef"]["name"]]["data"].keys()
    assert given - settings() == set()


@each_pod
def test_each_secret_is_made_by_the_program_for_it_and_is_where_it_is_read(
    pod: dict[str, Any], tmp_path: Path
) -> None:
    new_secrets.main([str(tmp_path)])
    keys = {one["path"]: one["key"] for one in secret_of(pod)["items"]}
    assert set(keys.values()) <= {file.name for file in tmp_path.iterdir()}
    for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]:
        (mount,) = (one for one in container["volumeMounts"] if one["name"] == "secrets")
        for one in container["env"]:
            folder, _, name = one["value"].rpartition("/")
            assert (folder, mount["readOnly"]) == (mount["mountPath"], True)
            assert name in keys


def secret_of(pod: dict[str, Any]) -> dict[str, Any]:
    """What a pod takes of the Secret."""
    (found,) = (one["secret"] for one in pod["spec"]["volumes"] if one["name"] == "secrets")
    assert isinstance(found, dict)
    return found


@each_pod
def test_each_pod_is_handed_its_own_secrets_and_nobody_elses(pod: dict[str, Any]) -> None:
    (process,) = pod["spec"]["containers"]
    assert secret_of(pod)["secretName"] == "caiso-live"
    keys = {one["path"]: one["key"] for one in secret_of(pod)["items"]}
    assert set(keys.values()) == secrets_of(process["args"])
    assert keys["redis_url"].startswith("redis_url_")


@each_pod
def test_what_is_mounted_is_there(pod: dict[str, Any]) -> None:
    volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
    mounted = {one["name"] for mounts in within(pod, "volumeMounts") for one in mounts}
    assert mounted == volumes


def test_no_secret_is_among_the_documents() -> None:
    assert "Secret" not in {kind for kind, _ in DOCUMENTS}


@each_pod
def test_a_pod_may_do_no_more_than_it_must(pod: dict[str, Any]) -> None:
    spec = pod["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert ("ServiceAccount", spec["serviceAccountName"]) in DOCUMENTS
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


@each_container
def test_a_container_is_restricted_and_bounded(container: dict[str, Any]) -> None:
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]
    assert container["image"] == "registry.example.com/caiso-live:1.0.0"


async def status_of(path: str) -> int:
    """What our application answers before Django needs a database."""
    headers = [(b"host", b"10.0.0.7:8000")]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "headers": headers, "scheme": "http", "extensions": {}}
    scope |= {"client": ("10.0.0.1", 40_000), "server": ("10.0.0.7", 8000), "http_version": "1.1"}
    asked = ApplicationCommunicator(application, scope)
    await asked.send_input({"type": "http.request", "body": b"", "more_body": False})
    status = (await asked.receive_output(10))["status"]
    await asked.wait(10)
    return int(status)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
async def test_each_probe_asks_for_an_address_that_answers_whatever_the_host(probe: str) -> None:
    (container,) = PODS["Deployment", "web"]["spec"]["containers"]
    asked = container[probe]["httpGet"]
    assert asked["port"] in {port["name"] for port in container["ports"]}
    assert await status_of(asked["path"]) == 200


def test_a_service_leads_to_a_port_that_a_pod_has() -> None:
    for (kind, _), service in DOCUMENTS.items():
        if kind == "Service" and "selector" in service["spec"]:
            selected = pods_of(service["spec"]["selector"])
            ports = {port["name"] for pod in selected for port in ports_of(pod)}
            assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def ports_of(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [port for container in pod["spec"]["containers"] for port in container.get("ports", [])]


def pods_of(labels: dict[str, str]) -> list[dict[str, Any]]:
    """The pods with these labels: one at least."""
    found = [pod for pod in PODS.values() if labels.items() <= pod["metadata"]["labels"].items()]
    assert found, labels
    return found


def test_the_ingress_leads_to_services_that_are_there() -> None:
    for backend in within(DOCUMENTS["Ingress", "caiso-live"], "service"):
        ports = DOCUMENTS["Service", backend["name"]]["spec"]["ports"]
        assert backend["port"].items() <= {"number": 8000, **ports[0]}.items()


def test_what_tells_how_the_system_is_doing_stays_inside() -> None:
    (rule,) = DOCUMENTS["Ingress", "caiso-live"]["spec"]["rules"]
    nowhere = [p["path"] for p in rule["http"]["paths"] if p["backend"]["service"]["name"] != "web"]
    assert nowhere == ["/metrics", "/readyz"]
    assert "selector" not in DOCUMENTS["Service", "nowhere"]["spec"]


def test_the_site_has_one_name() -> None:
    settings_held = DOCUMENTS["ConfigMap", "caiso-live"]["data"]
    spec = DOCUMENTS["Ingress", "caiso-live"]["spec"]
    (host,) = (rule["host"] for rule in spec["rules"])
    assert settings_held["SITE_URL"] == f"https://{host}"
    assert host in settings_held["ALLOWED_HOSTS"].split(",")
    assert spec["tls"][0]["hosts"] == [host]


def test_whoever_selects_pods_finds_some() -> None:
    for (kind, _), document in DOCUMENTS.items():
        selectors = (
            [document["spec"].get("selector"), document["spec"].get("podSelector")]
            if ("spec" in document)
            else []
        )
        for selector in selectors:
            if selector and "matchLabels" in selector:
                pods_of(selector["matchLabels"])
            for expression in (selector or {}).get("matchExpressions", []):
                for value in expression["values"]:
                    pods_of({expression["key"]: value})
        assert kind


def test_of_what_there_are_several_one_at_least_stays() -> None:
    kept = {name for kind, name in DOCUMENTS if kind == "PodDisruptionBudget"}
    several = {
        name
        for (kind, name), document in DOCUMENTS.items()
        if kind == "Deployment" and document["spec"].get("replicas", 2) > 1
    }
    assert kept == several


def test_nobody_talks_to_anybody_but_for_what_is_named() -> None:
    nothing = DOCUMENTS["NetworkPolicy", "nothing"]["spec"]
    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    to_data = DOCUMENTS["NetworkPolicy", "to-data"]["spec"]["podSelector"]["matchLabels"]
    assert len(pods_of(to_data)) == len(PODS)


def test_pods_are_counted_by_a_metric_that_is_there() -> None:
    scaling = DOCUMENTS["HorizontalPodAutoscaler", "web"]["spec"]
    (measured,) = scaling["metrics"]
    assert "replicas" not in DOCUMENTS["Deployment", "web"]["spec"]
    target = scaling["scaleTargetRef"]
    assert (target["kind"], target["name"]) in DOCUMENTS
    counted = measured["object"]["describedObject"]
    assert (counted["kind"], counted["name"]) in DOCUMENTS
    assert measured["object"]["metric"]["name"] in FAMILIES


def test_what_web_processes_share_is_shared_by_as_many_as_there_can_be() -> None:
    most = DOCUMENTS["HorizontalPodAutoscaler", "web"]["spec"]["maxReplicas"]
    assert DOCUMENTS["ConfigMap", "caiso-live"]["data"]["WEB_PROCESSES"] == str(most)
    surge = DOCUMENTS["Deployment", "web"]["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    # PostgreSQL gives 97, unless it is told otherwise.
    assert (most + surge) * most_connections(most) <= 97 - 30
