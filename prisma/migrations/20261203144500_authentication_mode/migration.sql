-- AlterTable
ALTER TABLE "clusters"."cluster" ADD COLUMN     "authentication_mode" TEXT NOT NULL DEFAULT 'PLATFORM';

