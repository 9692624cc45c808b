-- What else was asked of a piece: key, mode, density, register, dynamics, creativity and style, as JSON by name. What is
-- not among it follows the seed, and so does everything that was asked before.
ALTER TABLE requests ADD COLUMN controls TEXT NOT NULL DEFAULT '{}';
