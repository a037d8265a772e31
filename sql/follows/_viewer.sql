-- follows/_viewer: `viewer`: who looks, and whom they do not see.
viewer AS NOT MATERIALIZED (
  SELECT
    looking.uuid,
    -- include follows/_shut_out
    AS shut_out
  FROM (SELECT %(viewer_uuid)s AS uuid) AS looking
)
