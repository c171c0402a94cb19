"""SQL of the tables of a project.

The row of a fact names the span it is about and counts while the clip has that span. So a clip with
a moved edge has no transcript until it is transcribed again, and undoing the move brings the old
one back. There is one row per clip, kind and span: the newest.
"""

from curator.domain.fact import FACT_KINDS
from curator.store.fact_tables import create_table

SETTING = """CREATE TABLE setting(
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID"""

# How many transactions have changed the project, so that a backup knows whether it is needed.
WRITTEN = """CREATE TABLE written(
  id INTEGER PRIMARY KEY CHECK (id = 1),
  times INTEGER NOT NULL
) STRICT"""

# path is a BLOB because file names need not be text; name_key is the name as search sees it.
# decoding: JSON, see `Decoding`. sound_key: see `Recording`. notes: JSON, a list of sentences.
RECORDING = """CREATE TABLE recording(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  path BLOB NOT NULL,
  name_key TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  rate INTEGER NOT NULL CHECK (rate > 0),
  channels INTEGER NOT NULL,
  samples INTEGER NOT NULL CHECK (samples >= 0),
  container TEXT NOT NULL,
  licence TEXT NOT NULL,
  consent TEXT NOT NULL,
  decoding TEXT NOT NULL,
  sound_key TEXT NOT NULL UNIQUE,
  sound_hash TEXT NOT NULL,
  notes TEXT NOT NULL
) STRICT"""

# cut_start, cut_stop: where segmentation cut. start, stop: where the clip is now, which is a
# person's decision if there is one; kept here so that sorting and matching facts need no join.
# Ids are never used twice: the journal of edits refers to them for ever. origin: 'cut' by
# segmentation, or made by a 'person' who split or merged clips; NULL while it is not there because
# of that. Such a clip keeps its facts and decisions, so that undo brings it back whole.
CLIP = """CREATE TABLE clip(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  recording_id INTEGER NOT NULL REFERENCES recording(id),
  cut_start INTEGER NOT NULL,
  cut_stop INTEGER NOT NULL,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  pause_group INTEGER NOT NULL,
  origin TEXT CHECK (origin IN ('cut', 'person')),
  CHECK (0 <= cut_start AND cut_start <= cut_stop),
  CHECK (0 <= start AND start <= stop)
) STRICT"""
CLIP_BY_TIME = "CREATE INDEX clip_by_time ON clip(recording_id, start, stop)"

PRESENT_CLIP = "CREATE VIEW present_clip AS SELECT * FROM clip WHERE origin IS NOT NULL"

PRODUCER = """CREATE TABLE producer(
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  options TEXT NOT NULL,
  UNIQUE (key, version, options)
) STRICT"""

RECORDING_DONE = """CREATE TABLE recording_done(
  recording_id INTEGER NOT NULL REFERENCES recording(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  PRIMARY KEY (recording_id, key)
) STRICT, WITHOUT ROWID"""

# words: JSON, [{"start": 0, "stop": 9, "text": "...", "probability": 0.9}, ...].
RECORDING_TRANSCRIPT = """CREATE TABLE recording_transcript(
  recording_id INTEGER PRIMARY KEY REFERENCES recording(id) ON DELETE CASCADE,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  text TEXT NOT NULL,
  language TEXT NOT NULL,
  confidence REAL NOT NULL,
  no_speech REAL NOT NULL,
  compression REAL NOT NULL,
  words TEXT NOT NULL
) STRICT"""
FACT_TABLES = {name: create_table(kind) for name, kind in FACT_KINDS.items()}
SCORE_BY_VALUE = "CREATE INDEX score_by_value ON score(key, value)"

# A recipe is never changed: another one has another hash. steps: TOML.
RECIPE = """CREATE TABLE recipe(
  hash TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  steps TEXT NOT NULL
) STRICT, WITHOUT ROWID"""

# What a recipe did to a clip, one row a measure; the values before and after.
CLEANING = """CREATE TABLE cleaning(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  recipe TEXT NOT NULL REFERENCES recipe(hash),
  key TEXT NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  before REAL NOT NULL,
  after REAL NOT NULL,
  PRIMARY KEY (clip_id, start, stop, recipe, key)
) STRICT, WITHOUT ROWID"""

FINDING = """CREATE TABLE finding(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  position INTEGER NOT NULL,
  key TEXT NOT NULL,
  severity TEXT NOT NULL,
  sentence TEXT NOT NULL,
  PRIMARY KEY (clip_id, start, stop, position)
) STRICT, WITHOUT ROWID"""
FINDING_BY_KEY = "CREATE INDEX finding_by_key ON finding(key)"

PROJECT_FACT = """CREATE TABLE project_fact(
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID"""

# No ON DELETE CASCADE: a clip with a decision cannot be removed.
DECISION = """CREATE TABLE decision(
  clip_id INTEGER PRIMARY KEY REFERENCES clip(id),
  state TEXT CHECK (state IN ('kept', 'dropped')),
  emotion TEXT,
  text TEXT,
  text_key TEXT,
  start INTEGER,
  stop INTEGER,
  recipe TEXT REFERENCES recipe(hash),
  CHECK (COALESCE(state, emotion, text, start, recipe) IS NOT NULL),
  CHECK ((text IS NULL) = (text_key IS NULL)),
  CHECK ((start IS NULL) = (stop IS NULL))
) STRICT"""
DECISION_STATE = "CREATE INDEX decision_state ON decision(state)"
DECISION_EMOTION = "CREATE INDEX decision_emotion ON decision(emotion)"

