-- feeds/_item: a place in a thread, of `place`: its card, or none where it is a stub.
json_build_object(
  'uuid', place.uuid,
  'number', (SELECT number::text FROM nodes WHERE nodes.uuid = place.uuid),
  'depth', place.depth,
  'muted', EXISTS (
    SELECT
    FROM seen
    JOIN mutes ON mutes.muted_uuid = seen.user_uuid
    WHERE seen.uuid = place.uuid
      AND mutes.user_uuid = %(viewer_uuid)s
      AND mutes.expires_at > now()
  ),
  'card', (SELECT row_to_json(card) FROM cards AS card WHERE card.uuid = place.uuid)
)
