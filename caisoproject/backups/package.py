"""The file itself: a zip whose manifest has the length and the SHA-256 of each part."""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, cast

from caisoproject.backups.refused import Refused

FORMAT = 1
MANIFEST, SETTINGS, SECRETS = "manifest.json", "settings.json", "secrets/"
A_PIECE = 1024 * 1024
LONGEST_MANIFEST = 4 * A_PIECE
Manifest = dict[str, Any]


class Writing:
    """A package that is being written."""

    def __init__(self, file: BinaryIO) -> None:
        # The quickest level: what SQLite stores shrinks to a third with it, hardly less with more.
        self.zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.parts: dict[str, dict[str, Any]] = {}

    def add_file(self, name: str, path: Path, *, is_packed: bool = False) -> None:
        """Add a file from disk; one that is packed already is stored as it is."""
        with path.open("rb") as source:
            self.add(name, pieces_of(source), is_packed=is_packed)

    def add_json(self, name: str, document: str) -> None:
        self.add(name, iter([document.encode()]))

    def add(self, name: str, pieces: Iterator[bytes], *, is_packed: bool = False) -> None:
        """Add a part, piece by piece, and remember what it is known by."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
        digest, length = sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as part:
            for piece in pieces:
                part.write(piece)
                digest.update(piece)
                length += len(piece)
        self.parts[name] = {"bytes": length, "sha256": digest.hexdigest()}

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, the last of it."""
        whole = {"format": FORMAT, **manifest, "parts": self.parts}
        self.zip.writestr(MANIFEST, json.dumps(whole, indent=1) + "\n")


class Held:
    """A package that is read. Whatever is read of it has its SHA-256 checked."""

    def __init__(self, path: Path, opened: zipfile.ZipFile) -> None:
        self.path, self.zip = path, opened
        self.manifest = manifest_of(path, opened)
        self.parts: dict[str, dict[str, Any]] = self.manifest["parts"]

    def extract(self, name: str, to: Path) -> None:
        """Write a part to a file of our own choice, private. Raises Refused if it is damaged."""
        with private(to) as target:
            for piece in self.pieces(name):
                target.write(piece)

    def text(self, name: str) -> str:
        return b"".join(self.pieces(name)).decode()

    def check(self) -> None:
        """Read every part. Raises Refused if one is damaged."""
        for name in self.parts:
            for _ in self.pieces(name):
                pass

    def pieces(self, name: str) -> Iterator[bytes]:
        """A part, piece by piece. Raises Refused at its end if it is not what was written."""
        digest = sha256()
        try:
            with self.zip.open(name) as part:
                for piece in pieces_of(cast(BinaryIO, part)):
                    digest.update(piece)
                    yield piece
        except (
            zipfile.BadZipFile,
            KeyError,
            EOFError,
            OSError,
            ValueError,
            NotImplementedError,
        ) as fault:
            raise damaged(self.path, f"{name}: {fault}") from fault
        if digest.hexdigest() != self.parts[name]["sha256"]:
            raise damaged(self.path, f"{name} has another SHA-256 than its manifest says")


@contextmanager
def opened(path: Path) -> Iterator[Held]:
    """A package. Raises Refused if it is none, or is damaged."""
    try:
        package = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError) as fault:
        raise damaged(path, str(fault)) from fault
    except OSError as fault:
        raise Refused(f"{path} can't be read: {fault.strerror}.") from fault
    with package:
        yield Held(path, package)


def manifest_of(path: Path, package: zipfile.ZipFile) -> Manifest:
    """Its manifest. Raises Refused if there is none that this program can read."""
    try:
        with package.open(MANIFEST) as part:
            manifest = json.loads(part.read(LONGEST_MANIFEST))
        known = manifest["format"], manifest["parts"], manifest["engine"], manifest["migrations"]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, EOFError) as fault:
        raise damaged(path, f"no manifest that can be read ({fault})") from fault
    if known[0] != FORMAT:
        raise Refused(
            f"{path} is of format {known[0]}, this program reads {FORMAT}: use a newer program."
        )
    return cast(Manifest, manifest)


def damaged(path: Path, why: str) -> Refused:
    return Refused(f"{path} is damaged, or no backup of CAISO Live: {why}. Nothing was changed.")


def pieces_of(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(A_PIECE):
        yield piece


def private(path: Path) -> BinaryIO:
    """A new file that nobody but its owner can read. Raises FileExistsError."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")