RECORDING_DECISION = """CREATE TABLE recording_decision(
  recording_id INTEGER PRIMARY KEY REFERENCES recording(id),
  recipe TEXT NOT NULL REFERENCES recipe(hash)
) STRICT"""

# A sample that was heard, under whatever name tells it from all others (its run and its place).
RATED_SAMPLE = """CREATE TABLE rated_sample(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sample TEXT NOT NULL UNIQUE
) STRICT"""

# value: JSON, {aspect: 1..10}.
RATING = """CREATE TABLE rating(
  sample_id INTEGER PRIMARY KEY REFERENCES rated_sample(id),
  value TEXT NOT NULL
) STRICT"""

PROJECT_DECISION = """CREATE TABLE project_decision(
  field TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID"""

# act: the id of the first of the edits that are undone and done again together. before, after:
# JSON, {clip id: value}. abandoned: undone, and then the person went another way.
EDIT = """CREATE TABLE edit(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  act INTEGER NOT NULL,
  made_at TEXT NOT NULL,
  label TEXT NOT NULL,
  field TEXT NOT NULL,
  clips INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('done', 'undone', 'abandoned')),
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT"""
EDIT_BY_STATE = "CREATE INDEX edit_by_state ON edit(state, id)"
EDIT_BY_ACT = "CREATE INDEX edit_by_act ON edit(act)"

# origin: "person", "export", or what else made it. state_hash: see `Decisions.state_hash`.
# categories: TOML; NULL in one that keeps neither these nor weights and recipes, as those of older
# programs. weights: JSON, NULL for what is usual.
SNAPSHOT = """CREATE TABLE snapshot(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  made_at TEXT NOT NULL,
  origin TEXT NOT NULL,
  state_hash TEXT NOT NULL,
  categories TEXT,
  weights TEXT
) STRICT"""

# The clips that were there. No reference to clip: a snapshot outlives what is cut anew. text: as
# people saw it; text_decided: whether one of them wrote it. recipe: the clip's own.
SNAPSHOT_CLIP = """CREATE TABLE snapshot_clip(
  snapshot_id INTEGER NOT NULL REFERENCES snapshot(id) ON DELETE CASCADE,
  clip_id INTEGER NOT NULL,
  recording_id INTEGER NOT NULL,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  state TEXT NOT NULL,
  emotion TEXT,
  text TEXT NOT NULL,
  text_decided INTEGER NOT NULL,
  recipe TEXT REFERENCES recipe(hash),
  PRIMARY KEY (snapshot_id, clip_id)
) STRICT, WITHOUT ROWID"""

# The recipes of recordings, for clips that have none of their own.
SNAPSHOT_RECIPE = """CREATE TABLE snapshot_recipe(
  snapshot_id INTEGER NOT NULL REFERENCES snapshot(id) ON DELETE CASCADE,
  recording_id INTEGER NOT NULL,
  recipe TEXT NOT NULL REFERENCES recipe(hash),
  PRIMARY KEY (snapshot_id, recording_id)
) STRICT, WITHOUT ROWID"""

# A clip as people see it: what they decided where they did, what machines found elsewhere.
CLIP_SEEN = """CREATE VIEW clip_seen AS
SELECT
  clip.id AS id,
  clip.recording_id AS recording_id,
  clip.start AS start,
  clip.stop AS stop,
  clip.pause_group AS pause_group,
  COALESCE(decision.state, 'undecided') AS state,
  COALESCE(decision.text, transcript.text, '') AS text,
  decision.text IS NOT NULL AS text_decided,
  decision.emotion AS emotion,
  transcript.text AS machine_text,
  transcript.words AS words,
  transcript.language AS language,
  transcript.confidence AS confidence,
  transcript.no_speech AS no_speech,
  transcript.compression AS compression,
  edges.starts_in_word AS starts_in_word,
  edges.ends_in_word AS ends_in_word,
  edges.start_pause AS start_pause,
  edges.stop_pause AS stop_pause,
  map_point.x AS x,
  map_point.y AS y,
  map_point.cluster AS cluster
FROM present_clip AS clip
LEFT JOIN decision
  ON decision.clip_id = clip.id
LEFT JOIN transcript
  ON transcript.clip_id = clip.id
  AND transcript.start = clip.start
  AND transcript.stop = clip.stop
LEFT JOIN edges
  ON edges.clip_id = clip.id
  AND edges.start = clip.start
  AND edges.stop = clip.stop
LEFT JOIN map_point
  ON map_point.clip_id = clip.id
  AND map_point.start = clip.start
  AND map_point.stop = clip.stop"""

STATEMENTS: tuple[str, ...] = (
    SETTING,
    WRITTEN,
    RECORDING,
    CLIP,
    CLIP_BY_TIME,
    PRESENT_CLIP,
    PRODUCER,
    RECORDING_DONE,
    RECORDING_TRANSCRIPT,
    *FACT_TABLES.values(),
    SCORE_BY_VALUE,
    RECIPE,
    CLEANING,
    FINDING,
    FINDING_BY_KEY,
    PROJECT_FACT,
    DECISION,
    DECISION_STATE,
    DECISION_EMOTION,
    PROJECT_DECISION,
    RECORDING_DECISION,
    RATED_SAMPLE,
    RATING,
    EDIT,
    EDIT_BY_STATE,
    EDIT_BY_ACT,
    SNAPSHOT,
    SNAPSHOT_CLIP,
    SNAPSHOT_RECIPE,
    CLIP_SEEN,
)
