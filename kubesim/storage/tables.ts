import type { JournalTable } from './journal.js';

/** Clusters of the simulated cloud. Their revision is written by the journal itself. */
export const clusterTable: JournalTable = {
  name: 'cluster',
  upsert: `
INSERT INTO kubesim.cluster (id, body) SELECT id, body::json FROM unnest($1::text[], string_to_array($2, E'\\n')) AS batch (id, body)
ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  remove: `DELETE FROM kubesim.cluster WHERE id = ANY ($1::text[])`,
};

export const instanceTable: JournalTable = {
  name: 'instance',
  upsert: `
INSERT INTO kubesim.instance (cluster, id, body)
SELECT cluster, id, body::json FROM unnest($1::text[], $2::text[], string_to_array($3, E'\\n')) AS batch (cluster, id, body)
ON CONFLICT (cluster, id) DO UPDATE SET body = excluded.body`,
  remove: `
DELETE FROM kubesim.instance USING unnest($1::text[], $2::text[]) AS batch (cluster, id)
WHERE instance.cluster = batch.cluster AND instance.id = batch.id`,
};

/**
 * Kubernetes objects. The body is `json`, not `jsonb`: it keeps the order of fields and text that jsonb rejects
 * (`\u0000`), and the server does not convert it.
 */
export const objectTable: JournalTable = {
  name: 'object',
  upsert: `
INSERT INTO kubesim.object (cluster, resource, namespace, name, body)
SELECT cluster, resource, namespace, name, body::json
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], string_to_array($5, E'\\n')) AS batch (cluster, resource, namespace, name, body)
ON CONFLICT (cluster, resource, namespace, name) DO UPDATE SET body = excluded.body`,
  remove: `
DELETE FROM kubesim.object
USING unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS batch (cluster, resource, namespace, name)
WHERE object.cluster = batch.cluster AND object.resource = batch.resource
  AND object.namespace = batch.namespace AND object.name = batch.name`,
};

export const settingTable: JournalTable = {
  name: 'setting',
  upsert: `
INSERT INTO kubesim.setting (id, body) SELECT id, body::json FROM unnest($1::text[], string_to_array($2, E'\\n')) AS batch (id, body)
ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  remove: `DELETE FROM kubesim.setting WHERE id = ANY ($1::text[])`,
};

export const scalingGroupTable: JournalTable = {
  name: 'scaling_group',
  upsert: `
INSERT INTO kubesim.scaling_group (cluster, node_pool, body)
SELECT cluster, node_pool, body::json FROM unnest($1::text[], $2::text[], string_to_array($3, E'\\n')) AS batch (cluster, node_pool, body)
ON CONFLICT (cluster, node_pool) DO UPDATE SET body = excluded.body`,
  remove: `
DELETE FROM kubesim.scaling_group USING unnest($1::text[], $2::text[]) AS batch (cluster, node_pool)
WHERE scaling_group.cluster = batch.cluster AND scaling_group.node_pool = batch.node_pool`,
};

export const detachedInstanceTable: JournalTable = {
  name: 'detached_instance',
  upsert: `
INSERT INTO kubesim.detached_instance (id, body) SELECT id, body::json FROM unnest($1::text[], string_to_array($2, E'\\n')) AS batch (id, body)
ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  remove: `DELETE FROM kubesim.detached_instance WHERE id = ANY ($1::text[])`,
};

export const containerUseTable: JournalTable = {
  name: 'container_use',
  upsert: `
INSERT INTO kubesim.container_use (id, body) SELECT id, body::json FROM unnest($1::text[], string_to_array($2, E'\\n')) AS batch (id, body)
ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  remove: `DELETE FROM kubesim.container_use WHERE id = ANY ($1::text[])`,
};

export const READ_CLUSTERS = `SELECT id, revision::text AS revision, body FROM kubesim.cluster ORDER BY id`;
export const READ_INSTANCES = `SELECT cluster, id, body FROM kubesim.instance ORDER BY cluster, id`;
export const READ_OBJECTS = `
SELECT resource, namespace, name, length(body::text) AS characters, body FROM kubesim.object WHERE cluster = $1 ORDER BY resource, namespace, name`;
export const READ_SCALING_GROUPS = `SELECT cluster, body FROM kubesim.scaling_group ORDER BY cluster, node_pool`;
export const READ_DETACHED_INSTANCES = `SELECT id, body FROM kubesim.detached_instance ORDER BY id`;
export const READ_CONTAINER_USES = `SELECT id, body FROM kubesim.container_use ORDER BY id`;
export const READ_SETTINGS = `SELECT id, body FROM kubesim.setting`;
