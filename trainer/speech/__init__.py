"""Endings and speed, for every model family: what a back-end gives and what it gets.

A back-end that samples speech tokens gives a ``Speaker`` (speaker.py) by a method
``speaker(export: Path) -> Speaker``:

    class MySpeaker:
        tokens_per_second = 25.0     # speech tokens a second
        stop_token = 6562            # the one that ends speech
        def say(self, text, language, prompts, seed, ending) -> Sound: ...

``say`` draws one piece of text (at most 180 characters) from a generator seeded with ``seed``. In
its own loop it gives each step's logits, a plain (vocabulary,) array after guidance and before
temperature, top-p and the like, to ``ending.shape(logits, said)`` with the speech tokens said so
far (start token left out), and goes on with what that returns. ``ending`` is None where the model
shall end as it likes. ``ending.most`` is the most tokens it ever asks for: the cap for the loop.
Nothing is hooked into the network, and an ``Ending`` is made anew for each draw.

Everything else is done around it by ``say(...)`` in saying.py: pieces of long texts, the band from
the speaker's own clips (prior.py), candidates judged by Whisper (candidates.py), the tail trimmed
by voice activity (tail.py), and the rate held by a stretch that keeps the pitch (pace.py).
"""
