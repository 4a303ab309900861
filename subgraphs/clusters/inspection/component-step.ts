import { type ComponentRow as Component, lockComponentGeneration } from '../store/component.store.js';
import type { Operation } from '../store/reconcile.store.js';
import type { NewEvent, ReconcileContext } from '../../../engine/contract.js';
import { type KubernetesClient, MERGE_PATCH } from '../../../engine/kubernetes/client.js';
import { isNotFound } from '../../../engine/kubernetes/kubernetes-error.js';
import { type EventTransaction, eventTransaction } from '../../../engine/events/event-transaction.js';
import { Superseded } from '../store/reconcile.store.js';
import type { ComponentEntry } from '../model/component-catalog.js';
import { withoutAdditions } from '../model/component-additions.js';
import type { Parameters } from '../model/component-parameters.js';
import { type ManifestObject, manifestOf } from '../model/component-manifest.js';

/** Field manager of server-side apply for the platform's objects. */
const FIELD_MANAGER = 'fleetgraph-components';

/** A component as read for one step, and its dependencies. */
export interface ComponentStep {
  readonly component: Component;
  readonly entry: ComponentEntry;
  readonly operation: Operation | null;
  readonly client: KubernetesClient;
  readonly scope: ReconcileContext;
}

export function objectsOf({
  component,
  entry,
}: Pick<ComponentStep, 'component' | 'entry'>): ManifestObject[] {
  const { version, parameters } = component;
  return manifestOf({ entry, version, parameters: parameters as Parameters });
}

/**
 * Applies an object: overrides fields that other field managers have set, and removes what they added to fields that
 * are compared as a whole (component-additions.ts).
 */
export async function apply(client: KubernetesClient, { path, object }: ManifestObject): Promise<void> {
  const query = { fieldManager: FIELD_MANAGER, force: 'true' };
  const live = await client.patch(path, object, 'application/apply-patch+yaml', query);
  const removal = withoutAdditions(object, live);
  if (removal) {
    const { fieldManager } = query;
    await client.patch(path, removal, MERGE_PATCH, { fieldManager });
  }
}

/** Reads the object; undefined if it does not exist. */
export async function readLive(client: KubernetesClient, path: string): Promise<unknown> {
  try {
    return await client.get(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

type Work = (tx: EventTransaction, at: Date) => Promise<readonly NewEvent[]>;

/** Changes a component in one transaction; throws `Superseded` if its generation has changed since it was read. */
export function inComponent(
  { component, scope }: Pick<ComponentStep, 'component' | 'scope'>,
  work: Work,
): Promise<void> {
  const at = scope.clock.now();
  return eventTransaction(scope.database, at, async (tx) => {
    if ((await lockComponentGeneration(tx, component.id)) !== component.generation) throw new Superseded();
    tx.emit(component.account, ...(await work(tx, at)));
  });
}
