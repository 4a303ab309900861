-- AlterTable
ALTER TABLE "engine"."operation" ADD COLUMN     "requested_by" JSONB;



-- Deletes rows from before a time, which is at least 30 days ago, and returns their number: at least `batch`, if so many are due, and
-- at most those up to the next signed head. A log is cut after a row with a signed head, from which the rest is verified.
DROP FUNCTION "audit"."prune"(TIMESTAMPTZ);
CREATE FUNCTION "audit"."prune"(before TIMESTAMPTZ, batch BIGINT) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bound TIMESTAMPTZ := least(before, now() - interval '30 days');
  deleted BIGINT := 0;
  rows BIGINT;
  log RECORD;
  place RECORD;
  cut RECORD;
BEGIN
  FOR log IN SELECT account FROM audit.chain AS chain
    WHERE EXISTS (SELECT FROM audit.event AS event WHERE event.account = chain.account AND event.at < bound) ORDER BY account
  LOOP
    LOOP
      IF deleted >= batch THEN RETURN deleted; END IF;
      SELECT chain.pruned_sequence AS first, coalesce((
        SELECT event.sequence FROM audit.event AS event WHERE event.account = chain.account AND event.at >= bound
        ORDER BY event.sequence LIMIT 1), chain.last_sequence + 1) AS kept
      INTO place FROM audit.chain AS chain WHERE chain.account = log.account FOR UPDATE;
      -- The last head within the batch, or else the next one.
      SELECT head.sequence, head.hash INTO cut FROM audit.head AS head
      JOIN audit.event AS signed ON signed.account = head.account AND signed.sequence = head.sequence AND signed.hash = head.hash
      WHERE head.account = log.account AND head.sequence > place.first AND head.sequence < place.kept
        AND head.sequence <= place.first + batch - deleted
      ORDER BY head.sequence DESC LIMIT 1;
      IF NOT FOUND THEN
        SELECT head.sequence, head.hash INTO cut FROM audit.head AS head
        JOIN audit.event AS signed ON signed.account = head.account AND signed.sequence = head.sequence AND signed.hash = head.hash
        WHERE head.account = log.account AND head.sequence > place.first AND head.sequence < place.kept
        ORDER BY head.sequence LIMIT 1;
      END IF;
      EXIT WHEN NOT FOUND;
      UPDATE audit.chain SET pruned_sequence = cut.sequence, pruned_hash = cut.hash WHERE account = log.account;
      DELETE FROM audit.head WHERE account = log.account AND sequence < cut.sequence;
      DELETE FROM audit.event WHERE account = log.account AND sequence <= cut.sequence;
      GET DIAGNOSTICS rows = ROW_COUNT;
      deleted := deleted + rows;
    END LOOP;
  END LOOP;
  RETURN deleted;
END
$$;
REVOKE ALL ON FUNCTION "audit"."prune"(TIMESTAMPTZ, BIGINT) FROM PUBLIC;
