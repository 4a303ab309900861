-- AlterTable
ALTER TABLE "clusters"."account_verification" ADD COLUMN     "document_digest" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "account_verification_document_digest_key" ON "clusters"."account_verification"("document_digest");


