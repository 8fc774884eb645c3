-- Work that no webhook asked for: catch-up, imports and sweeps, which yield to webhooks. Losses, which the guard counts. Pauses.

ALTER TABLE inbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0 CHECK (urgency BETWEEN 0 AND 3);
ALTER TABLE inbox ADD COLUMN claimed_urgency INTEGER CHECK (claimed_urgency BETWEEN 0 AND 3);

-- Of an add: whether nothing but an import asked for it. Null for the other actions.
ALTER TABLE inbox ADD COLUMN imported INTEGER CHECK (imported IN (0, 1));
ALTER TABLE inbox ADD COLUMN claimed_imported INTEGER CHECK (claimed_imported IN (0, 1));

UPDATE inbox SET imported = 0 WHERE action = 3;
UPDATE inbox SET claimed_imported = 0 WHERE claimed_action = 3;
UPDATE inbox SET claimed_urgency = 0 WHERE claimed_action IS NOT NULL;

-- Claiming walks this from the start of each urgency.
DROP INDEX inbox_due;
CREATE INDEX inbox_due ON inbox (site, urgency, due) WHERE claimed_action IS NULL AND parked IS NULL;

-- What the plan took from the user, as bits; null when nothing was planned for one, or an import asked for it.
ALTER TABLE history ADD COLUMN losses INTEGER;

-- A sweep walks this, page by page.
CREATE INDEX ledger_linked ON ledger (site, contact) WHERE user_id IS NOT NULL;

CREATE TABLE sites (
    site           TEXT    NOT NULL PRIMARY KEY,
    watermark      TEXT,               -- up to which time of the sender every change is known
    last_webhook   INTEGER,
    paused_since   INTEGER,            -- null while the site works
    paused_because TEXT    CHECK ((paused_because IS NULL) = (paused_since IS NULL)),
    stopped        INTEGER NOT NULL DEFAULT 0 CHECK (stopped = 0 OR paused_since IS NOT NULL)  -- losses, as bits
) WITHOUT ROWID;

-- What a person decided about losses that the guard had stopped.
CREATE TABLE verdicts (
    site        TEXT    NOT NULL,
    loss        INTEGER NOT NULL,      -- one bit
    let_through INTEGER NOT NULL CHECK (let_through IN (0, 1)),
    up_to       INTEGER NOT NULL,      -- the last receipt that it holds for
    decided     INTEGER NOT NULL,
    PRIMARY KEY (site, loss)
) WITHOUT ROWID;

-- The latest run of each kind through many contacts.
CREATE TABLE jobs (
    site     TEXT    NOT NULL,
    kind     INTEGER NOT NULL,
    started  TEXT    NOT NULL,         -- tells it from the run before
    tag      TEXT,
    list     TEXT,
    role     TEXT,
    notify   INTEGER NOT NULL CHECK (notify IN (0, 1)),
    state    INTEGER NOT NULL CHECK (state BETWEEN 1 AND 4),
    after    INTEGER NOT NULL,         -- the last contact that was dealt with
    seen     INTEGER NOT NULL,
    total    INTEGER,
    ended    TEXT    CHECK ((ended IS NULL) = (state = 1)),
    reason   TEXT    NOT NULL,
    PRIMARY KEY (site, kind)
) WITHOUT ROWID;
