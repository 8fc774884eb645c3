-- Why a site is held, so that a process that does not work it can tell too. A row to write when somebody asks whether the store can.

ALTER TABLE cleansync.sites ADD COLUMN held_since bigint;   -- null while the site works
ALTER TABLE cleansync.sites ADD COLUMN held_because text CHECK ((held_because IS NULL) = (held_since IS NULL));

CREATE TABLE cleansync.probe (
    id     integer NOT NULL PRIMARY KEY CHECK (id = 1),
    probed bigint  NOT NULL
);
