-- Event types say that a request was rejected, as those of quota applications do. Events stay in the log.
UPDATE "engine"."event" SET
    "type" = CASE "type"
      WHEN 'DISK_REFUSED' THEN 'DISK_REJECTED'
      WHEN 'LOAD_BALANCER_REFUSED' THEN 'LOAD_BALANCER_REJECTED'
    END,
    "reason" = CASE "type"
      WHEN 'DISK_REFUSED' THEN 'DiskRejected'
      WHEN 'LOAD_BALANCER_REFUSED' THEN 'LoadBalancerRejected'
    END
  WHERE "type" IN ('DISK_REFUSED', 'LOAD_BALANCER_REFUSED');
