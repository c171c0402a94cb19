"""Settings of the last export in each format, remembered per project."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import isfinite
from pathlib import Path

from curator.ui.export.output_folder import is_writable


@dataclass(frozen=True, slots=True)
class ExportPreset:
    """Settings of one export.

    eval_percent: evaluation share. parent, name: of the output folder; name "" if not recorded.
    """

    target: str
    speaker: str
    eval_percent: float
    parent: str
    name: str = ""


class ExportPresets:
    """The last settings by format."""

    def __init__(self) -> None:
        self._by_format: dict[str, ExportPreset] = {}

    def of(self, form: str) -> ExportPreset | None:
        """Last settings of a format; None if it was not used. Their folder may be gone."""
        return self._by_format.get(form)

    def note(self, form: str, preset: ExportPreset) -> None:
        """Remember the settings of an export."""
        self._by_format[form] = preset

    def stored(self) -> dict[str, dict[str, object]]:
        """As JSON values."""
        return {form: asdict(preset) for form, preset in self._by_format.items()}

    def recall(self, stored: object) -> None:
        """Read what `stored` returned; entries of another kind are ignored."""
        if not isinstance(stored, Mapping):
            return
        names = {each.name for each in fields(ExportPreset)}
        for form, values in stored.items():
            if not isinstance(values, Mapping) or not names - {"name"} <= set(values) <= names:
                continue
            preset = ExportPreset(**values)
            texts = preset.target, preset.speaker, preset.parent, preset.name
            share = preset.eval_percent
            is_share = isinstance(share, int | float) and isfinite(share)
            if is_share and all(isinstance(text, str) for text in texts):
                self._by_format[str(form)] = preset


def last_folder(preset: ExportPreset, default_name: str) -> Path | None:
    """Last output folder, None if its parent is gone or read-only.

    default_name: of the folder if its name is not recorded.
    """
    try:
        parent = Path(preset.parent)
        is_usable = parent.is_absolute() and is_writable(parent)
        return parent / (Path(preset.name).name or default_name) if is_usable else None
    except (OSError, ValueError):
        return None
