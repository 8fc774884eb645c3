-- Everything lives in a schema of its own, so that a database may be shared.
-- Times are milliseconds since 1970 in UTC. The ledger, watermarks and jobs keep what they were given to the tick of 100 ns, since year 1.

-- The contacts that need work: one row each. A row is in one of three states:
--   waiting   claimed_action is null, parked is null
--   claimed   claimed_action is set: a worker is at it
--   parked    parked is set: it waits for a person
CREATE TABLE cleansync.inbox (
    site             text     NOT NULL,
    contact          bigint   NOT NULL,

    -- The pending request. Null only while the row is claimed and nothing has arrived since.
    action           smallint CHECK (action BETWEEN 1 AND 3),
    role             text     CHECK (role IS NULL OR action > 1),
    notify           boolean  CHECK (notify IS NULL OR action = 3),
    imported         boolean  CHECK ((imported IS NULL) = (action IS DISTINCT FROM 3)),
    urgency          smallint NOT NULL CHECK (urgency BETWEEN 0 AND 3),
    received         bigint   NOT NULL,            -- when the oldest pending request arrived
    webhooks         integer  NOT NULL DEFAULT 1,  -- how many requests joined in the pending one

    -- The claimed request: a copy of the pending one, made when it was claimed.
    claimed_action   smallint CHECK (claimed_action BETWEEN 1 AND 3),
    claimed_role     text     CHECK (claimed_role IS NULL OR claimed_action > 1),
    claimed_notify   boolean  CHECK (claimed_notify IS NULL OR claimed_action = 3),
    claimed_imported boolean  CHECK ((claimed_imported IS NULL) = (claimed_action IS DISTINCT FROM 3)),
    claimed_urgency  smallint CHECK ((claimed_urgency IS NULL) = (claimed_action IS NULL)),
    claimed_received bigint   CHECK ((claimed_received IS NULL) = (claimed_action IS NULL)),
    claimed_webhooks integer  CHECK ((claimed_webhooks IS NULL) = (claimed_action IS NULL)),
    claimed_receipt  bigint   CHECK ((claimed_receipt IS NULL) = (claimed_action IS NULL)),

    receipt          bigint   NOT NULL,            -- of the latest request; only grows
    due              bigint   NOT NULL,            -- not claimed before; of a parked row: when it was parked
    attempts         integer  NOT NULL DEFAULT 0 CHECK (attempts >= 0),  -- counted at the claim
    failing_since    bigint,                       -- when the first attempt failed; null after a success
    parked           smallint CHECK (parked IS NULL OR claimed_action IS NULL),
    reason           text     NOT NULL DEFAULT '', -- the last reason given by a worker

    PRIMARY KEY (site, contact),
    CHECK (action IS NOT NULL OR claimed_action IS NOT NULL),
    CHECK ((webhooks = 0) = (action IS NULL))
)
-- Rows change often and go soon: room in the page keeps a join from touching the indexes, and dead rows are swept early.
WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

-- Claiming walks this from the start of each urgency. No index names a column that a join changes.
CREATE INDEX inbox_due ON cleansync.inbox (site, urgency, due, contact) WHERE claimed_action IS NULL AND parked IS NULL;

-- The age of the oldest waiting request.
CREATE INDEX inbox_received ON cleansync.inbox (site, received) WHERE claimed_action IS NULL AND parked IS NULL;

CREATE INDEX inbox_claimed ON cleansync.inbox (site, due, contact) WHERE claimed_action IS NOT NULL;

CREATE INDEX inbox_parked ON cleansync.inbox (site, due, contact) WHERE parked IS NOT NULL;

-- The number of each request, greater than that of every one that was stored before.
CREATE SEQUENCE cleansync.inbox_receipts;

