-- Why a site is held, so that a process that does not work it can tell too. A row to write when somebody asks whether the store can.

ALTER TABLE sites ADD COLUMN held_since INTEGER;   -- null while the site works
ALTER TABLE sites ADD COLUMN held_because TEXT CHECK ((held_because IS NULL) = (held_since IS NULL));

CREATE TABLE probe (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    probed INTEGER NOT NULL
);
