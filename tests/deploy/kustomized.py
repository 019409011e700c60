"""What `kubectl apply -k` would send, of what our overlays use: resources, patches, images."""

from pathlib import Path
from typing import Any

from tests.deploy.known import documents

KNOWN = {"apiVersion", "kind", "namespace", "labels", "resources", "patches", "images"}
Document = dict[str, Any]


def rendered(folder: Path) -> list[Document]:
    """Every document of a kustomization, patched. Raises AssertionError for what is not there."""
    kustomization = documents(folder / "kustomization.yaml")[0]
    assert kustomization.keys() <= KNOWN
    found: list[Document] = []
    for resource in kustomization["resources"]:
        path = folder / resource
        found += rendered(path.resolve()) if path.is_dir() else documents(path)
    for patch in kustomization.get("patches", []):
        for change in documents(folder / patch["path"]):
            apply(change, found)
    for document in found:
        give_images(document, kustomization.get("images", []))
    return found


def identity(document: Document) -> tuple[str, str]:
    return document["kind"], document["metadata"]["name"]


def apply(change: Document, to: list[Document]) -> None:
    """A patch belongs to exactly one document."""
    (target,) = (one for one in to if identity(one) == identity(change))
    merge(change, target)


def merge(change: Document, target: Document) -> None:
    """As kustomize does where no list has keys: lists are replaced, all else goes deeper."""
    for name, value in change.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            merge(value, target[name])
        else:
            target[name] = value


def give_images(held: Any, images: list[Document]) -> None:
    """The image that each container gets."""
    if isinstance(held, dict):
        for image in images:
            if held.get("image") == image["name"]:
                held["image"] = f"{image['newName']}:{image['newTag']}"
        held = list(held.values())
    if isinstance(held, list):
        for item in held:
            give_images(item, images)
