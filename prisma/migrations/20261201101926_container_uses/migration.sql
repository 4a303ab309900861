-- CreateTable
CREATE TABLE "kubesim"."container_use" (
    "id" TEXT NOT NULL,
    "body" JSON NOT NULL,

    CONSTRAINT "container_use_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quotas"."metering_position" (
    "item" TEXT NOT NULL,
    "position" BIGINT NOT NULL,

    CONSTRAINT "metering_position_pkey" PRIMARY KEY ("item")
);

CREATE OR REPLACE FUNCTION quotas.meter_node() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  use quotas.metered_use;
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM quotas.end_use(OLD.id);
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW.charge_type <> OLD.charge_type OR NEW.instance_type <> OLD.instance_type)
     OR NEW.state = 'failed' THEN
    PERFORM quotas.end_use(NEW.id);
  END IF;
  IF NEW.state IN ('starting', 'running', 'removing') THEN
    use.account := NEW.account;
    use.cluster_id := NEW.cluster_id;
    use.charge_type := NEW.charge_type;
    use.instance_type := NEW.instance_type;
    use.milli_cpu := NEW.vcpus * 1000;
    -- A virtual node is no machine: its pods are billed.
    IF NEW.state <> 'removing' AND NEW.instance_type <> 'eci.virtual-node' THEN
      PERFORM quotas.begin_use(CASE NEW.role WHEN 'MASTER' THEN 'MASTER_INSTANCE' ELSE 'WORKER_INSTANCE' END,
                               NEW.id, use);
    END IF;
  END IF;
  RETURN NULL;
END
$$;
DELETE FROM quotas.metered_use WHERE instance_type = 'eci.virtual-node';
