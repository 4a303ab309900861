-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "audit";

-- CreateTable
CREATE TABLE "audit"."chain" (
    "account" TEXT NOT NULL,
    "last_sequence" BIGINT NOT NULL,
    "last_hash" BYTEA NOT NULL,
    "pruned_sequence" BIGINT NOT NULL DEFAULT 0,
    "pruned_hash" BYTEA NOT NULL,

    CONSTRAINT "chain_pkey" PRIMARY KEY ("account")
);

-- CreateTable
CREATE TABLE "audit"."event" (
    "account" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "principal" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "object_id" TEXT,
    "cluster_id" TEXT,
    "record" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("account","sequence")
);

-- CreateTable
CREATE TABLE "audit"."head" (
    "account" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "key_id" TEXT NOT NULL,
    "signature" BYTEA NOT NULL,

    CONSTRAINT "head_pkey" PRIMARY KEY ("account","sequence")
);

-- CreateIndex
CREATE UNIQUE INDEX "event_id_key" ON "audit"."event"("id");

-- CreateIndex
CREATE INDEX "event_account_principal_sequence_idx" ON "audit"."event"("account", "principal", "sequence");

-- CreateIndex
CREATE INDEX "event_account_action_sequence_idx" ON "audit"."event"("account", "action", "sequence");

-- CreateIndex
CREATE INDEX "event_account_object_id_sequence_idx" ON "audit"."event"("account", "object_id", "sequence");

-- CreateIndex
CREATE INDEX "event_account_cluster_id_sequence_idx" ON "audit"."event"("account", "cluster_id", "sequence");

-- CreateIndex
CREATE INDEX "event_account_at_idx" ON "audit"."event"("account", "at");



-- Appends a row to the chain of its account and returns its sequence. `entry` is JSON that names the account; the sequence becomes
-- its first field, so that a row cannot be moved. The upsert locks the chain until the end of the transaction. It runs with the
-- rights of the owner: the services' role may execute it, but neither insert, change nor delete a row.
CREATE FUNCTION "audit"."append"(entry TEXT) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  fields JSONB := entry::jsonb;
  previous BYTEA;
  place BIGINT;
  content TEXT;
  digest BYTEA;
BEGIN
  INSERT INTO audit.chain AS chain (account, last_sequence, last_hash, pruned_hash)
  VALUES (fields ->> 'account', 1, '', '')
  ON CONFLICT (account) DO UPDATE SET last_sequence = chain.last_sequence + 1
  RETURNING last_sequence, last_hash INTO place, previous;
  content := '{"sequence":' || place || ',' || substr(entry, 2);
  digest := sha256(previous || convert_to(content, 'UTF8'));
  UPDATE audit.chain SET last_hash = digest WHERE account = fields ->> 'account';
  INSERT INTO audit.event (account, sequence, id, at, principal, action, outcome, object_id, cluster_id, record, hash)
  VALUES (fields ->> 'account', place, fields ->> 'id', (fields ->> 'at')::timestamptz, fields ->> 'principal',
          fields ->> 'action', fields ->> 'outcome', fields ->> 'objectId', fields ->> 'clusterId', content, digest);
  PERFORM pg_notify('fleetgraph_audit', fields ->> 'account');
  RETURN place;
END
$$;
REVOKE ALL ON FUNCTION "audit"."append"(TEXT) FROM PUBLIC;

-- Deletes rows from before a time, which is at least 30 days ago, and returns their number. A log is cut after a row with a signed
-- head, from which the rest is verified.
CREATE FUNCTION "audit"."prune"(before TIMESTAMPTZ) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  bound TIMESTAMPTZ := least(before, now() - interval '30 days');
  deleted BIGINT;
BEGIN
  WITH cut AS (
    SELECT chain.account, head.sequence, head.hash FROM audit.chain AS chain
    CROSS JOIN LATERAL (
      SELECT head.sequence, head.hash FROM audit.head AS head
      JOIN audit.event AS signed ON signed.account = head.account AND signed.sequence = head.sequence AND signed.hash = head.hash
      WHERE head.account = chain.account AND head.sequence > chain.pruned_sequence AND head.sequence < coalesce((
        SELECT event.sequence FROM audit.event AS event WHERE event.account = chain.account AND event.at >= bound
        ORDER BY event.sequence LIMIT 1), chain.last_sequence + 1)
      ORDER BY head.sequence DESC LIMIT 1
    ) AS head
    ORDER BY chain.account FOR UPDATE OF chain
  ), anchored AS (
    UPDATE audit.chain AS chain SET pruned_sequence = cut.sequence, pruned_hash = cut.hash
    FROM cut WHERE chain.account = cut.account
  ), heads AS (
    DELETE FROM audit.head AS head USING cut WHERE head.account = cut.account AND head.sequence < cut.sequence
  )
  DELETE FROM audit.event AS event USING cut WHERE event.account = cut.account AND event.sequence <= cut.sequence;
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END
$$;
REVOKE ALL ON FUNCTION "audit"."prune"(TIMESTAMPTZ) FROM PUBLIC;
