PRAGMA application_id = 1447261554;
PRAGMA user_version = 5;
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE cleaning(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  recipe TEXT NOT NULL REFERENCES recipe(hash),
  key TEXT NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  before REAL NOT NULL,
  after REAL NOT NULL,
  PRIMARY KEY (clip_id, start, stop, recipe, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE clip(
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
) STRICT;
INSERT INTO "clip" VALUES(1,1,0,88200,0,88200,0,'cut');
INSERT INTO "clip" VALUES(2,1,110250,198450,110250,198450,0,'cut');
INSERT INTO "clip" VALUES(3,1,220500,308700,220500,308700,0,'cut');
INSERT INTO "clip" VALUES(4,1,330750,418950,400000,412345,0,'cut');
INSERT INTO "clip" VALUES(5,1,110250,150250,110250,150250,0,NULL);
INSERT INTO "clip" VALUES(6,1,150250,198450,150250,198450,0,NULL);
CREATE TABLE decision(
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
) STRICT;
INSERT INTO "decision" VALUES(1,'kept','greeting',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "decision" VALUES(2,'dropped',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "decision" VALUES(3,NULL,NULL,'Árvíztűrő','arvizturo',NULL,NULL,NULL);
INSERT INTO "decision" VALUES(4,NULL,NULL,NULL,NULL,400000,412345,NULL);
CREATE TABLE delivery_point(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  x REAL NOT NULL,
  y REAL NOT NULL,
  cluster INTEGER NOT NULL,
  PRIMARY KEY (clip_id, start, stop)
) STRICT, WITHOUT ROWID;
CREATE TABLE delivery_vector(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  vector BLOB NOT NULL,
  PRIMARY KEY (clip_id, start, stop)
) STRICT;
CREATE TABLE edges(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  starts_in_word REAL NOT NULL,
  ends_in_word REAL NOT NULL,
  start_pause INTEGER,
  stop_pause INTEGER,
  PRIMARY KEY (clip_id, start, stop)
) STRICT, WITHOUT ROWID;
INSERT INTO "edges" VALUES(1,0,88200,5,0.0,1.0,NULL,5);
CREATE TABLE edit(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  act INTEGER NOT NULL,
  made_at TEXT NOT NULL,
  label TEXT NOT NULL,
  field TEXT NOT NULL,
  clips INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('done', 'undone', 'abandoned')),
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT;
INSERT INTO "edit" VALUES(1,1,'2026-01-02T03:04:05+00:00','Keep (1 clip)','state',1,'abandoned','{"1": null}','{"1": "kept"}');
INSERT INTO "edit" VALUES(2,2,'2026-01-02T03:04:05+00:00','Give emotion: greeting (1 clip)','emotion',1,'abandoned','{"1": null}','{"1": "greeting"}');
INSERT INTO "edit" VALUES(3,3,'2026-01-02T03:04:05+00:00','Drop (1 clip)','state',1,'abandoned','{"2": null}','{"2": "dropped"}');
INSERT INTO "edit" VALUES(4,4,'2026-01-02T03:04:05+00:00','Correct text (1 clip)','text',1,'abandoned','{"3": null}','{"3": "\u00c1rv\u00edzt\u0171r\u0151"}');
INSERT INTO "edit" VALUES(5,5,'2026-01-02T03:04:05+00:00','Move edges (1 clip)','span',1,'abandoned','{"4": null}','{"4": [400000, 412345]}');
INSERT INTO "edit" VALUES(6,6,'2026-01-02T03:04:05+00:00','Choose voice: the host','voice',0,'abandoned','{"0": null}','{"0": "1"}');
INSERT INTO "edit" VALUES(7,7,'2026-01-02T03:04:05+00:00','Give emotion: tension (1 clip)','emotion',1,'abandoned','{"2": null}','{"2": "tension"}');
INSERT INTO "edit" VALUES(8,8,'2026-11-22T02:27:05+00:00','Split (1 clip)','presence',3,'abandoned','{"2":"cut","5":null,"6":null}','{"2":null,"5":"person","6":"person"}');
INSERT INTO "edit" VALUES(9,9,'2026-11-22T02:27:05+00:00','Keep (1 clip)','state',1,'done','{"1":null}','{"1":"kept"}');
INSERT INTO "edit" VALUES(10,10,'2026-11-22T02:27:05+00:00','Give emotion: greeting (1 clip)','emotion',1,'done','{"1":null}','{"1":"greeting"}');
INSERT INTO "edit" VALUES(11,11,'2026-11-22T02:27:05+00:00','Drop (1 clip)','state',1,'done','{"2":null}','{"2":"dropped"}');
INSERT INTO "edit" VALUES(12,12,'2026-11-22T02:27:05+00:00','Correct text (1 clip)','text',1,'done','{"3":null}','{"3":"Árvíztűrő"}');
INSERT INTO "edit" VALUES(13,13,'2026-11-22T02:27:05+00:00','Move edges (1 clip)','span',1,'done','{"4":null}','{"4":[400000,412345]}');
INSERT INTO "edit" VALUES(14,14,'2026-11-22T02:27:05+00:00','Choose voice: clip 1','voice',0,'done','{"0":null}','{"0":"1"}');
INSERT INTO "edit" VALUES(15,15,'2026-11-22T02:27:05+00:00','Give emotion: tension (1 clip)','emotion',1,'undone','{"2":null}','{"2":"tension"}');
CREATE TABLE finding(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  position INTEGER NOT NULL,
  key TEXT NOT NULL,
  severity TEXT NOT NULL,
  sentence TEXT NOT NULL,
  PRIMARY KEY (clip_id, start, stop, position)
) STRICT, WITHOUT ROWID;
INSERT INTO "finding" VALUES(1,0,88200,0,'cut_word','error','It is cut_word.');
CREATE TABLE map_point(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  x REAL NOT NULL,
  y REAL NOT NULL,
  cluster INTEGER NOT NULL,
  PRIMARY KEY (clip_id, start, stop)
) STRICT, WITHOUT ROWID;
INSERT INTO "map_point" VALUES(1,0,88200,6,1.0,2.0,3);
CREATE TABLE producer(
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  options TEXT NOT NULL,
  UNIQUE (key, version, options)
) STRICT;
INSERT INTO "producer" VALUES(1,'segment',1,'');
INSERT INTO "producer" VALUES(2,'transcribe',1,'tiny.en');
INSERT INTO "producer" VALUES(3,'score',1,'');
INSERT INTO "producer" VALUES(4,'embed',1,'');
INSERT INTO "producer" VALUES(5,'edges',1,'');
INSERT INTO "producer" VALUES(6,'lay_out',1,'');
CREATE TABLE project_decision(
  field TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "project_decision" VALUES('voice','1');
CREATE TABLE project_fact(
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "project_fact" VALUES('voice_threshold','0.75');
CREATE TABLE rated_sample(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sample TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE rating(
  sample_id INTEGER PRIMARY KEY REFERENCES rated_sample(id),
  value TEXT NOT NULL
) STRICT;
CREATE TABLE recipe(
  hash TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  steps TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE recording(
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
) STRICT;
INSERT INTO "recording" VALUES(1,X'2F7370656563682F73686F772E776176','show.wav','0000000000000000000000000000000000000000000000000000000000000001',1000,1700000000000000000,22050,1,79380000,'WAV','','','{"channel": 0, "gain": 0.5, "gaps": [[10, 20]]}','0000000000000000000000000000000000000000000000000000000000000001','cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','["its loudest sample is 2 times full scale"]');
CREATE TABLE recording_decision(
  recording_id INTEGER PRIMARY KEY REFERENCES recording(id),
  recipe TEXT NOT NULL REFERENCES recipe(hash)
) STRICT;
CREATE TABLE recording_done(
  recording_id INTEGER NOT NULL REFERENCES recording(id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  PRIMARY KEY (recording_id, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "recording_done" VALUES(1,'segment',1);
INSERT INTO "recording_done" VALUES(1,'transcribe',2);
CREATE TABLE recording_transcript(
  recording_id INTEGER PRIMARY KEY REFERENCES recording(id) ON DELETE CASCADE,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  text TEXT NOT NULL,
  language TEXT NOT NULL,
  confidence REAL NOT NULL,
  no_speech REAL NOT NULL,
  compression REAL NOT NULL,
  words TEXT NOT NULL
) STRICT;
INSERT INTO "recording_transcript" VALUES(1,2,'Welcome to the show','en',0.9,0.01,1.1,'[{"start":0,"stop":5512,"text":"Welcome","probability":0.9},{"start":5512,"stop":11024,"text":"to","probability":0.9},{"start":11024,"stop":16536,"text":"the","probability":0.9},{"start":16536,"stop":22048,"text":"show","probability":0.9}]');
CREATE TABLE score(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  key TEXT NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  value REAL NOT NULL,
  PRIMARY KEY (clip_id, start, stop, key)
) STRICT, WITHOUT ROWID;
INSERT INTO "score" VALUES(1,0,88200,'snr',3,21.5);
CREATE TABLE setting(
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "setting" VALUES('categories','# Categories of delivery of a quiz-show host. Fifteen clips are enough to hear a category, thirty to learn it.
key = "quiz_show"
name = "Quiz show"
target_clips = 15
target_minutes = 1.0

[[emotion]]
key = "greeting"
name = "Greeting"
colour = "#E69F00"
digit = "1"

[[emotion]]
key = "question"
name = "Question"
colour = "#56B4E9"
digit = "2"

[[emotion]]
key = "tension"
name = "Tension"
colour = "#D55E00"
digit = "3"

[[emotion]]
key = "confirmation"
name = "Confirmation"
colour = "#009E73"
digit = "4"

[[emotion]]
key = "excitement"
name = "Excitement"
colour = "#F0E442"
digit = "5"

[[emotion]]
key = "transition"
name = "Transition"
colour = "#CC79A7"
digit = "6"

[[emotion]]
key = "neutral"
name = "Neutral"
colour = "#999999"
digit = "0"
');
INSERT INTO "setting" VALUES('language','en');
INSERT INTO "setting" VALUES('target','xtts_v2');
CREATE TABLE snapshot(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  made_at TEXT NOT NULL,
  origin TEXT NOT NULL,
  state_hash TEXT NOT NULL,
  categories TEXT,
  weights TEXT
) STRICT;
INSERT INTO "snapshot" VALUES(1,'before the update','2026-11-22T07:41:43+00:00','person','2a8ba15416fc49249a1e871446759c7ef498d655719179a58171b6984b268814',NULL,NULL);
INSERT INTO "snapshot" VALUES(2,'after the update','2026-11-22T07:41:44+00:00','person','2a8ba15416fc49249a1e871446759c7ef498d655719179a58171b6984b268814','# Categories of delivery of a quiz-show host. Fifteen clips are enough to hear a category, thirty to learn it.
key = "quiz_show"
name = "Quiz show"
target_clips = 15
target_minutes = 1.0

[[emotion]]
key = "greeting"
name = "Greeting"
colour = "#E69F00"
digit = "1"

[[emotion]]
key = "question"
name = "Question"
colour = "#56B4E9"
digit = "2"

[[emotion]]
key = "tension"
name = "Tension"
colour = "#D55E00"
digit = "3"

[[emotion]]
key = "confirmation"
name = "Confirmation"
colour = "#009E73"
digit = "4"

[[emotion]]
key = "excitement"
name = "Excitement"
colour = "#F0E442"
digit = "5"

[[emotion]]
key = "transition"
name = "Transition"
colour = "#CC79A7"
digit = "6"

[[emotion]]
key = "neutral"
name = "Neutral"
colour = "#999999"
digit = "0"
',NULL);
CREATE TABLE snapshot_clip(
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
) STRICT, WITHOUT ROWID;
INSERT INTO "snapshot_clip" VALUES(1,1,1,0,88200,'kept','greeting','Welcome to the show',0,NULL);
INSERT INTO "snapshot_clip" VALUES(1,2,1,110250,198450,'dropped',NULL,'',0,NULL);
INSERT INTO "snapshot_clip" VALUES(1,3,1,220500,308700,'undecided',NULL,'Árvíztűrő',1,NULL);
INSERT INTO "snapshot_clip" VALUES(1,4,1,400000,412345,'undecided',NULL,'',0,NULL);
INSERT INTO "snapshot_clip" VALUES(2,1,1,0,88200,'kept','greeting','Welcome to the show',0,NULL);
INSERT INTO "snapshot_clip" VALUES(2,2,1,110250,198450,'dropped',NULL,'',0,NULL);
INSERT INTO "snapshot_clip" VALUES(2,3,1,220500,308700,'undecided',NULL,'Árvíztűrő',1,NULL);
INSERT INTO "snapshot_clip" VALUES(2,4,1,400000,412345,'undecided',NULL,'',0,NULL);
CREATE TABLE snapshot_recipe(
  snapshot_id INTEGER NOT NULL REFERENCES snapshot(id) ON DELETE CASCADE,
  recording_id INTEGER NOT NULL,
  recipe TEXT NOT NULL REFERENCES recipe(hash),
  PRIMARY KEY (snapshot_id, recording_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE speaker_vector(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  vector BLOB NOT NULL,
  PRIMARY KEY (clip_id, start, stop)
) STRICT;
INSERT INTO "speaker_vector" VALUES(1,0,88200,4,X'0000803F000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE suggestion(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  emotion TEXT NOT NULL,
  probability REAL NOT NULL CHECK (0 <= probability AND probability <= 1),
  reason TEXT NOT NULL,
  PRIMARY KEY (clip_id, start, stop)
) STRICT, WITHOUT ROWID;
CREATE TABLE transcript(
  clip_id INTEGER NOT NULL REFERENCES clip(id) ON DELETE CASCADE,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  producer_id INTEGER NOT NULL REFERENCES producer(id),
  text TEXT NOT NULL,
  text_key TEXT NOT NULL,
  language TEXT NOT NULL,
  confidence REAL NOT NULL,
  no_speech REAL NOT NULL,
  compression REAL NOT NULL,
  words TEXT NOT NULL,
  PRIMARY KEY (clip_id, start, stop)
) STRICT;
INSERT INTO "transcript" VALUES(1,0,88200,2,'Welcome to the show','welcome to the show','en',0.9,0.01,1.1,'[{"start":0,"stop":22050,"text":"Welcome","probability":0.9},{"start":22050,"stop":44100,"text":"to","probability":0.9},{"start":44100,"stop":66150,"text":"the","probability":0.9},{"start":66150,"stop":88200,"text":"show","probability":0.9}]');
INSERT INTO "transcript" VALUES(3,220500,308700,2,'Arvisturo','arvisturo','en',0.9,0.01,1.1,'[{"start":220500,"stop":308700,"text":"Arvisturo","probability":0.9}]');
CREATE TABLE written(
  id INTEGER PRIMARY KEY CHECK (id = 1),
  times INTEGER NOT NULL
) STRICT;
INSERT INTO "written" VALUES(1,36);
CREATE INDEX score_by_value ON score(key, value);
CREATE INDEX finding_by_key ON finding(key);
CREATE INDEX clip_by_time ON clip(recording_id, start, stop);
CREATE VIEW present_clip AS SELECT * FROM clip WHERE origin IS NOT NULL;
CREATE INDEX decision_state ON decision(state);
CREATE INDEX decision_emotion ON decision(emotion);
CREATE INDEX edit_by_state ON edit(state, id);
CREATE INDEX edit_by_act ON edit(act);
CREATE VIEW clip_seen AS
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
  AND map_point.stop = clip.stop;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('clip',6);
INSERT INTO "sqlite_sequence" VALUES('edit',15);
INSERT INTO "sqlite_sequence" VALUES('snapshot',2);
INSERT INTO "sqlite_sequence" VALUES('recording',1);
COMMIT;
