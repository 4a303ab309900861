import {
  type ComponentRow as Component,
  updateComponentSpec,
  componentsOf,
  failedComponents,
} from '../../store/component.store.js';
import { done, type Failure } from '../../../../engine/contract.js';
import { startStage } from '../../../../engine/operations/operations.js';
import { enqueueAll } from '../../../../engine/jobs/queue.js';
import { inCluster, clusterEvent, type ClusterStep, type Step } from '../steps/cluster-step.js';
import { nextVersion } from '../../model/component-catalog.js';
import { componentEntry } from '../../store/component-catalog.js';

interface ComponentUpgrade {
  readonly component: Component;
  readonly version: string;
}

/** Last stage of a cluster upgrade: upgrades the components to versions for the new Kubernetes version. */
export const upgradeComponents: Step = async (step) => {
  const { cluster, operation, scope } = step;
  if (!operation) return undefined;
  const components = await componentsOf(scope.database, { clusterId: cluster.id });
  // A component that completes its generation enqueues the cluster.
  if (components.some(({ generation, observedGeneration }) => observedGeneration < generation)) return done;
  const requested = components.some(({ operationId }) => operationId === operation.id);
  const upgrades = await componentUpgradesOf(step, components);
  if (requested || upgrades.length === 0) return undefined;
  if (operation.pausedAt) return done;
  await inCluster(step, async (tx, at) => {
    await startStage(tx, operation.id, 'COMPONENTS', at);
    for (const { component, version } of upgrades) {
      const spec = { version, state: 'UPGRADING', operationId: operation.id } as const;
      await updateComponentSpec(tx, component.id, { spec, at });
    }
    await enqueueAll(
      tx,
      'component',
      upgrades.map(({ component }) => component.id),
    );
    const names = upgrades.map(({ component, version }) => `${component.name} ${version}`);
    return [
      clusterEvent(step, 'COMPONENTS_UPGRADING', `Components: ${names.join(', ')}.`, {
        data: { components: names },
      }),
    ];
  });
  await scope.faults.reach('upgrade.components-updated');
  return done;
};

async function componentUpgradesOf(
  { cluster }: ClusterStep,
  components: readonly Component[],
): Promise<ComponentUpgrade[]> {
  const upgrades: ComponentUpgrade[] = [];
  for (const component of components) {
    const entry = await componentEntry(component.name);
    const version = entry && nextVersion(entry, component.version, cluster.version);
    if (version != null) upgrades.push({ component, version });
  }
  return upgrades;
}

/** Failures of component upgrades in this operation; empty if all succeeded. */
export async function componentFailures({ operation, scope }: ClusterStep): Promise<Failure[]> {
  if (!operation) return [];
  const failed = await failedComponents(scope.database, operation.id);
  return failed.map(({ error }) => error as unknown as Failure);
}
