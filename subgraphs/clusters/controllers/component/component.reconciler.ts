import type { EventType } from '../../../../engine/events/event-kinds.js';
import { done, type ReconcileResult, type Reconciler, requeueAfter } from '../../../../engine/contract.js';
import {
  KubernetesStatusError,
  KubernetesUnavailable,
} from '../../../../engine/kubernetes/kubernetes-error.js';
import {
  finishOperation,
  finishStage,
  advanceStage,
  startStage,
} from '../../../../engine/operations/operations.js';
import { enqueue } from '../../../../engine/jobs/queue.js';
import type { EventTransaction } from '../../../../engine/events/event-transaction.js';
import type { Problem } from '../../../../kernel/result.js';
import type { ReconcilerDependencies } from '../steps/node-pool-step.js';
import { readOperation } from '../../store/reconcile.store.js';
import { unlessSuperseded } from '../steps/run-steps.js';
import { eventOf } from '../../model/cluster-events.js';
import { clientOf } from '../../inspection/cluster-client.js';
import { componentEntry } from '../../store/component-catalog.js';
import { updateComponent, deleteComponent, findComponent } from '../../store/component.store.js';
import {
  apply,
  type ComponentStep,
  inComponent,
  objectsOf,
  readLive,
} from '../../inspection/component-step.js';
import type { ManifestObject } from '../../model/component-manifest.js';
import { rolloutProblem } from '../../model/rollout.js';
import { countSchedulableNodes } from './count-nodes.js';
import { findCluster } from '../../store/cluster.store.js';

const COMPONENT = 'component';
/** Milliseconds after a spec change at which a component that is not ready fails. */
const DEADLINE_MS = 10 * 60_000;
/** Milliseconds between two checks of the cluster: the shortest and the longest interval. */
const FIRST_POLL_MS = 300;
const LAST_POLL_MS = 15_000;

/** Reconciles a component: applies its objects through the Kubernetes API, or deletes them. */
export function createComponentReconciler(
  dependencies: Pick<ReconcilerDependencies, 'kubernetes'>,
): Reconciler {
  return {
    kind: COMPONENT,
    async reconcile(key, scope) {
      const component = await findComponent(scope.database, key);
      if (!component || component.observedGeneration >= component.generation) return done;
      const cluster = await findCluster(scope.database, component.clusterId);
      // Components are deleted with their cluster.
      if (!cluster || cluster.deletedAt || cluster.state === 'DELETING') return done;
      const operation = await readOperation(scope.database, component.operationId);
      const entry = await componentEntry(component.name);
      const client = await clientOf(component.clusterId, { scope, kubernetes: dependencies.kubernetes });
      const change = { component, operation, scope };
      return unlessSuperseded(() =>
        entry && client
          ? attempt({ ...change, entry, client })
          : retryUntilDeadline(change, unreachable(component)),
      );
    },
  };
}

type ComponentChange = Pick<ComponentStep, 'component' | 'operation' | 'scope'>;

function unreachable({ clusterId }: ComponentChange['component']): Problem {
  const message = `The Kubernetes API of the cluster ${clusterId} cannot be reached. Cluster.conditions says why.`;
  return { code: 'KUBERNETES_UNAVAILABLE', message };
}

async function attempt(step: ComponentStep): Promise<ReconcileResult> {
  try {
    return step.component.state === 'UNINSTALLING' ? await uninstall(step) : await install(step);
  } catch (error) {
    if (error instanceof KubernetesUnavailable) return retryUntilDeadline(step, unreachable(step.component));
    if (!(error instanceof KubernetesStatusError)) throw error;
    const message = `The Kubernetes API rejected ${step.component.name}: ${error.message}`;
    return completeComponent(step, { code: 'KUBERNETES_REJECTED', message });
  }
}

/** Requeues the component, or fails it with this problem after the deadline. */
async function retryUntilDeadline(
  change: ComponentChange,
  { code, message }: Problem,
): Promise<ReconcileResult> {
  const { component, scope } = change;
  const age = scope.clock.now().getTime() - component.specUpdatedAt.getTime();
  if (age >= DEADLINE_MS)
    return completeComponent(change, { code, message: `${component.name} ${component.version}: ${message}` });
  return requeueAfter(Math.min(LAST_POLL_MS, Math.max(FIRST_POLL_MS, age / 4)));
}

