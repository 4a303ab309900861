-- AlterTable
ALTER TABLE "clusters"."component" ADD COLUMN     "applied_generation" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "wished_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
