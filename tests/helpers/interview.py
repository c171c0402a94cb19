"""An interview with the host of the demo's quiz show: mostly calm, with some of everything."""

from pathlib import Path

import numpy as np
import soundfile

from curator.demo.script import read_script
from curator.demo.voices import host_sentences

INTERVIEW = (
    ("greeting", "Good morning, and thank you for inviting me to your studio today."),
    ("neutral", "I have lived near the river for almost thirty years with my family."),
    ("neutral", "Before television I worked in a small bookshop behind the station."),
    ("question", "Would you like to know how the very first show came about?"),
    ("neutral", "We recorded it in an old theatre with borrowed lamps and two cameras."),
    ("tension", "For a long moment nobody in the hall dared to move or to breathe."),
    ("confirmation", "Yes, exactly, that is how it happened, you are quite right."),
    ("neutral", "Most of my days begin with a walk and a strong cup of tea."),
    ("transition", "But let us turn to something else, and speak about the players."),
    ("neutral", "They come from every part of the country and from every trade."),
    ("excitement", "And then she won everything, and the whole hall jumped to its feet!"),
    ("question", "Do you remember what she did with all that money afterwards?"),
    ("neutral", "She bought a garden and a boat and never came back to the city."),
    ("greeting", "Hello to all the listeners who have joined us in this minute."),
    ("confirmation", "That is correct, the garden is still there, I have seen it myself."),
    ("tension", "Only one card was left on the table, and it could change it all."),
    ("neutral", "In the evening I read the questions aloud until they sound easy."),
    ("transition", "So much for the past, now we come to the plans for next year."),
    ("excitement", "We are going on tour, what a fantastic adventure that will be!"),
    ("neutral", "The first stop will be a town by the sea with a very old pier."),
    ("question", "Which of the old players should we invite to come with us?"),
    ("confirmation", "Right, that is a good choice, and the audience will agree."),
    ("greeting", "Welcome back, dear friends, here we are again after the music."),
    ("tension", "Quiet now, because what I say next has never been told before."),
    ("excitement", "Unbelievable, they have sold every ticket in a single morning!"),
    ("transition", "Let us leave it there, and go on with the letters you sent."),
)
"""Category and sentence of each clip, in order."""

PAUSE_S = 1.2


def write_interview(path: Path) -> Path:
    """The sentences by the host's voice, each at the pace and level of its category."""
    script = read_script()
    rng = np.random.default_rng(3)
    parts: list[np.ndarray] = []
    rate = 0
    spoken = {}
    for category in dict(INTERVIEW):  # the voice is loaded once for each pace, which takes a while
        texts = tuple(text for kind, text in INTERVIEW if kind == category)
        waves = host_sentences(texts, script.speed.get(category, 1.0))
        spoken |= dict(zip(texts, waves, strict=True))
    for category, text in INTERVIEW:
        wave = spoken[text]
        rate = wave.rate
        gain = 10 ** (script.level_db.get(category, 0.0) / 20)
        parts += [np.zeros(int(PAUSE_S * rate), np.float32), wave.samples * np.float32(0.5 * gain)]
    parts.append(np.zeros(int(PAUSE_S * rate), np.float32))
    sound = np.concatenate(parts)
    sound = np.clip(sound + rng.normal(0, 2e-4, sound.size), -1, 1)
    soundfile.write(path, sound.astype(np.float32), rate, subtype="PCM_16")
    return path
