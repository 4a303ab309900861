-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "clusters";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "engine";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "kubesim";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "observability";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "quotas";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "regions";

-- CreateTable
CREATE TABLE "clusters"."cluster" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "profile" TEXT NOT NULL,
    "spec" TEXT,
    "product" TEXT NOT NULL,
    "region_id" TEXT NOT NULL,
    "zone_ids" TEXT[],
    "version" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "deletion_protection" BOOLEAN NOT NULL DEFAULT false,
    "conditions" JSONB NOT NULL DEFAULT '[]',
    "finalizers" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "resource_version" BIGINT NOT NULL DEFAULT 1,
    "operation_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "cluster_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."node_pool" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "instance_types" TEXT[],
    "desired_size" INTEGER NOT NULL,
    "autoscaling" JSONB,
    "finalizers" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "resource_version" BIGINT NOT NULL DEFAULT 1,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "settled_generation" INTEGER NOT NULL DEFAULT 0,
    "operation_id" TEXT,
    "conditions" JSONB NOT NULL DEFAULT '[]',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "node_pool_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."node" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "node_pool_id" TEXT,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "zone_id" TEXT NOT NULL,
    "instance_type" TEXT NOT NULL,
    "vcpus" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "failure" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "node_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."instance_type" (
    "id" TEXT NOT NULL,
    "family" TEXT NOT NULL,
    "vcpus" INTEGER NOT NULL,
    "memory_gib" DOUBLE PRECISION NOT NULL,
    "architecture" TEXT NOT NULL,
    "gpus" INTEGER NOT NULL,

    CONSTRAINT "instance_type_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."kubernetes_version" (
    "id" TEXT NOT NULL,
    "minor" TEXT NOT NULL,
    "released_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "kubernetes_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."cluster_check" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "version" TEXT,
    "state" TEXT NOT NULL,
    "items" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "cluster_check_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clusters"."maintenance_window" (
    "cluster_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "recurrence" TEXT NOT NULL,
    "start_date" TEXT NOT NULL,
    "start_time" TEXT NOT NULL,
    "duration_hours" INTEGER NOT NULL,
    "enabled" BOOLEAN NOT NULL,

    CONSTRAINT "maintenance_window_pkey" PRIMARY KEY ("cluster_id")
);

-- CreateTable
CREATE TABLE "engine"."event_counter" (
    "account" TEXT NOT NULL,
    "last" BIGINT NOT NULL DEFAULT 0,
    "pruned" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "event_counter_pkey" PRIMARY KEY ("account")
);

-- CreateTable
CREATE TABLE "engine"."event" (
    "account" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "category" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "cluster_id" TEXT,
    "node_pool_id" TEXT,
    "operation_id" TEXT,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "event_pkey" PRIMARY KEY ("account","sequence")
);

-- CreateTable
CREATE TABLE "engine"."operation" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'PENDING',
    "target_kind" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "cluster_id" TEXT,
    "stages" JSONB NOT NULL,
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "requested" INTEGER,
    "created" INTEGER,
    "failed" INTEGER,
    "failures" JSONB NOT NULL DEFAULT '[]',
    "error" JSONB,
    "input" JSONB NOT NULL DEFAULT '{}',
    "cancelable" BOOLEAN NOT NULL DEFAULT false,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "operation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "engine"."ledger_limit" (
    "account" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "limit" INTEGER,

    CONSTRAINT "ledger_limit_pkey" PRIMARY KEY ("account","resource","scope")
);

-- CreateTable
CREATE TABLE "engine"."ledger_usage" (
    "account" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "used" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "ledger_usage_pkey" PRIMARY KEY ("account","resource","scope")
);

-- CreateTable
CREATE TABLE "engine"."client_token" (
    "account" TEXT NOT NULL,
    "mutation" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "input_hash" TEXT NOT NULL,
    "answer" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "client_token_pkey" PRIMARY KEY ("account","mutation","token")
);

-- CreateTable
CREATE TABLE "engine"."cluster_access" (
    "cluster_id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "server" TEXT NOT NULL,
    "ca_data" TEXT NOT NULL,
    "token" TEXT NOT NULL,

    CONSTRAINT "cluster_access_pkey" PRIMARY KEY ("cluster_id")
);

