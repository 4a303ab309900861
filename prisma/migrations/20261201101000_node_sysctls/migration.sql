-- AlterTable
ALTER TABLE "clusters"."node" ADD COLUMN     "sysctls" JSONB NOT NULL DEFAULT '{}';
