-- Holds that any process can tell, a row to write when somebody asks whether the store can, and a better memory for the guard.

ALTER TABLE cleansync.sites ADD COLUMN held_since bigint;   -- null while the site works
ALTER TABLE cleansync.sites ADD COLUMN held_because text CHECK ((held_because IS NULL) = (held_since IS NULL));

CREATE TABLE cleansync.probe (
    id     integer NOT NULL PRIMARY KEY CHECK (id = 1),
    probed bigint  NOT NULL
);

-- Of a contact: that it is gone, which is no loss again; and what a person discarded of what was read last, as bits.
ALTER TABLE cleansync.ledger ADD COLUMN gone boolean NOT NULL DEFAULT false;
ALTER TABLE cleansync.ledger ADD COLUMN discarded integer NOT NULL DEFAULT 0;

-- What plans have taken, noted before it is written: the guard counts it whatever becomes of the process.
CREATE TABLE cleansync.losses (
    site    text    NOT NULL,
    contact bigint  NOT NULL,
    loss    integer NOT NULL,          -- one bit
    noted   bigint  NOT NULL,
    PRIMARY KEY (site, contact, loss)
);