-- The number of rows by state is the sum of these. Counting a million rows takes too long for something that a dashboard asks each
-- second, and one counter would make every transaction wait for every other. Triggers append, so that no statement can forget to.
CREATE TABLE cleansync.inbox_depth (
    site    text   NOT NULL,
    waiting bigint NOT NULL,
    claimed bigint NOT NULL,
    parked  bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE FUNCTION cleansync.count_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO cleansync.inbox_depth SELECT site, count(*), 0, 0 FROM added GROUP BY site;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO cleansync.inbox_depth
        SELECT site,
            -count(*) FILTER (WHERE claimed_action IS NULL AND parked IS NULL),
            -count(claimed_action),
            -count(parked)
        FROM removed GROUP BY site;
    ELSE
        INSERT INTO cleansync.inbox_depth
        SELECT site, sum(waiting), sum(claimed), sum(parked)
        FROM (
            SELECT site,
                count(*) FILTER (WHERE claimed_action IS NULL AND parked IS NULL) AS waiting,
                count(claimed_action) AS claimed,
                count(parked) AS parked
            FROM added GROUP BY site
            UNION ALL
            SELECT site,
                -count(*) FILTER (WHERE claimed_action IS NULL AND parked IS NULL),
                -count(claimed_action),
                -count(parked)
            FROM removed GROUP BY site
        ) AS changes
        GROUP BY site
        HAVING sum(waiting) <> 0 OR sum(claimed) <> 0 OR sum(parked) <> 0;
    END IF;

    -- Now and then the rows that nobody else is at become one. Skipping the others, it waits for nobody.
    IF random() < 0.005 THEN
        WITH taken AS MATERIALIZED (
            SELECT ctid FROM cleansync.inbox_depth LIMIT 10000 FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM cleansync.inbox_depth AS depth USING taken WHERE depth.ctid = taken.ctid
            RETURNING depth.*
        )
        INSERT INTO cleansync.inbox_depth
        SELECT site, sum(waiting), sum(claimed), sum(parked) FROM gone GROUP BY site;
    END IF;
    RETURN NULL;
END
$$;

-- A new row always waits.
CREATE TRIGGER inbox_added AFTER INSERT ON cleansync.inbox
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION cleansync.count_inbox();

CREATE TRIGGER inbox_changed AFTER UPDATE ON cleansync.inbox
    REFERENCING NEW TABLE AS added OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION cleansync.count_inbox();

CREATE TRIGGER inbox_removed AFTER DELETE ON cleansync.inbox
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION cleansync.count_inbox();

-- What is known for good of each contact. Rows are never removed. No password is ever stored here.
CREATE TABLE cleansync.ledger (
    site                text     NOT NULL,
    contact             bigint   NOT NULL,
    user_id             bigint,            -- the link
    applied_update      bigint,
    read_at             bigint,
    lagging_reads       integer  NOT NULL DEFAULT 0,
    password_return     smallint NOT NULL DEFAULT 0,
    welcome_mail        smallint NOT NULL DEFAULT 0,

    -- The creation whose end is not known yet: all of these are set, or none.
    intent_token        text,
    intent_login        text     CHECK ((intent_login IS NULL) = (intent_token IS NULL)),
    intent_email        text     CHECK ((intent_email IS NULL) = (intent_token IS NULL)),
    intent_site_date    bigint   CHECK ((intent_site_date IS NULL) = (intent_token IS NULL)),
    intent_sent_at      bigint   CHECK ((intent_sent_at IS NULL) = (intent_token IS NULL)),
    intent_answered     boolean  CHECK ((intent_answered IS NULL) = (intent_token IS NULL)),
    intent_generated    boolean  CHECK ((intent_generated IS NULL) = (intent_token IS NULL)),

    password_applied_at bigint,            -- when the value of the contact's field that was applied last had been set

    PRIMARY KEY (site, contact)
);

CREATE INDEX ledger_user ON cleansync.ledger (site, user_id) WHERE user_id IS NOT NULL;

-- Looking for first logins walks this, page by page.
CREATE INDEX ledger_returned ON cleansync.ledger (site, contact) WHERE password_return = 2;

-- A sweep walks this, page by page.
CREATE INDEX ledger_linked ON cleansync.ledger (site, contact) WHERE user_id IS NOT NULL;

-- The outcomes of the last weeks, in the order in which they ended.
CREATE TABLE cleansync.history (
    id       bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ended    bigint   NOT NULL,
    site     text     NOT NULL,
    contact  bigint   NOT NULL,
    action   smallint NOT NULL,
    outcome  text     NOT NULL,
    warnings text[]   NOT NULL,
    duration bigint   NOT NULL,  -- microseconds
    attempt  integer  NOT NULL,
    losses   integer             -- what the plan took from the user, as bits; null when nothing was planned for one, or an import asked for it
);

CREATE INDEX history_site ON cleansync.history (site, id);

-- Retention and the guard walk this.
CREATE INDEX history_ended ON cleansync.history (ended);

CREATE TABLE cleansync.sites (
    site           text    NOT NULL PRIMARY KEY,
    watermark      bigint,             -- up to which time of the sender every change is known
    last_webhook   bigint,
    paused_since   bigint,             -- null while the site works
    paused_because text    CHECK ((paused_because IS NULL) = (paused_since IS NULL)),
    stopped        integer NOT NULL DEFAULT 0 CHECK (stopped = 0 OR paused_since IS NOT NULL)  -- losses, as bits
);

-- What a person decided about losses that the guard had stopped.
CREATE TABLE cleansync.verdicts (
    site        text    NOT NULL,
    loss        integer NOT NULL,      -- one bit
    let_through boolean NOT NULL,
    up_to       bigint  NOT NULL,      -- the last receipt that it holds for
    decided     bigint  NOT NULL,
    PRIMARY KEY (site, loss)
);

-- The latest run of each kind through many contacts.
CREATE TABLE cleansync.jobs (
    site     text     NOT NULL,
    kind     smallint NOT NULL,
    started  bigint   NOT NULL,        -- tells it from the run before
    tag      text,
    list     text,
    role     text,
    notify   boolean  NOT NULL,
    state    smallint NOT NULL CHECK (state BETWEEN 1 AND 4),
    after    bigint   NOT NULL,        -- the last contact that was dealt with
    seen     bigint   NOT NULL,
    total    bigint,
    ended    bigint   CHECK ((ended IS NULL) = (state = 1)),
    reason   text     NOT NULL,
    PRIMARY KEY (site, kind)
);

-- Who may write: one row for each account and one for each site, since nodes may name an account differently. The number goes up
-- whenever a node takes it, and every write of a worker names that of its site.
CREATE TABLE cleansync.rights (
    name   text   NOT NULL PRIMARY KEY,
    epoch  bigint NOT NULL,
    holder uuid                        -- the node; null when it gave the right back
);

-- The processes that work accounts: when each was last heard of, and for an even spread. Times are the server's own, so that no clock of a node matters.
CREATE TABLE cleansync.nodes (
    node  uuid        NOT NULL PRIMARY KEY,
    seen  timestamptz NOT NULL,
    works text[]      NOT NULL,        -- the accounts that it works
    wants text[]      NOT NULL         -- the accounts that it waits for
);
