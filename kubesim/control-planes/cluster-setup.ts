import { DISK_DRIVER, NAS_DRIVER } from '../kubernetes/cluster/cloud-resource-claims.js';
import { dnsObjects } from '../kubernetes/cluster/dns-objects.js';
import { platformPolicy } from '../kubernetes/cluster/platform-policy.js';
import { groupVersion } from '../kubernetes/kinds/resource.js';
import { storageClasses } from '../kubernetes/kinds/volumes.js';
import { type ClusterClient, createUnlessExists } from './cluster-client.js';
import { installMetricsServer } from './metrics-server.js';
import { pathOf } from './object-cache.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const DISK_CLASSES = ['alicloud-disk-essd', 'alicloud-disk-ssd', 'alicloud-disk-efficiency'];

/** Creates what a cluster of the cloud has at each start: metrics, the rights of kubeconfigs, and the storage of the cloud. */
export async function installBasics(client: ClusterClient, authority: string): Promise<void> {
  await installMetricsServer(client, authority);
  for (const role of platformPolicy.clusterRoles)
    await createUnlessExists(client, `${RBAC}/clusterroles`, role);
  for (const binding of platformPolicy.clusterRoleBindings)
    await createUnlessExists(client, `${RBAC}/clusterrolebindings`, binding);
  // The volumes need not be attached: mounting them is simulated.
  for (const name of [DISK_DRIVER, NAS_DRIVER])
    await createUnlessExists(client, '/apis/storage.k8s.io/v1/csidrivers', {
      metadata: { name },
      spec: { attachRequired: false },
    });
  const classes = [...DISK_CLASSES.map((name) => [name, DISK_DRIVER]), ['alicloud-nas', NAS_DRIVER]];
  for (const [name, provisioner] of classes)
    await createUnlessExists(client, pathOf(storageClasses), {
      metadata: { name },
      provisioner,
      reclaimPolicy: 'Delete',
    });
}

/** Installs the cluster's DNS; only once, so that administrators can remove it. */
export async function installDns(client: ClusterClient, serviceCidr: string): Promise<void> {
  for (const { type, draft } of dnsObjects(serviceCidr))
    await createUnlessExists(client, pathOf(type, { namespace: draft.metadata.namespace }), {
      ...draft,
      apiVersion: groupVersion(type),
      kind: type.kind,
    });
}
