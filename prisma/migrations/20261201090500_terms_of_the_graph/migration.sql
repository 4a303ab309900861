-- The graph names these in other terms; what is stored follows.
UPDATE "engine"."event" SET "type" = CASE "type"
    WHEN 'HIGH_RISK_OPERATION_MENDED' THEN 'HIGH_RISK_OPERATION_REMEDIATED'
    WHEN 'NODE_POOL_CANNOT_GROW' THEN 'NODE_POOL_SCALE_UP_BLOCKED'
    WHEN 'UPGRADE_GIVEN_UP' THEN 'UPGRADE_ROLLING_BACK'
    WHEN 'NODE_CHANGED_OUTSIDE' THEN 'NODE_CHANGED_EXTERNALLY'
  END
  WHERE "type" IN ('HIGH_RISK_OPERATION_MENDED', 'NODE_POOL_CANNOT_GROW', 'UPGRADE_GIVEN_UP', 'NODE_CHANGED_OUTSIDE');

UPDATE "clusters"."node_pool" SET "conditions" =
    replace(replace(replace(replace("conditions"::text, '"RoomForPods"', '"CanScaleUp"'),
      '"GrowthFellShort"', '"ScaleUpIncomplete"'), '"NoPodsWait"', '"NoPendingPods"'),
      '"MachineMovedOut"', '"InstanceDetached"')::jsonb
  WHERE "conditions"::text ~ 'RoomForPods|GrowthFellShort|NoPodsWait|MachineMovedOut';

UPDATE "clusters"."node_pool" SET "drift" =
    replace(replace("drift"::text, '"movedOut":', '"missingInScalingGroup":'), '"seenAt":', '"observedAt":')::jsonb
  WHERE "drift" IS NOT NULL;

UPDATE "engine"."operation" SET
    "error" = replace("error"::text, '"KUBERNETES_REFUSED"', '"KUBERNETES_REJECTED"')::jsonb,
    "failures" = replace("failures"::text, '"KUBERNETES_REFUSED"', '"KUBERNETES_REJECTED"')::jsonb
  WHERE "error"::text LIKE '%KUBERNETES_REFUSED%' OR "failures"::text LIKE '%KUBERNETES_REFUSED%';

UPDATE "clusters"."component" SET
    "failure" = replace("failure"::text, '"KUBERNETES_REFUSED"', '"KUBERNETES_REJECTED"')::jsonb
  WHERE "failure"::text LIKE '%KUBERNETES_REFUSED%';
