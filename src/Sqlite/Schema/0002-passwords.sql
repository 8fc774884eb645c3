-- Passwords: which value of the contact's field was applied last, and who may have signed in with a returned one.

ALTER TABLE ledger ADD COLUMN password_applied_at TEXT;  -- when that value had been set in the field

-- Looking for first logins walks this, page by page.
CREATE INDEX ledger_returned ON ledger (site, contact) WHERE password_return = 2;