async function install(step: ComponentStep): Promise<ReconcileResult> {
  const objects = objectsOf(step);
  await applyOnce(step, objects);
  const nodes = await countSchedulableNodes(step.client);
  const lacks: string[] = [];
  for (const { path } of objects) {
    const missing = rolloutProblem(await readLive(step.client, path), nodes);
    if (missing !== undefined) lacks.push(missing);
  }
  if (lacks.length === 0) return completeComponent(step);
  return retryUntilDeadline(step, { code: 'COMPONENT_NOT_READY', message: `${lacks.join('; ')}.` });
}

async function applyOnce(step: ComponentStep, objects: readonly ManifestObject[]): Promise<void> {
  const { client, component, operation, scope } = step;
  const { id, generation, appliedGeneration } = component;
  if (appliedGeneration >= generation) return;
  for (const object of objects) await apply(client, object);
  await scope.faults.reach('component.applied');
  await inComponent(step, async (tx, at) => {
    await updateComponent(tx, id, { appliedGeneration: generation });
    if (!operation || operation.type === 'UPGRADE_CLUSTER') return [];
    await startStage(tx, operation.id, 'APPLY', at);
    await advanceStage(tx, operation.id, { from: 'APPLY', to: 'ROLLOUT' }, at);
    return [];
  });
}

async function uninstall(step: ComponentStep): Promise<ReconcileResult> {
  const { client, component, operation, scope } = step;
  // Objects are deleted in the reverse order of their creation.
  const paths = objectsOf(step)
    .map(({ path }) => path)
    .reverse();
  let remaining = 0;
  for (const path of paths) {
    if ((await readLive(client, path)) === undefined) continue;
    remaining += 1;
    await client.delete(path);
  }
  await scope.faults.reach('component.deleted');
  if (remaining > 0)
    return retryUntilDeadline(step, {
      code: 'COMPONENT_NOT_READY',
      message: `${remaining} objects of ${component.name} are not deleted; a finalizer may keep them.`,
    });
  await inComponent(step, async (tx, at) => {
    await deleteComponent(tx, component.id);
    if (operation) await finishOperation(tx, operation.id, { state: 'SUCCEEDED' }, at);
    return [say(step, 'COMPONENT_UNINSTALLED', `${component.name} is uninstalled.`)];
  });
  return done;
}

/** By state of a component: the event of success and the verb in its message. */
const CONFIGURED = ['COMPONENT_CONFIGURED', 'configured'] as const;
const ENDS: Readonly<Record<string, readonly [type: EventType, done: string]>> = {
  INSTALLING: ['COMPONENT_INSTALLED', 'installed'],
  UPGRADING: ['COMPONENT_UPGRADED', 'upgraded'],
  UPDATING: CONFIGURED,
};

/** Completes the generation. */
async function completeComponent(step: ComponentChange, problem?: Problem): Promise<ReconcileResult> {
  const { component, scope } = step;
  await inComponent(step, async (tx, at) => {
    await updateComponent(tx, component.id, {
      state: problem ? 'FAILED' : 'ACTIVE',
      observedGeneration: component.generation,
      error: problem ?? null,
      ...(!problem && { drift: [], driftCheckedAt: at }),
    });
    await finishComponentOperation(tx, step, { problem, at });
    if (problem) return [say(step, 'COMPONENT_FAILED', problem.message, 'ERROR')];
    const [type, done] = ENDS[component.state] ?? CONFIGURED;
    return [say(step, type, `${component.name} ${component.version} is ${done}.`)];
  });
  await scope.faults.reach('component.completed');
  return done;
}

async function finishComponentOperation(
  tx: EventTransaction,
  { operation, component }: ComponentChange,
  { problem, at }: { readonly problem: Problem | undefined; readonly at: Date },
): Promise<void> {
  // The upgrade of the cluster continues when its components are reconciled.
  if (operation?.type === 'UPGRADE_CLUSTER') return enqueue(tx, 'cluster', component.clusterId);
  if (!operation) return;
  if (!problem) await finishStage(tx, operation.id, 'ROLLOUT', at);
  const end = problem ? ({ state: 'FAILED', error: problem } as const) : ({ state: 'SUCCEEDED' } as const);
  await finishOperation(tx, operation.id, end, at);
}

function say(
  { component, operation }: ComponentChange,
  type: EventType,
  message: string,
  level: 'INFO' | 'ERROR' = 'INFO',
) {
  const { id: componentId, name, version } = component;
  const subject = { cluster: { id: component.clusterId }, operationId: operation?.id };
  return eventOf(subject, type, message, { level, data: { componentId, name, version } });
}
