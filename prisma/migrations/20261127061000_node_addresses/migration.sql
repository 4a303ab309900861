-- AlterTable
ALTER TABLE "clusters"."node" ADD COLUMN     "address" TEXT,
ADD COLUMN     "security_group_id" TEXT,
ADD COLUMN     "vswitch_id" TEXT;

-- CreateIndex
CREATE INDEX "node_vswitch_id_idx" ON "clusters"."node"("vswitch_id");

