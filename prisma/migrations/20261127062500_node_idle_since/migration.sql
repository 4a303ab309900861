-- AlterTable
ALTER TABLE "clusters"."node" ADD COLUMN     "idle_since" TIMESTAMPTZ(3);

