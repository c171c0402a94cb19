"""Audio constants of XTTS codes."""

CODE_SAMPLES = 1024  # samples per code
# Zeros appended to every clip before encoding. The receptive field of the DVAE is about seven
# codes; without fixed padding the last codes of a clip would depend on its batch.
TAIL_SAMPLES = 8192
