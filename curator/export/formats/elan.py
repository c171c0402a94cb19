"""ELAN: one .eaf per recording with tiers for text, category and state."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from curator.audio.media_type import media_type
from curator.domain.clip import Clip
from curator.domain.recording import Recording
from curator.export.formats import Listing
from curator.export.lanes import Lanes, label, of_recordings, tiers

LABEL = "ELAN"
HAS_SOUNDS = False

TYPE = "default-lt"
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters not allowed in XML."""

DATE = "1970-01-01T00:00:00+00:00"
"""Required date; constant, so that the same set gives the same bytes."""


def files(listing: Listing) -> dict[str, bytes]:
    """One document per recording."""
    return {
        f"{listing.names[number]}.eaf": _document(listing.recordings[number], lanes)
        for number, lanes in of_recordings(listing)
    }


def _document(recording: Recording, lanes: Lanes) -> bytes:
    top = Xml.Element("ANNOTATION_DOCUMENT", AUTHOR="", DATE=DATE, FORMAT="3.0", VERSION="3.0")
    top.set("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
    top.set("xsi:noNamespaceSchemaLocation", "http://www.mpi.nl/tools/elan/EAFv3.0.xsd")
    header = Xml.SubElement(top, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    path = recording.path.absolute()
    mime = media_type(path, recording.container)
    Xml.SubElement(header, "MEDIA_DESCRIPTOR", MEDIA_URL=path.as_uri(), MIME_TYPE=mime)
    order = Xml.SubElement(top, "TIME_ORDER")
    ids = _Ids()
    for name, clips, what in tiers(lanes):
        tier = Xml.SubElement(top, "TIER", LINGUISTIC_TYPE_REF=TYPE, TIER_ID=name)
        _annotate(tier, order, clips, what, ids)
    Xml.SubElement(
        top, "LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID=TYPE, TIME_ALIGNABLE="true",
        GRAPHIC_REFERENCES="false",
    )  # fmt: skip
    Xml.indent(top)
    return bytes(Xml.tostring(top, encoding="utf-8", xml_declaration=True)) + b"\n"


class _Ids:
    """Unique ids of annotations and time slots."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, letters: str) -> str:
        """New id with this prefix."""
        self._last += 1
        return f"{letters}{self._last}"


def _annotate(
    tier: Xml.Element, order: Xml.Element, clips: Sequence[Clip], what: str, ids: _Ids
) -> None:
    for clip in clips:
        ends = []
        for seconds in (clip.span.start_s(clip.rate), clip.span.stop_s(clip.rate)):
            ends.append(ids.next("ts"))
            value = str(round(1000 * seconds))
            Xml.SubElement(order, "TIME_SLOT", TIME_SLOT_ID=ends[-1], TIME_VALUE=value)
        outer = Xml.SubElement(tier, "ANNOTATION")
        inner = Xml.SubElement(
            outer, "ALIGNABLE_ANNOTATION", ANNOTATION_ID=ids.next("a"),
            TIME_SLOT_REF1=ends[0], TIME_SLOT_REF2=ends[1],
        )  # fmt: skip
        value_element = Xml.SubElement(inner, "ANNOTATION_VALUE")
        value_element.text = NO_XML.sub("\ufffd", label(clip, what))
