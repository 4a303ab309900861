-- AlterTable
ALTER TABLE "clusters"."node" ADD COLUMN "disks" INTEGER NOT NULL DEFAULT 1;

-- Virtual nodes are no machines.
UPDATE "clusters"."node" SET "disks" = 0 WHERE "vcpus" = 0;

-- The ledger counts machines, and their disks with those of volume claims.
INSERT INTO "engine"."ledger_usage" ("account", "resource", "scope", "used")
SELECT "account", 'instances', '', count(*) FROM "clusters"."node"
WHERE "state" <> 'failed' AND "vcpus" > 0 GROUP BY "account";

INSERT INTO "engine"."ledger_usage" AS "usage" ("account", "resource", "scope", "used")
SELECT "account", 'payg-disks', '', sum("disks") FROM "clusters"."node"
WHERE "state" <> 'failed' AND "vcpus" > 0 AND "charge_type" <> 'PREPAID' GROUP BY "account"
ON CONFLICT ("account", "resource", "scope") DO UPDATE SET "used" = "usage"."used" + excluded."used";
