/** Columns of clusters.cluster as `ClusterRow` names them. */
export const CLUSTER_COLUMNS = `id, account, name, state, type, profile, spec, product, capability, region_id AS "regionId",
  zone_ids AS "zoneIds", version, time_zone AS "timeZone", labels, deletion_protection AS "deletionProtection",
  network_plugin AS "networkPlugin", storage_plugin AS "storagePlugin",
  authentication_mode AS "authenticationMode", conditions, finalizers, resource_version AS "resourceVersion", operation_id AS "operationId",
  created_at AS "createdAt", deleted_at AS "deletedAt"`;
