-- Tables and columns are named after what they hold, in the terms of the API; the data stays.
ALTER TABLE "engine"."event_counter" RENAME COLUMN "last" TO "last_sequence";
ALTER TABLE "engine"."event_counter" RENAME COLUMN "pruned" TO "pruned_sequence";
ALTER TABLE "engine"."client_token" RENAME COLUMN "answer" TO "response";
ALTER TABLE "clusters"."node" RENAME COLUMN "failure" TO "error";
ALTER TABLE "clusters"."component" RENAME COLUMN "failure" TO "error";

-- A cloud resource that an object in a cluster claims, with the quota that it uses of its load balancer.
ALTER TABLE "clusters"."cloud_claim" RENAME TO "cloud_resource_claim";
ALTER TABLE "clusters"."cloud_resource_claim" RENAME CONSTRAINT "cloud_claim_pkey" TO "cloud_resource_claim_pkey";
ALTER INDEX "clusters"."cloud_claim_account_cluster_id_idx" RENAME TO "cloud_resource_claim_account_cluster_id_idx";
ALTER TABLE "clusters"."cloud_resource_claim" RENAME COLUMN "balancer" TO "load_balancer_id";
ALTER TABLE "clusters"."cloud_resource_claim" RENAME COLUMN "servers" TO "backend_servers";

-- Billing: usage records, and their daily sums.
ALTER TABLE "quotas"."metered_use" RENAME TO "usage_record";
ALTER TABLE "quotas"."usage_record" RENAME CONSTRAINT "metered_use_pkey" TO "usage_record_pkey";
ALTER INDEX "quotas"."metered_use_account_cluster_id_started_at_idx" RENAME TO "usage_record_account_cluster_id_started_at_idx";
ALTER INDEX "quotas"."metered_use_resource_id_idx" RENAME TO "usage_record_resource_id_idx";
ALTER INDEX "quotas"."metered_use_ended_at_idx" RENAME TO "usage_record_ended_at_idx";
ALTER TABLE "quotas"."metered_day" RENAME TO "daily_usage";
ALTER TABLE "quotas"."daily_usage" RENAME CONSTRAINT "metered_day_pkey" TO "daily_usage_pkey";

-- Functions name tables in their text, so they are written again. A usage record is open while ended_at is null; a resource
-- has at most one open record of an item.
DROP FUNCTION quotas.begin_use(text, text, quotas.usage_record);
DROP FUNCTION quotas.end_use(text);

CREATE FUNCTION quotas.start_usage(item text, resource text, usage quotas.usage_record) RETURNS void LANGUAGE sql AS $$
  INSERT INTO quotas.usage_record (id, account, cluster_id, item, resource_id, charge_type, instance_type, milli_cpu,
                                   memory_mib, started_at)
  SELECT gen_random_uuid()::text, usage.account, usage.cluster_id, item, resource, usage.charge_type, usage.instance_type,
         coalesce(usage.milli_cpu, 0), coalesce(usage.memory_mib, 0), now()
  WHERE NOT EXISTS (SELECT FROM quotas.usage_record AS open
                    WHERE open.resource_id = resource AND open.item = start_usage.item AND open.ended_at IS NULL)
$$;

CREATE FUNCTION quotas.end_usage(resource text) RETURNS void LANGUAGE sql AS $$
  UPDATE quotas.usage_record SET ended_at = now() WHERE resource_id = resource AND ended_at IS NULL
$$;

-- An instance is billed from when it starts until it failed or is deleted; anew after a change of its charge or instance
-- type. A virtual node is no instance: its pods are billed.
CREATE OR REPLACE FUNCTION quotas.meter_node() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  usage quotas.usage_record;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM quotas.end_usage(OLD.id);
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.charge_type <> OLD.charge_type OR NEW.instance_type <> OLD.instance_type)
     OR NEW.state = 'failed' THEN
    PERFORM quotas.end_usage(NEW.id);
  END IF;
  IF NEW.state IN ('starting', 'running') AND NEW.instance_type <> 'eci.virtual-node' THEN
    usage.account := NEW.account;
    usage.cluster_id := NEW.cluster_id;
    usage.charge_type := NEW.charge_type;
    usage.instance_type := NEW.instance_type;
    usage.milli_cpu := NEW.vcpus * 1000;
    PERFORM quotas.start_usage(CASE NEW.role WHEN 'MASTER' THEN 'MASTER_INSTANCE' ELSE 'WORKER_INSTANCE' END,
                               NEW.id, usage);
  END IF;
  RETURN NULL;
END
$$;

-- From the first time that a cluster runs until it is deleted: management of managed Pro clusters, and the load balancer of
-- an API server that the platform has created.
CREATE OR REPLACE FUNCTION quotas.meter_cluster() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  usage quotas.usage_record;
BEGIN
  IF NEW.deleted_at IS NOT NULL THEN
    PERFORM quotas.end_usage(NEW.id);
  ELSIF NEW.state = 'RUNNING' THEN
    usage.account := NEW.account;
    usage.cluster_id := NEW.id;
    usage.charge_type := 'POSTPAID';
    IF NEW.product IN ('ACK_PRO', 'EDGE_PRO') THEN
      PERFORM quotas.start_usage('CLUSTER_MANAGEMENT', NEW.id, usage);
    END IF;
    IF NEW.product <> 'REGISTERED' THEN
      PERFORM quotas.start_usage('LOAD_BALANCER', NEW.id, usage);
    END IF;
  END IF;
  RETURN NULL;
END
$$;

-- Load balancers and disks of objects in clusters. A reused load balancer is billed for its owner.
CREATE OR REPLACE FUNCTION quotas.meter_claim() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  usage quotas.usage_record;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM quotas.end_usage(OLD.id);
  ELSIF NEW.state = 'GRANTED' AND NEW.kind IN ('LOAD_BALANCER', 'DISK') THEN
    usage.account := NEW.account;
    usage.cluster_id := NEW.cluster_id;
    usage.charge_type := 'POSTPAID';
    PERFORM quotas.start_usage(NEW.kind, NEW.id, usage);
  END IF;
  RETURN NULL;
END
$$;

-- Public addresses from their creation; load balancers that are retained when their cluster is deleted from then on.
CREATE OR REPLACE FUNCTION quotas.meter_resource() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  usage quotas.usage_record;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM quotas.end_usage(OLD.id);
  ELSIF NEW.type = 'EIP' OR NEW.type = 'LOAD_BALANCER' AND NEW.retained THEN
    usage.account := NEW.account;
    usage.cluster_id := NEW.cluster_id;
    usage.charge_type := 'POSTPAID';
    PERFORM quotas.start_usage(NEW.type, NEW.id, usage);
  END IF;
  RETURN NULL;
END
$$;
