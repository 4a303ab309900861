-- AlterTable
ALTER TABLE "quotas"."quota_application" ADD COLUMN     "approved_by" TEXT,
ADD COLUMN     "requested_by" TEXT NOT NULL DEFAULT '';


