-- AlterTable
ALTER TABLE "clusters"."cluster" ADD COLUMN     "capability" TEXT,
ADD COLUMN     "network_plugin" TEXT NOT NULL DEFAULT 'FLANNEL',
ADD COLUMN     "storage_plugin" TEXT NOT NULL DEFAULT 'CSI';

-- AlterTable
ALTER TABLE "clusters"."instance_type" ADD COLUMN     "bare_metal" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "enis" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "epc_gib" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "gpu_memory_gib" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "ips_per_eni" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "npus" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "clusters"."node" ADD COLUMN     "charge_type" TEXT NOT NULL DEFAULT 'POSTPAID',
ADD COLUMN     "instance_id" TEXT,
ADD COLUMN     "joining" JSONB,
ADD COLUMN     "leaving" JSONB,
ADD COLUMN     "origin" TEXT NOT NULL DEFAULT 'SCALING_GROUP',
ADD COLUMN     "role" TEXT NOT NULL DEFAULT 'WORKER';

-- AlterTable
ALTER TABLE "clusters"."node_pool" ADD COLUMN     "config" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "drift" JSONB,
ADD COLUMN     "edge_autonomy" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "gpu_sharing" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "is_default" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "runtime" TEXT NOT NULL DEFAULT 'CONTAINERD',
ADD COLUMN     "scaling_group" JSONB,
ADD COLUMN     "shortage" JSONB;

-- AlterTable
ALTER TABLE "engine"."operation" ADD COLUMN     "pausable" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "paused_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "regions"."region" ADD COLUMN     "latitude" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "longitude" DOUBLE PRECISION NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "clusters"."account_verification" (
    "account" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "verified_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_verification_pkey" PRIMARY KEY ("account")
);

-- CreateTable
CREATE TABLE "clusters"."control_plane" (
    "cluster_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "available" BOOLEAN NOT NULL,
    "replicas" JSONB NOT NULL,
    "state_before" TEXT,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "control_plane_pkey" PRIMARY KEY ("cluster_id")
);

-- CreateTable
CREATE TABLE "clusters"."control_plane_incident" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "control_plane_incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."vpc" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "region_id" TEXT NOT NULL,
    "cidr" TEXT NOT NULL,
    "creator" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "vpc_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."vswitch" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "vpc_id" TEXT NOT NULL,
    "zone_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "cidr" TEXT NOT NULL,
    "creator" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "vswitch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."security_group" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "vpc_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "rules" JSONB NOT NULL DEFAULT '[]',
    "creator" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "security_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."cluster_network" (
    "cluster_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "vpc_id" TEXT NOT NULL,
    "vswitch_ids" TEXT[],
    "security_group_id" TEXT NOT NULL,
    "plugin" TEXT NOT NULL,
    "pod_cidr" TEXT,
    "service_cidr" TEXT NOT NULL,
    "node_cidr_mask" INTEGER,
    "held" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "cluster_network_pkey" PRIMARY KEY ("cluster_id")
);

-- CreateTable
CREATE TABLE "clusters"."cloud_resource" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "retained" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cloud_resource_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."node_repair" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "node_pool_id" TEXT NOT NULL,
    "node_id" TEXT NOT NULL,
    "node_name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "system_disk_reset" BOOLEAN NOT NULL DEFAULT false,
    "message" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "node_repair_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."component" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "parameters" JSONB NOT NULL DEFAULT '{}',
    "generation" INTEGER NOT NULL DEFAULT 1,
    "settled_generation" INTEGER NOT NULL DEFAULT 0,
    "operation_id" TEXT,
    "drift" JSONB NOT NULL DEFAULT '[]',
    "drift_checked_at" TIMESTAMPTZ(3),
    "failure" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "component_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."risk_finding" (
    "cluster_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "risk_finding_pkey" PRIMARY KEY ("cluster_id","operation","subject")
);

-- CreateTable
CREATE TABLE "kubesim"."scaling_group" (
    "cluster" TEXT NOT NULL,
    "node_pool" TEXT NOT NULL,
    "body" JSON NOT NULL,

    CONSTRAINT "scaling_group_pkey" PRIMARY KEY ("cluster","node_pool")
);

