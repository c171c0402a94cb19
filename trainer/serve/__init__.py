"""HTTP service of a voice: the OpenAI speech API, streamed, and a small page."""
