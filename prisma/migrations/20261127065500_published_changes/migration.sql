-- AlterTable
ALTER TABLE "clusters"."kubernetes_version" ADD COLUMN     "changes" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "removed_apis" JSONB NOT NULL DEFAULT '[]';
