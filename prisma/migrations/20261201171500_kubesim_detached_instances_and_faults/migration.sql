-- Names of the simulated cloud: an instance without a cluster is a detached instance, and what was done to a cluster
-- past the platform is an injected fault. The rows stay.
ALTER TABLE "kubesim"."machine" RENAME TO "detached_instance";
ALTER TABLE "kubesim"."detached_instance" RENAME CONSTRAINT "machine_pkey" TO "detached_instance_pkey";

UPDATE "kubesim"."cluster"
SET "body" = (
  ("body"::jsonb - 'mishaps') || jsonb_build_object(
    'faults',
    (
      SELECT coalesce(
        jsonb_agg((fault - 'since') || jsonb_build_object('injectedAt', fault -> 'since') ORDER BY position),
        '[]'::jsonb
      )
      FROM jsonb_array_elements("body"::jsonb -> 'mishaps') WITH ORDINALITY AS given (fault, position)
    )
  )
)::json
WHERE "body" -> 'mishaps' IS NOT NULL;
