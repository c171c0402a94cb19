"""Names of the audio output devices."""


def output_names() -> list[str]:
    """Names of the output devices, each once; empty without PortAudio."""
    try:
        import sounddevice
    except OSError:  # PortAudio itself is not installed
        return []
    devices = sounddevice.query_devices()
    names = [str(each["name"]) for each in devices if each["max_output_channels"] > 0]
    return list(dict.fromkeys(names))
