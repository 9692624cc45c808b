-- Retraining: what was tried, what came of it, and which networks compose.

-- Whether somebody's pieces may be learnt from: 0 no, 1 yes, with the files that they uploaded; NULL was never said,
-- which is yes, but without uploads.
ALTER TABLE people ADD COLUMN trains INTEGER CHECK (trains IN (0, 1));

-- The network that was on trial when the piece was composed, by that one or by the other: whoever votes must not know.
ALTER TABLE pieces ADD COLUMN trial_id TEXT;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    person_id INTEGER REFERENCES people ON DELETE SET NULL,
    platform TEXT, -- NULL: started on the command line, or by somebody who has been forgotten
    address TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'passed', 'kept', 'failed', 'cancelled', 'stopped')),
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    sentence TEXT,
    report TEXT,
    checkpoint_id TEXT,
    message_channel_id TEXT,
    message_id TEXT,
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
    CHECK ((message_channel_id IS NULL) = (message_id IS NULL)),
    CHECK ((state = 'running') = (ended_at IS NULL)),
    CHECK ((state = 'running') = (sentence IS NULL))
) STRICT;

CREATE UNIQUE INDEX runs_one_at_a_time ON runs (state) WHERE state = 'running';
CREATE INDEX runs_by_person ON runs (person_id);
CREATE INDEX runs_untold ON runs (id) WHERE told = 0;

-- The networks that may compose. The base has no run, and no folder of ours. The one with the highest turn composes;
-- the one with the next highest did before, and is gone back to. NULL: never composed alone, or was gone back from.
CREATE TABLE checkpoints (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('base', 'on trial', 'kept', 'damaged')),
    turn INTEGER UNIQUE,
    parent_id TEXT,
    run_id INTEGER REFERENCES runs ON DELETE SET NULL,
    card_sha256 TEXT,
    made_at INTEGER,
    report TEXT,
    CHECK (state = 'base' OR (card_sha256 IS NOT NULL AND made_at IS NOT NULL)),
    CHECK (state != 'base' OR turn IS NOT NULL),
    CHECK (state != 'damaged' OR turn IS NULL)
) STRICT;

CREATE UNIQUE INDEX checkpoints_one_base ON checkpoints (state) WHERE state = 'base';
CREATE UNIQUE INDEX checkpoints_one_trial ON checkpoints (state) WHERE state = 'on trial';
CREATE INDEX checkpoints_by_run ON checkpoints (run_id);
CREATE INDEX pieces_by_checkpoint ON pieces (checkpoint_id);
CREATE INDEX pieces_by_trial ON pieces (trial_id) WHERE trial_id IS NOT NULL;

-- What stands behind every piece, in the requests for it and for all that it grew from: whether somebody forbids to
-- learn from it, whether a file is in it that nobody allowed, whether something that it grew from has been deleted.
CREATE VIEW origins AS
WITH RECURSIVE line (piece_id, request_id) AS (
    SELECT pieces.id, pieces.request_id FROM pieces
    UNION
    SELECT line.piece_id, parents.request_id FROM line JOIN requests ON requests.id = line.request_id
    JOIN pieces AS parents ON parents.id = requests.parent_id
)
SELECT
    piece_id,
    max(people.trains IS 0) AS is_forbidden,
    max(requests.seed_kind = 'upload' AND people.trains IS NOT 1) AS is_upload,
    max(requests.action != 'compose' AND requests.parent_id IS NULL) AS is_orphan
FROM line JOIN requests ON requests.id = line.request_id JOIN people ON people.id = requests.person_id
GROUP BY piece_id;

DROP VIEW catalogue;
CREATE VIEW catalogue AS
SELECT
    tickets.*,
    pieces.title AS music_title,
    pieces.key AS music_key,
    pieces.tempo AS music_tempo,
    pieces.length_seconds AS music_length_seconds,
    pieces.primer_seconds AS music_primer_seconds,
    pieces.notes AS music_notes,
    pieces.random_seed AS music_random_seed,
    pieces.checkpoint_id AS music_checkpoint_id,
    pieces.soundfont AS music_soundfont,
    pieces.remarks AS music_remarks,
    pieces.created_at AS piece_created_at,
    pieces.trial_id AS music_trial_id
FROM pieces
JOIN tickets ON tickets.id = pieces.request_id;
