-- Which contact took the user over: what still comes for this one is meant for that. Null while a user is linked.
ALTER TABLE ledger ADD COLUMN merged_into INTEGER CHECK (merged_into IS NULL OR user_id IS NULL);
