-- Public addresses are billed from the moment they are made; a load balancer that is retained when its cluster is
-- deleted from then on (until then its cluster is billed for it). Both until they are deleted.
CREATE FUNCTION quotas.meter_resource() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  use quotas.metered_use;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM quotas.end_use(OLD.id);
  ELSIF NEW.type = 'EIP' OR NEW.type = 'LOAD_BALANCER' AND NEW.retained THEN
    use.account := NEW.account;
    use.cluster_id := NEW.cluster_id;
    use.charge_type := 'POSTPAID';
    PERFORM quotas.begin_use(NEW.type, NEW.id, use);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER meter_resource AFTER INSERT OR DELETE OR UPDATE OF retained ON clusters.cloud_resource
  FOR EACH ROW EXECUTE FUNCTION quotas.meter_resource();

-- What is there already.
UPDATE clusters.cloud_resource SET retained = retained;
