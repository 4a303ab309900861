-- CreateIndex
CREATE INDEX "operation_account_created_at_id_idx" ON "engine"."operation"("account", "created_at", "id");


