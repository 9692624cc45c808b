-- Everything that SchumaNN remembers. Times are microseconds since 1970 (UTC).

PRAGMA application_id = 1398302798; -- "SXhN": tells this database from those of other programs

-- A person's id stands in one row only, so that forgetting them is one deletion.
CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    user_id TEXT NOT NULL,
    last_turn INTEGER NOT NULL DEFAULT 0, -- 0: none of their requests was ever begun
    UNIQUE (platform, user_id)
) STRICT;

CREATE INDEX people_by_turn ON people (last_turn);

-- AUTOINCREMENT: files lie under the ids of requests, and buttons in old messages name pieces; no id is used twice.
CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    platform TEXT NOT NULL,
    guild_id TEXT,
    channel_id TEXT,
    seed_kind TEXT NOT NULL CHECK (seed_kind IN ('opener', 'notes', 'upload', 'piece')),
    seed_text TEXT NOT NULL,
    seed_title TEXT NOT NULL,
    length_seconds REAL NOT NULL,
    tempo REAL,
    temperature REAL NOT NULL,
    random_seed INTEGER NOT NULL,
    address TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('compose', 'again', 'variation', 'longer')),
    parent_id INTEGER REFERENCES pieces ON DELETE SET NULL,
    awaits_file INTEGER NOT NULL CHECK (awaits_file IN (0, 1)),
    state TEXT NOT NULL CHECK (
        state IN ('awaiting_file', 'queued', 'running', 'composed', 'delivered', 'failed', 'cancelled')
    ),
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    message_channel_id TEXT,
    message_id TEXT,
    fault TEXT,
    remarks TEXT NOT NULL DEFAULT '[]',
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
    UNIQUE (person_id, key),
    CHECK ((message_channel_id IS NULL) = (message_id IS NULL)),
    CHECK ((state = 'failed') = (fault IS NOT NULL)),
    CHECK (state != 'delivered' OR told = 1)
) STRICT;

CREATE INDEX requests_by_state ON requests (state);
CREATE INDEX requests_by_message ON requests (message_channel_id, message_id);
CREATE INDEX requests_by_parent ON requests (parent_id);
CREATE INDEX requests_untold ON requests (id) WHERE told = 0;

-- What an uploaded file was read as.
CREATE TABLE primers (
    request_id INTEGER PRIMARY KEY REFERENCES requests ON DELETE CASCADE,
    score TEXT NOT NULL
) STRICT;

CREATE TABLE pieces (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request_id INTEGER NOT NULL UNIQUE REFERENCES requests ON DELETE CASCADE,
    title TEXT NOT NULL,
    key TEXT NOT NULL,
    tempo REAL NOT NULL,
    length_seconds REAL NOT NULL,
    primer_seconds REAL NOT NULL,
    notes INTEGER NOT NULL,
    random_seed INTEGER NOT NULL,
    checkpoint_id TEXT NOT NULL,
    soundfont TEXT NOT NULL,
    remarks TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- A person may have left several marks on a piece: two reactions and a button. The latest has the highest id.
-- 0 is the button by which somebody took back what their reactions, which still stand there, say.
CREATE TABLE marks (
    id INTEGER PRIMARY KEY,
    piece_id INTEGER NOT NULL REFERENCES pieces ON DELETE CASCADE,
    person_id INTEGER NOT NULL REFERENCES people ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('button', 'reaction')),
    vote INTEGER NOT NULL CHECK (vote IN (-1, 1) OR (vote = 0 AND source = 'button')),
    at INTEGER NOT NULL,
    UNIQUE (piece_id, person_id, source, vote)
) STRICT;

CREATE UNIQUE INDEX marks_one_button ON marks (piece_id, person_id) WHERE source = 'button';
CREATE INDEX marks_latest ON marks (piece_id, person_id); -- and, as in every index, the id
CREATE INDEX marks_by_person ON marks (person_id);

-- One vote for each piece and person.
CREATE VIEW ratings AS
SELECT piece_id, person_id, vote FROM marks
WHERE vote != 0 AND NOT EXISTS (
    SELECT 1 FROM marks AS later
    WHERE later.piece_id = marks.piece_id AND later.person_id = marks.person_id AND later.id > marks.id
);

CREATE TABLE guilds (
    platform TEXT NOT NULL,
    guild_id TEXT NOT NULL,
    longest_seconds REAL NOT NULL,
    channel_id TEXT,
    role_ids TEXT NOT NULL,
    per_user_hour INTEGER NOT NULL CHECK (per_user_hour >= 0),
    per_guild_hour INTEGER NOT NULL CHECK (per_guild_hour >= 0),
    listens_to_files INTEGER NOT NULL CHECK (listens_to_files IN (0, 1)),
    PRIMARY KEY (platform, guild_id)
) STRICT, WITHOUT ROWID;

-- Who asked when within the last hour, under a keyed hash: deleting what is stored about somebody must not give
-- them a new allowance, and the id must not stay here.
CREATE TABLE usage (
    id INTEGER PRIMARY KEY,
    who BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX usage_by_who ON usage (who, at);
CREATE INDEX usage_by_time ON usage (at);

CREATE TABLE household (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    usage_key BLOB NOT NULL,
    must_scrub INTEGER NOT NULL CHECK (must_scrub IN (0, 1)) -- traces of deleted rows may be left in the file
) STRICT;

INSERT INTO household (id, usage_key, must_scrub) VALUES (1, randomblob(32), 0);

CREATE VIEW tickets AS
SELECT
    requests.*,
    people.platform AS user_platform,
    people.user_id,
    pieces.id AS piece_id
FROM requests
JOIN people ON people.id = requests.person_id
LEFT JOIN pieces ON pieces.request_id = requests.id;

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
    pieces.created_at AS piece_created_at
FROM pieces
JOIN tickets ON tickets.id = pieces.request_id;
