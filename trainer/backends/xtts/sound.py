"""How sound is divided into codes."""

CODE_SAMPLES = 1024  # samples per code
# Zeros put behind every clip before it is encoded. The DVAE sees about seven codes far; without a
# fixed tail the last codes of a clip depend on what else was in its batch.
TAIL_SAMPLES = 8192
