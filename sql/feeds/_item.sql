-- feeds/_item: a place in a thread, of `place`: its card, or none where it is a stub.
json_build_object(
  'uuid', place.uuid,
  'number', (SELECT number::text FROM nodes WHERE nodes.uuid = place.uuid),
  'depth', place.depth,
  'card', (SELECT row_to_json(card) FROM cards AS card WHERE card.uuid = place.uuid)
)
