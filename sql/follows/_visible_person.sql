-- follows/_visible_person: of `person`: in good standing, and not shut out by `viewer` or from them. Goes on a WHERE.
  AND person.suspended_at IS NULL
  AND person.uuid <> ALL ((SELECT shut_out FROM viewer)::uuid[])
