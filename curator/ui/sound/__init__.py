"""Hearing clips: decoded ahead on threads, played from memory."""
