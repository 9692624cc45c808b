-- Who has had everything deleted, under a keyed hash: the thumbs that they gave before still stand in the chat, and
-- must not be noted again when the chat is looked through. Thumbs under pieces up to last_piece are meant.
CREATE TABLE forgotten (
    who BLOB PRIMARY KEY,
    last_piece INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
