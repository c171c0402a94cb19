"""Voices that are ready to speak: exports, runs and bases, with the rules of their speaker.

from trainer.voice import Voice

with Voice.open("my-voice") as voice:
    voice.speak("And the answer is correct!", category="praise").save("answer.wav")
    for chunk in voice.stream("The first sound comes before the sentence is finished."):
        play(chunk.samples, chunk.rate)
"""

from trainer.voice.options import VoiceOptions
from trainer.voice.profile import VoiceProfile
from trainer.voice.voice import SpokenText, Voice

__all__ = ["SpokenText", "Voice", "VoiceOptions", "VoiceProfile"]
