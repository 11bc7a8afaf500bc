-- Refuses the statement that calls it, and with it the transaction. The rule stands where Postgres names a violated constraint,
-- so that rules of ours and those of the schema are told apart in one way.
CREATE OR REPLACE FUNCTION refuse(rule text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RAISE EXCEPTION 'refused by the rule %', rule USING ERRCODE = 'JE001', CONSTRAINT = rule;
END
$$;
