-- ops/_withdrawn: what a statement burned, hid or made look another (`withdrawn`), counted: a late replica is known by it.
, counted AS (
  INSERT INTO withdrawals (one, number)
  SELECT true, 1 FROM withdrawn LIMIT 1
  ON CONFLICT (one) DO UPDATE SET number = withdrawals.number + 1
)
