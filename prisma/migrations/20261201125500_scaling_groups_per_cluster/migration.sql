-- Scaling groups are limited in each cluster by its product, as node pools are: `scaling-groups`, with one limit for all
-- products, becomes `<product>/scalingGroupsPerCluster`.

-- A node pool takes a place and a scaling group in the same transaction and releases both in one, so clusters have as many of
-- the one as of the other; the count of pools is there also where groups were not counted yet.
INSERT INTO "engine"."ledger_usage" ("account", "resource", "scope", "used")
SELECT "account", replace("resource", '/nodePoolsPerCluster', '/scalingGroupsPerCluster'), "scope", "used"
FROM "engine"."ledger_usage" WHERE "resource" LIKE '%/nodePoolsPerCluster'
ON CONFLICT DO NOTHING;

-- Who was granted more scaling groups, or more node pools (within the one limit of scaling groups), keeps the limit of
-- scaling groups that held: for the account's clusters of each product, or for the one cluster.
WITH "product" ("name", "default_limit") AS (
  SELECT replace("resource", '/nodePoolsPerCluster', ''), "limit" FROM "engine"."ledger_limit"
  WHERE "account" = '*' AND "scope" = '*' AND "resource" LIKE '%/nodePoolsPerCluster'
), "granted" ("account", "product", "scope") AS (
  SELECT own."account", "product"."name", own."scope" FROM "engine"."ledger_limit" AS own, "product"
  WHERE own."account" <> '*' AND own."scope" = '*'
    AND own."resource" IN ('scaling-groups', "product"."name" || '/nodePoolsPerCluster')
  UNION
  SELECT own."account", "product"."name", own."scope" FROM "engine"."ledger_limit" AS own
  JOIN "engine"."ledger_usage" AS usage ON usage."account" = own."account" AND usage."scope" = own."scope"
  JOIN "product" ON usage."resource" = "product"."name" || '/nodePoolsPerCluster'
  WHERE own."scope" <> '*' AND own."resource" IN ('scaling-groups', usage."resource")
), "kept" AS (
  SELECT "granted".*, (
    SELECT own."limit" FROM "engine"."ledger_limit" AS own
    WHERE own."resource" = 'scaling-groups' AND (own."account", own."scope") IN
      (("granted"."account", "granted"."scope"), ("granted"."account", '*'), ('*', '*'))
    ORDER BY own."account" = '*', own."scope" = '*' LIMIT 1) AS "limit"
  FROM "granted"
)
INSERT INTO "engine"."ledger_limit" ("account", "resource", "scope", "limit")
SELECT "kept"."account", "kept"."product" || '/scalingGroupsPerCluster', "kept"."scope", "kept"."limit"
FROM "kept" JOIN "product" ON "product"."name" = "kept"."product"
WHERE "kept"."limit" IS DISTINCT FROM "product"."default_limit" OR "kept"."scope" <> '*'
ON CONFLICT DO NOTHING;

-- An application asks for one quota. One for a cluster is for its product; one for all clusters of an account is for the
-- product of most of them, else for ACK Pro, whose default the one limit was.
UPDATE "quotas"."quota_application" AS application SET "resource" = coalesce(
    (SELECT "product" FROM "clusters"."cluster" WHERE "id" = application."scope"),
    (SELECT "product" FROM "clusters"."cluster" WHERE "account" = application."account" AND "product" NOT LIKE 'ASK\_%'
     GROUP BY "product" ORDER BY count(*) DESC, "product" LIMIT 1),
    'ACK_PRO') || '/scalingGroupsPerCluster'
WHERE "resource" = 'scaling-groups';

DELETE FROM "engine"."ledger_usage" WHERE "resource" = 'scaling-groups';
DELETE FROM "engine"."ledger_limit" WHERE "resource" = 'scaling-groups';
DELETE FROM "quotas"."quota_definition" WHERE "resource" = 'scaling-groups';
