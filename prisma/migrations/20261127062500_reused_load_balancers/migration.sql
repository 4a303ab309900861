-- Services that reuse a load balancer hold a claim, too (of the kind REUSED_LOAD_BALANCER), which is not billed: whoever
-- made the load balancer pays for it.
CREATE OR REPLACE FUNCTION quotas.meter_claim() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  use quotas.metered_use;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM quotas.end_use(OLD.id);
  ELSIF NEW.state = 'GRANTED' AND NEW.kind IN ('LOAD_BALANCER', 'DISK') THEN
    use.account := NEW.account;
    use.cluster_id := NEW.cluster_id;
    use.charge_type := 'POSTPAID';
    PERFORM quotas.begin_use(NEW.kind, NEW.id, use);
  END IF;
  RETURN NULL;
END
$$;
