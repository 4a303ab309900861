import pLimit from 'p-limit';
import { done, type Reconciler, type ReconcileContext, requeueAfter } from '../../../../engine/contract.js';
import type { KubernetesClient } from '../../../../engine/kubernetes/client.js';
import { KubernetesStatusError } from '../../../../engine/kubernetes/kubernetes-error.js';
import { eventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Problem } from '../../../../kernel/result.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { eventOf } from '../../model/cluster-events.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { componentEntry } from '../../store/component-catalog.js';
import {
  type ComponentRow,
  completePreinstalled,
  updateComponent,
  waitingPreinstalled,
} from '../../store/component.store.js';
import { apply, objectsOf } from '../../inspection/component-step.js';
import { findCluster } from '../../store/cluster.store.js';

export const PREINSTALLED = 'preinstalled-components';
/** Components applied concurrently to one cluster. */
const AT_ONCE = 4;
const NO_ACCESS_POLL_MS = 2_000;

/**
 * Installs all preinstalled components of a new cluster in one reconciliation; keys are cluster ids. The cluster has
 * no nodes yet, so the reconciler does not wait until components are ready; the component reconciler handles later
 * changes.
 */
export function createPreinstalledReconciler({
  kubernetes,
}: Pick<ReconcilerDependencies, 'kubernetes'>): Reconciler {
  return {
    kind: PREINSTALLED,
    async reconcile(key, scope) {
      const waiting = await waitingPreinstalled(scope.database, key);
      if (waiting.length === 0) return done;
      const client = await clientOf(key, { scope, kubernetes });
      if (!client) return (await clusterExists(key, scope)) ? requeueAfter(NO_ACCESS_POLL_MS) : done;
      const limit = pLimit(AT_ONCE);
      const tried = await Promise.all(waiting.map((component) => limit(() => install(client, component))));
      await scope.faults.reach('component.applied');
      await record(tried, scope);
      return done;
    },
  };
}

async function clusterExists(id: string, { database }: ReconcileContext): Promise<boolean> {
  const cluster = await findCluster(database, id);
  return cluster !== null && cluster.deletedAt === null && cluster.state !== 'DELETING';
}

interface AppliedComponent {
  readonly component: ComponentRow;
  readonly problem: Problem | undefined;
}

async function install(client: KubernetesClient, component: ComponentRow): Promise<AppliedComponent> {
  const entry = await componentEntry(component.name);
  try {
    for (const object of entry ? objectsOf({ component, entry }) : []) await apply(client, object);
    return { component, problem: undefined };
  } catch (error) {
    if (!(error instanceof KubernetesStatusError)) throw error;
    const message = `The Kubernetes API rejected ${component.name}: ${error.message}`;
    return { component, problem: { code: 'KUBERNETES_REJECTED', message } };
  }
}

async function record(
  tried: readonly AppliedComponent[],
  { database, clock }: ReconcileContext,
): Promise<void> {
  const { account, clusterId } = tried[0]!.component;
  const at = clock.now();
  await eventTransaction(database, at, async (tx) => {
    const fine = tried.filter(({ problem }) => !problem).map(({ component }) => component.id);
    const settled = new Set(await completePreinstalled(tx, fine, at));
    const events = [];
    for (const { component, problem } of tried) {
      if (!problem) continue;
      const error = { code: problem.code, message: problem.message };
      await updateComponent(tx, component.id, {
        state: 'FAILED',
        observedGeneration: component.generation,
        error,
      });
      events.push(
        eventOf({ cluster: { id: clusterId } }, 'COMPONENT_FAILED', problem.message, { level: 'ERROR' }),
      );
    }
    const names = tried
      .filter(({ component }) => settled.has(component.id))
      .map(({ component }) => component.name);
    const text = `Installed: ${names.join(', ')}.`;
    if (names.length > 0)
      events.push(
        eventOf({ cluster: { id: clusterId } }, 'COMPONENTS_INSTALLED', text, {
          data: { components: names },
        }),
      );
    tx.emit(account, ...events);
  });
}
