"""Endings and speaking rate, for every model family.

A back-end that samples speech tokens returns a ``Speaker`` (speaker.py) from
``speaker(export: Path) -> Speaker``:

    class MySpeaker:
        tokens_per_second = 25.0     # speech tokens a second
        stop_token = 6562            # end of speech
        def synthesise(self, text, language, prompts, seed, ending, sampling) -> Sound: ...

``synthesise`` samples one piece of text (at most 180 characters), seeded with ``seed``. Its loop
passes each step's logits, a plain (vocabulary,) array after guidance and before temperature and
top-p, to ``ending.shape(logits, tokens)`` with the speech tokens so far (without the start token),
and continues with the result. ``ending`` is None to leave the model alone. ``ending.most`` is the
upper bound of tokens. Nothing is hooked into the network, and each draw has an ``Ending`` of its
own. A speaker may also have ``stream`` with the same arguments, which yields chunks of the sound.

``synthesise(...)`` in synthesis.py does the rest: splitting of long texts, the length band of the
speaker's clips (prior.py), candidates ranked by Whisper (candidates.py), trimming by voice activity
(tail.py) and a constant rate by time stretching (pace.py).
"""
