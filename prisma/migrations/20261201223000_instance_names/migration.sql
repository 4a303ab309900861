-- Stored names follow the terms of the API; the data stays. The id of an instance at the provider:
UPDATE "kubesim"."instance"
SET "body" = (
  ("body"::jsonb - 'machineId') || jsonb_build_object('providerId', "body"::jsonb -> 'machineId')
)::json
WHERE "body" -> 'machineId' IS NOT NULL;

-- The settings of a pool's instances, `NodePool.instanceConfig`.
UPDATE "clusters"."node_pool"
SET "config" = ("config" - 'machines') || jsonb_build_object('instanceConfig', "config" -> 'machines')
WHERE "config" ? 'machines';

-- Repairs that the provider has not started.
UPDATE "clusters"."node_repair"
SET "state" = CASE "state" WHEN 'RESTART_WANTED' THEN 'RESTART_REQUESTED' ELSE 'RESET_REQUESTED' END
WHERE "state" IN ('RESTART_WANTED', 'RESET_WANTED');
