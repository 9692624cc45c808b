-- What kind of network a piece was asked of: note by note, or the piano roll, frame by frame. What was asked before there
-- were two was asked of the first.
ALTER TABLE requests ADD COLUMN engine TEXT NOT NULL DEFAULT 'notes' CHECK (engine IN ('notes', 'roll'));
