-- Which contact took the user over: what still comes for this one is meant for that. Means nothing while a user is linked.
ALTER TABLE ledger ADD COLUMN merged_into INTEGER;
