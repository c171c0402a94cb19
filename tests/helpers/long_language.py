"""A language that nobody speaks: every text accented and 40 % longer, so that what is cut shows."""

from PySide6.QtCore import QTranslator

LONGER = 0.4
_ACCENTED = str.maketrans("aceinosuyzACEINOSUYZ", "áčéíñőšűýžÁČÉÍÑŐŠŰÝŽ")
_MORE = " żółć ŵêřé ăžšő żółé"


class LongLanguage(QTranslator):
    """Translates everything. Places for numbers (%1, %n) stay where they are."""

    def translate(
        self,
        context: str | bytes,
        sourceText: str | bytes,  # noqa: N803  # as Qt has it
        disambiguation: str | bytes | None = None,
        n: int = -1,
    ) -> str:
        text = sourceText if isinstance(sourceText, str) else bytes(sourceText).decode()
        parts = text.split("%")
        accented = [parts[0].translate(_ACCENTED)]
        accented += [part[:1] + part[1:].translate(_ACCENTED) for part in parts[1:]]
        more = (_MORE * (1 + len(text) // len(_MORE)))[: round(LONGER * len(text))]
        return "%".join(accented) + more

    def isEmpty(self) -> bool:  # noqa: N802  # as Qt has it
        return False