-- CreateTable
CREATE TABLE "kubesim"."machine" (
    "id" TEXT NOT NULL,
    "body" JSON NOT NULL,

    CONSTRAINT "machine_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quotas"."cloud_claim" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cloud_claim_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quotas"."metered_use" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "item" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "charge_type" TEXT NOT NULL,
    "instance_type" TEXT,
    "milli_cpu" INTEGER NOT NULL DEFAULT 0,
    "memory_mib" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "metered_use_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "control_plane_incident_cluster_id_started_at_idx" ON "clusters"."control_plane_incident"("cluster_id", "started_at");

-- CreateIndex
CREATE INDEX "vpc_account_region_id_idx" ON "clusters"."vpc"("account", "region_id");

-- CreateIndex
CREATE INDEX "vswitch_vpc_id_idx" ON "clusters"."vswitch"("vpc_id");

-- CreateIndex
CREATE INDEX "vswitch_account_id_idx" ON "clusters"."vswitch"("account", "id");

-- CreateIndex
CREATE INDEX "security_group_vpc_id_idx" ON "clusters"."security_group"("vpc_id");

-- CreateIndex
CREATE INDEX "security_group_account_id_idx" ON "clusters"."security_group"("account", "id");

-- CreateIndex
CREATE INDEX "cluster_network_vpc_id_idx" ON "clusters"."cluster_network"("vpc_id");

-- CreateIndex
CREATE INDEX "cluster_network_security_group_id_idx" ON "clusters"."cluster_network"("security_group_id");

-- CreateIndex
CREATE INDEX "cluster_network_account_cluster_id_idx" ON "clusters"."cluster_network"("account", "cluster_id");

-- CreateIndex
CREATE INDEX "cloud_resource_cluster_id_idx" ON "clusters"."cloud_resource"("cluster_id");

-- CreateIndex
CREATE INDEX "cloud_resource_account_id_idx" ON "clusters"."cloud_resource"("account", "id");

-- CreateIndex
CREATE INDEX "node_repair_node_pool_id_id_idx" ON "clusters"."node_repair"("node_pool_id", "id");

-- CreateIndex
CREATE INDEX "node_repair_node_id_id_idx" ON "clusters"."node_repair"("node_id", "id");

-- CreateIndex
CREATE INDEX "component_cluster_id_id_idx" ON "clusters"."component"("cluster_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "component_cluster_id_name_key" ON "clusters"."component"("cluster_id", "name");

-- CreateIndex
CREATE INDEX "cloud_claim_account_cluster_id_idx" ON "quotas"."cloud_claim"("account", "cluster_id");

-- CreateIndex
CREATE INDEX "metered_use_account_cluster_id_started_at_idx" ON "quotas"."metered_use"("account", "cluster_id", "started_at");

-- CreateIndex
CREATE INDEX "metered_use_resource_id_idx" ON "quotas"."metered_use"("resource_id");

-- CreateIndex
CREATE UNIQUE INDEX "node_instance_id_key" ON "clusters"."node"("instance_id");


-- What is billed is metered by triggers: whatever makes or removes a machine, it is in the same transaction, and no way
-- of doing so can be forgotten. A use is open while ended_at is null; one resource has at most one open use of an item.
CREATE FUNCTION quotas.begin_use(item text, resource text, use quotas.metered_use) RETURNS void LANGUAGE sql AS $$
  INSERT INTO quotas.metered_use (id, account, cluster_id, item, resource_id, charge_type, instance_type, milli_cpu,
                                  memory_mib, started_at)
  SELECT gen_random_uuid()::text, use.account, use.cluster_id, item, resource, use.charge_type, use.instance_type,
         coalesce(use.milli_cpu, 0), coalesce(use.memory_mib, 0), now()
  WHERE NOT EXISTS (SELECT FROM quotas.metered_use AS open
                    WHERE open.resource_id = resource AND open.item = begin_use.item AND open.ended_at IS NULL)
$$;

CREATE FUNCTION quotas.end_use(resource text) RETURNS void LANGUAGE sql AS $$
  UPDATE quotas.metered_use SET ended_at = now() WHERE resource_id = resource AND ended_at IS NULL
$$;

-- A machine is billed from when it is there (starting) until it has failed or is gone; anew when it is paid otherwise.
CREATE FUNCTION quotas.meter_node() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  use quotas.metered_use;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM quotas.end_use(OLD.id);
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.charge_type <> OLD.charge_type OR NEW.instance_type <> OLD.instance_type)
     OR NEW.state = 'failed' THEN
    PERFORM quotas.end_use(NEW.id);
  END IF;
  IF NEW.state IN ('starting', 'running', 'removing') THEN
    use.account := NEW.account;
    use.cluster_id := NEW.cluster_id;
    use.charge_type := NEW.charge_type;
    use.instance_type := NEW.instance_type;
    use.milli_cpu := NEW.vcpus * 1000;
    IF NEW.state <> 'removing' THEN
      PERFORM quotas.begin_use(CASE NEW.role WHEN 'MASTER' THEN 'MASTER_INSTANCE' ELSE 'WORKER_INSTANCE' END,
                               NEW.id, use);
    END IF;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER meter_node AFTER INSERT OR DELETE OR UPDATE OF state, charge_type, instance_type ON clusters.node
  FOR EACH ROW EXECUTE FUNCTION quotas.meter_node();

-- A cluster's own items run from when it first runs until it is gone: management of managed Pro clusters, and the load
-- balancer of an API server that the platform has made.
CREATE FUNCTION quotas.meter_cluster() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  use quotas.metered_use;
BEGIN
  IF NEW.deleted_at IS NOT NULL THEN
    PERFORM quotas.end_use(NEW.id);
  ELSIF NEW.state = 'RUNNING' THEN
    use.account := NEW.account;
    use.cluster_id := NEW.id;
    use.charge_type := 'POSTPAID';
    IF NEW.product IN ('ACK_PRO', 'EDGE_PRO') THEN
      PERFORM quotas.begin_use('CLUSTER_MANAGEMENT', NEW.id, use);
    END IF;
    IF NEW.product <> 'REGISTERED' THEN
      PERFORM quotas.begin_use('LOAD_BALANCER', NEW.id, use);
    END IF;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER meter_cluster AFTER INSERT OR UPDATE OF state, product, deleted_at ON clusters.cluster
  FOR EACH ROW EXECUTE FUNCTION quotas.meter_cluster();

-- Load balancers and disks that objects inside clusters have.
CREATE FUNCTION quotas.meter_claim() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  use quotas.metered_use;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM quotas.end_use(OLD.id);
  ELSIF NEW.state = 'GRANTED' THEN
    use.account := NEW.account;
    use.cluster_id := NEW.cluster_id;
    use.charge_type := 'POSTPAID';
    PERFORM quotas.begin_use(NEW.kind, NEW.id, use);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER meter_claim AFTER INSERT OR DELETE OR UPDATE OF state ON quotas.cloud_claim
  FOR EACH ROW EXECUTE FUNCTION quotas.meter_claim();
