-- AlterTable
ALTER TABLE "clusters"."cloud_claim" ADD COLUMN     "balancer" TEXT,
ADD COLUMN     "listeners" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "servers" INTEGER NOT NULL DEFAULT 0;
