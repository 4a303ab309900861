-- AlterTable
ALTER TABLE "quotas"."quota_application" ADD COLUMN "message" TEXT;

-- The pods of serverless clusters that are there already are counted from now on.
INSERT INTO "engine"."ledger_usage" ("account", "resource", "scope", "used")
SELECT "account", replace("resource", 'nodePoolsPerCluster', 'podsPerCluster'), "scope", 0 FROM "engine"."ledger_usage"
WHERE "resource" IN ('ASK_PRO/nodePoolsPerCluster', 'ASK_STANDARD/nodePoolsPerCluster')
ON CONFLICT DO NOTHING;
