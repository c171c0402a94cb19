"""Playback of clips: decoded in advance on threads, played from memory."""
