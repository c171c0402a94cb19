"""GPU check on a machine with torch, transformers and peft only, from a kit.

The packages of XTTS and Chatterbox import large packages for sound that their networks never call.
Where those are missing, empty modules take their place, so that the kit stays small.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Sequence

UNUSED = ("librosa", "perth", "onnx")  # imported, never called by a network


class UnusedPackages(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Import hook, last in line, that makes a module of a missing package of ``UNUSED``."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        """Specification of a listed package and its submodules."""
        if fullname.partition(".")[0] not in UNUSED:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """Module of functions that raise when called."""
        module = types.ModuleType(spec.name)
        module.__getattr__ = _attributes(spec.name)  # type: ignore[method-assign]
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


def _attributes(module: str) -> Callable[[str], object]:
    def attribute(name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)

        def refuse(*_: object, **__: object) -> None:
            raise NotImplementedError(f"{module}.{name} is not part of the GPU check.")

        return refuse

    return attribute


def main(words: Sequence[str]) -> int:
    """Run ``trainer doctor --gpu-check`` with the given options."""
    sys.meta_path.append(UnusedPackages())
    from trainer.cli.parser import main as trainer

    return trainer(["doctor", "--gpu-check", *words])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
