"""Commands on clips that several pages share: decisions and playback."""