-- CreateTable
CREATE TABLE "kubesim"."cluster" (
    "id" TEXT NOT NULL,
    "revision" BIGINT NOT NULL DEFAULT 0,
    "body" JSON NOT NULL,

    CONSTRAINT "cluster_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kubesim"."instance" (
    "cluster" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "body" JSON NOT NULL,

    CONSTRAINT "instance_pkey" PRIMARY KEY ("cluster","id")
);

-- CreateTable
CREATE TABLE "kubesim"."object" (
    "cluster" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "body" JSON NOT NULL,

    CONSTRAINT "object_pkey" PRIMARY KEY ("cluster","resource","namespace","name")
);

-- CreateTable
CREATE TABLE "kubesim"."setting" (
    "id" TEXT NOT NULL,
    "body" JSON NOT NULL,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "observability"."metric_sample" (
    "cluster_id" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "metric_sample_pkey" PRIMARY KEY ("cluster_id","subject","name","at")
);

-- CreateTable
CREATE TABLE "quotas"."quota_definition" (
    "resource" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "unit" TEXT NOT NULL,
    "adjustable" BOOLEAN NOT NULL,
    "default_limit" INTEGER,
    "scope_kind" TEXT NOT NULL,
    "product" TEXT,
    "position" INTEGER NOT NULL,

    CONSTRAINT "quota_definition_pkey" PRIMARY KEY ("resource")
);

-- CreateTable
CREATE TABLE "quotas"."quota_application" (
    "id" TEXT NOT NULL,
    "account" TEXT NOT NULL,
    "resource" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "limit" INTEGER NOT NULL,
    "reason" TEXT,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "quota_application_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "regions"."region" (
    "id" TEXT NOT NULL,
    "documented_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "local_name" TEXT NOT NULL,
    "city" TEXT NOT NULL,
    "local_city" TEXT NOT NULL,
    "cloud" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "region_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "regions"."zone" (
    "id" TEXT NOT NULL,
    "region_id" TEXT NOT NULL,

    CONSTRAINT "zone_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "regions"."product_availability" (
    "region_id" TEXT NOT NULL,
    "product" TEXT NOT NULL,
    "availability" TEXT NOT NULL,

    CONSTRAINT "product_availability_pkey" PRIMARY KEY ("region_id","product")
);

-- CreateTable
CREATE TABLE "regions"."time_zone" (
    "id" TEXT NOT NULL,
    "documented_id" TEXT,
    "group" TEXT NOT NULL,
    "documented_utc_offset" TEXT NOT NULL,
    "position" INTEGER NOT NULL,

    CONSTRAINT "time_zone_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "cluster_account_id_idx" ON "clusters"."cluster"("account", "id");

-- CreateIndex
CREATE INDEX "cluster_account_name_idx" ON "clusters"."cluster"("account", "name");

-- CreateIndex
CREATE INDEX "cluster_account_region_id_id_idx" ON "clusters"."cluster"("account", "region_id", "id");

-- CreateIndex
CREATE INDEX "node_pool_cluster_id_id_idx" ON "clusters"."node_pool"("cluster_id", "id");

-- CreateIndex
CREATE INDEX "node_pool_account_id_idx" ON "clusters"."node_pool"("account", "id");

-- CreateIndex
CREATE INDEX "node_cluster_id_id_idx" ON "clusters"."node"("cluster_id", "id");

-- CreateIndex
CREATE INDEX "node_node_pool_id_id_idx" ON "clusters"."node"("node_pool_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "node_cluster_id_name_key" ON "clusters"."node"("cluster_id", "name");

-- CreateIndex
CREATE INDEX "cluster_check_cluster_id_id_idx" ON "clusters"."cluster_check"("cluster_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "event_id_key" ON "engine"."event"("id");

-- CreateIndex
CREATE INDEX "event_account_cluster_id_sequence_idx" ON "engine"."event"("account", "cluster_id", "sequence");

-- CreateIndex
CREATE INDEX "operation_account_id_idx" ON "engine"."operation"("account", "id");

-- CreateIndex
CREATE INDEX "operation_target_id_id_idx" ON "engine"."operation"("target_id", "id");

-- CreateIndex
CREATE INDEX "operation_cluster_id_id_idx" ON "engine"."operation"("cluster_id", "id");

-- CreateIndex
CREATE INDEX "client_token_created_at_idx" ON "engine"."client_token"("created_at");

-- CreateIndex
CREATE INDEX "cluster_access_account_cluster_id_idx" ON "engine"."cluster_access"("account", "cluster_id");

-- CreateIndex
CREATE INDEX "metric_sample_at_idx" ON "observability"."metric_sample"("at");

-- CreateIndex
CREATE INDEX "quota_application_account_id_idx" ON "quotas"."quota_application"("account", "id");

-- CreateIndex
CREATE UNIQUE INDEX "region_documented_id_key" ON "regions"."region"("documented_id");

-- CreateIndex
CREATE INDEX "zone_region_id_idx" ON "regions"."zone"("region_id");

-- CreateIndex
CREATE UNIQUE INDEX "time_zone_documented_id_key" ON "regions"."time_zone"("documented_id");

