-- Every row that a list shows gets a number. What stands gets it in the next migration: a default that is not constant
-- would write the table anew while it is locked.
CREATE SEQUENCE numbers;
CREATE FUNCTION next_number() RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER
RETURN ((extract(epoch FROM clock_timestamp()) * 1000)::bigint << 16) | (nextval('numbers') & 65535);
-- then
ALTER TABLE users ADD COLUMN number bigint;
ALTER TABLE users ALTER COLUMN number SET DEFAULT next_number();
-- then
ALTER TABLE activities ADD COLUMN number bigint;
ALTER TABLE activities ALTER COLUMN number SET DEFAULT next_number();
