-- CreateTable
CREATE TABLE "quotas"."metered_day" (
    "account" TEXT NOT NULL,
    "cluster_id" TEXT NOT NULL,
    "item" TEXT NOT NULL,
    "charge_type" TEXT NOT NULL,
    "instance_type" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "resources" INTEGER NOT NULL,
    "milliseconds" BIGINT NOT NULL,
    "milli_cpu_milliseconds" DECIMAL NOT NULL,
    "mebibyte_milliseconds" DECIMAL NOT NULL,

    CONSTRAINT "metered_day_pkey" PRIMARY KEY ("account","cluster_id","item","charge_type","instance_type","day")
);

-- CreateIndex
CREATE INDEX "cluster_deleted_at_idx" ON "clusters"."cluster"("deleted_at");

-- CreateIndex
CREATE INDEX "node_pool_deleted_at_idx" ON "clusters"."node_pool"("deleted_at");

-- CreateIndex
CREATE INDEX "node_repair_finished_at_idx" ON "clusters"."node_repair"("finished_at");

-- CreateIndex
CREATE INDEX "support_ticket_closed_at_idx" ON "clusters"."support_ticket"("closed_at");

-- CreateIndex
CREATE INDEX "operation_finished_at_idx" ON "engine"."operation"("finished_at");

-- CreateIndex
CREATE INDEX "metered_use_ended_at_idx" ON "quotas"."metered_use"("ended_at");

-- CreateIndex
CREATE INDEX "quota_application_decided_at_idx" ON "quotas"."quota_application"("decided_at");


