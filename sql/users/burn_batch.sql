-- users/burn_batch: ends and blanks a batch of what a person wrote; the replies of others stay below stubs.
-- params:  user_uuid uuid, key_seconds int?, before bigint, limit int
-- returns: bigint?
-- The last one's number, from which the next batch goes on: not over the rows that those before it left behind.
WITH leaving AS MATERIALIZED (
  SELECT
    uuid,
    number,
    user_uuid,
    visible_from,
    audience,
    circle_user_uuid,
    GREATEST(LEAST(expires_at, now()), created_at) AS expires_at
  FROM activities
  WHERE user_uuid = %(user_uuid)s
    AND number < %(before)s
  ORDER BY number DESC
  LIMIT %(limit)s
  FOR UPDATE
)
-- include activities/_blanked
-- include activities/_withdrawn
-- include activities/_end
SELECT min(number) FROM leaving
