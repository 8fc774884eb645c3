-- Times are milliseconds since 1970 in UTC, except in the ledger, which keeps what it was given to the tick, as text.

-- The contacts that need work: one row each. A row is in one of three states:
--   waiting   claimed_action is null, parked is null
--   claimed   claimed_action is set: a worker is at it
--   parked    parked is set: it waits for a person
CREATE TABLE inbox (
    site             TEXT    NOT NULL,
    contact          INTEGER NOT NULL,

    -- The pending request. Null only while the row is claimed and nothing has arrived since.
    action           INTEGER CHECK (action BETWEEN 1 AND 3),
    role             TEXT    CHECK (role IS NULL OR action > 1),
    notify           INTEGER CHECK (notify IS NULL OR (notify IN (0, 1) AND action = 3)),
    received         INTEGER NOT NULL,            -- when the oldest pending request arrived
    webhooks         INTEGER NOT NULL DEFAULT 1,  -- how many requests joined in the pending one

    -- The claimed request: a copy of the pending one, made when it was claimed.
    claimed_action   INTEGER CHECK (claimed_action BETWEEN 1 AND 3),
    claimed_role     TEXT    CHECK (claimed_role IS NULL OR claimed_action > 1),
    claimed_notify   INTEGER CHECK (claimed_notify IS NULL OR (claimed_notify IN (0, 1) AND claimed_action = 3)),
    claimed_received INTEGER CHECK ((claimed_received IS NULL) = (claimed_action IS NULL)),
    claimed_webhooks INTEGER CHECK ((claimed_webhooks IS NULL) = (claimed_action IS NULL)),
    claimed_receipt  INTEGER CHECK ((claimed_receipt IS NULL) = (claimed_action IS NULL)),

    receipt          INTEGER NOT NULL,            -- of the latest request; only grows
    due              INTEGER NOT NULL,            -- not claimed before; of a parked row: when it was parked
    attempts         INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),  -- counted at the claim
    failing_since    INTEGER,                     -- when the first attempt failed; null after a success
    parked           INTEGER CHECK (parked IS NULL OR claimed_action IS NULL),
    reason           TEXT    NOT NULL DEFAULT '', -- the last reason given by a worker

    PRIMARY KEY (site, contact),
    CHECK (action IS NOT NULL OR claimed_action IS NOT NULL),
    CHECK ((webhooks = 0) = (action IS NULL))
) WITHOUT ROWID;

-- Claiming walks this from its start.
CREATE INDEX inbox_due ON inbox (site, due) WHERE claimed_action IS NULL AND parked IS NULL;

-- The age of the oldest waiting request.
CREATE INDEX inbox_received ON inbox (site, received) WHERE claimed_action IS NULL AND parked IS NULL;

CREATE INDEX inbox_claimed ON inbox (site, due) WHERE claimed_action IS NOT NULL;

CREATE INDEX inbox_parked ON inbox (site, due) WHERE parked IS NOT NULL;

-- The number of rows by state. Counting a million rows takes too long for something that a dashboard asks each second.
-- Triggers keep it, so that no statement can forget to.
CREATE TABLE inbox_depth (
    site    TEXT    NOT NULL PRIMARY KEY,
    waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0),
    claimed INTEGER NOT NULL DEFAULT 0 CHECK (claimed >= 0),
    parked  INTEGER NOT NULL DEFAULT 0 CHECK (parked >= 0)
) WITHOUT ROWID;

-- A new row always waits.
CREATE TRIGGER inbox_depth_insert AFTER INSERT ON inbox
BEGIN
    INSERT INTO inbox_depth (site, waiting) VALUES (NEW.site, 1)
    ON CONFLICT (site) DO UPDATE SET waiting = waiting + 1;
END;

CREATE TRIGGER inbox_depth_update AFTER UPDATE OF claimed_action, parked ON inbox
WHEN (OLD.claimed_action IS NULL) <> (NEW.claimed_action IS NULL) OR (OLD.parked IS NULL) <> (NEW.parked IS NULL)
BEGIN
    UPDATE inbox_depth SET
        waiting = waiting
            - (OLD.claimed_action IS NULL AND OLD.parked IS NULL)
            + (NEW.claimed_action IS NULL AND NEW.parked IS NULL),
        claimed = claimed - (OLD.claimed_action IS NOT NULL) + (NEW.claimed_action IS NOT NULL),
        parked = parked - (OLD.parked IS NOT NULL) + (NEW.parked IS NOT NULL)
    WHERE site = NEW.site;
END;

CREATE TRIGGER inbox_depth_delete AFTER DELETE ON inbox
BEGIN
    UPDATE inbox_depth SET
        waiting = waiting - (OLD.claimed_action IS NULL AND OLD.parked IS NULL),
        claimed = claimed - (OLD.claimed_action IS NOT NULL),
        parked = parked - (OLD.parked IS NOT NULL)
    WHERE site = OLD.site;
END;

-- The last receipt that was given out: rows go, and receipts must grow all the same, also when the clock is set back.
CREATE TABLE inbox_receipts (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    last     INTEGER NOT NULL
);
INSERT INTO inbox_receipts (only_row, last) VALUES (1, 0);

-- What is known for good of each contact. Rows are never removed. No password is ever stored here.
CREATE TABLE ledger (
    site             TEXT    NOT NULL,
    contact          INTEGER NOT NULL,
    user_id          INTEGER,            -- the link
    applied_update   TEXT,
    read_at          TEXT,
    lagging_reads    INTEGER NOT NULL DEFAULT 0,
    password_return  INTEGER NOT NULL DEFAULT 0,
    welcome_mail     INTEGER NOT NULL DEFAULT 0,

    -- The creation whose end is not known yet: all of these are set, or none.
    intent_token     TEXT,
    intent_login     TEXT    CHECK ((intent_login IS NULL) = (intent_token IS NULL)),
    intent_email     TEXT    CHECK ((intent_email IS NULL) = (intent_token IS NULL)),
    intent_site_date TEXT    CHECK ((intent_site_date IS NULL) = (intent_token IS NULL)),
    intent_sent_at   TEXT    CHECK ((intent_sent_at IS NULL) = (intent_token IS NULL)),
    intent_answered  INTEGER CHECK ((intent_answered IS NULL) = (intent_token IS NULL)),
    intent_generated INTEGER CHECK ((intent_generated IS NULL) = (intent_token IS NULL)),

    PRIMARY KEY (site, contact)
) WITHOUT ROWID;

CREATE INDEX ledger_user ON ledger (site, user_id) WHERE user_id IS NOT NULL;

-- The outcomes of the last weeks, in the order in which they ended.
CREATE TABLE history (
    id       INTEGER PRIMARY KEY,
    ended    INTEGER NOT NULL,
    site     TEXT    NOT NULL,
    contact  INTEGER NOT NULL,
    action   INTEGER NOT NULL,
    outcome  TEXT    NOT NULL,
    warnings TEXT,                -- a JSON list of texts; null when there is none
    duration INTEGER NOT NULL,    -- microseconds
    attempt  INTEGER NOT NULL
);

CREATE INDEX history_site ON history (site, id);

-- Retention walks this from its start.
CREATE INDEX history_ended ON history (ended);
