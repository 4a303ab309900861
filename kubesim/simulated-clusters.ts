import type { Lease } from '../kernel/postgres/lease.js';
import type { ClusterOptions } from './cluster-port.js';
import { checkObjects } from './cloud/record-checks.js';
import { simulatedKubelets } from './kubelet/simulated-kubelets.js';
import { schemaOf } from './kubernetes/cluster/schema-rules.js';
import { customResourceDefinitions } from './kubernetes/kinds/custom-resource-definitions.js';
import type { KubeObject } from './kubernetes/kinds/object.js';
import { storedTypes } from './kubernetes/kinds/registry.js';
import { withDefaults } from './kubernetes/schema/defaults.js';
import { SimulatedCluster, type SimulatedClusterDependencies } from './kubernetes/simulated-cluster.js';
import { ClusterStore } from './kubernetes/store/cluster-store.js';
import type { TotalStorage } from './kubernetes/store/storage-usage.js';
import type { Journal } from './storage/journal.js';
import { READ_OBJECTS } from './storage/tables.js';

/** Opens a cluster with a simulated control plane, without objects. */
export function openSimulatedCluster(
  options: ClusterOptions,
  {
    journal,
    storage,
    ...dependencies
  }: Omit<SimulatedClusterDependencies, 'store' | 'kubelets'> & {
    readonly journal: Journal;
    readonly storage: TotalStorage;
  },
): SimulatedCluster {
  const store = new ClusterStore(options.id, storedTypes, options.revision, { journal, storage });
  return new SimulatedCluster(options, { ...dependencies, store, kubelets: simulatedKubelets });
}

/** Reads the objects of a cluster. Defaults of a later release are set when an object is read, as API servers do. */
export async function readObjects(client: Lease['client'], cluster: SimulatedCluster): Promise<void> {
  const { rows } = await client.query<{ resource: string; characters: number; body: KubeObject }>(
    READ_OBJECTS,
    [cluster.id],
  );
  const objects = checkObjects(rows);
  const load = ({ resource, characters, body }: (typeof objects)[number]) => {
    const type = cluster.resources.typeOfId(resource);
    if (type)
      cluster.store.load(type, type.defaults(withDefaults(body, schemaOf(cluster, type))), characters);
  };
  // Custom resources are read by their definitions.
  const [definitions, others] = [true, false].map((wanted) =>
    objects.filter(({ resource }) => (resource === customResourceDefinitions.id) === wanted),
  );
  definitions?.forEach(load);
  cluster.resources.restore();
  others?.forEach(load);
}
