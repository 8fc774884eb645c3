-- Holds that any process can tell, a row to write when somebody asks whether the store can, and a better memory for the guard.

ALTER TABLE sites ADD COLUMN held_since INTEGER;   -- null while the site works
ALTER TABLE sites ADD COLUMN held_because TEXT CHECK ((held_because IS NULL) = (held_since IS NULL));

CREATE TABLE probe (
    id     INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    probed INTEGER NOT NULL
);

-- Of a contact: that it is gone, which is no loss again; and what a person discarded of what was read last, as bits.
ALTER TABLE ledger ADD COLUMN gone INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1));
ALTER TABLE ledger ADD COLUMN discarded INTEGER NOT NULL DEFAULT 0;

-- What plans have taken, noted before it is written: the guard counts it whatever becomes of the process.
CREATE TABLE losses (
    site    TEXT    NOT NULL,
    contact INTEGER NOT NULL,
    loss    INTEGER NOT NULL,          -- one bit
    noted   INTEGER NOT NULL,
    PRIMARY KEY (site, contact, loss)
) WITHOUT ROWID;
