-- By which a replica is known to be one of this database, and of what it is now.
ALTER TABLE withdrawals ADD COLUMN history uuid NOT NULL DEFAULT gen_random_uuid();
INSERT INTO withdrawals (one, number) VALUES (true, 0) ON CONFLICT DO NOTHING;
