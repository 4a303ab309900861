import {
  type ComponentRow as Component,
  recordedDrift,
  saveDrift,
  loadStableComponents,
} from '../store/component.store.js';
import { isDeepStrictEqual } from 'node:util';
import type { NewEvent } from '../../../engine/contract.js';
import type { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { eventTransaction } from '../../../engine/events/event-transaction.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { eventOf } from '../model/cluster-events.js';
import { componentEntry } from '../store/component-catalog.js';
import { type ComponentFieldDrift, driftOf } from '../model/component-drift.js';
import { objectsOf, readLive } from './component-step.js';

/** Dependencies of checking components. */
export interface ComponentCheck {
  readonly database: Database;
  readonly client: KubernetesClient;
  readonly at: Date;
}

/**
 * Compares the reconciled components of a cluster with their manifests, records differences, and publishes new ones.
 * Throws errors of the Kubernetes API.
 */
export async function checkComponents(check: ComponentCheck, clusterId: string): Promise<void> {
  const components = await loadStableComponents(check.database, clusterId);
  for (const component of components) await record(check, component, await driftIn(check.client, component));
}

async function driftIn(client: KubernetesClient, component: Component): Promise<ComponentFieldDrift[]> {
  const entry = await componentEntry(component.name);
  if (!entry) return [];
  const found: ComponentFieldDrift[] = [];
  for (const object of objectsOf({ component, entry }))
    found.push(...driftOf(object, await readLive(client, object.path)));
  return found;
}

async function record(
  { database, at }: ComponentCheck,
  component: Component,
  drift: readonly ComponentFieldDrift[],
): Promise<void> {
  const fresh = drift.length > 0 && !isDeepStrictEqual(drift, recordedDrift(component));
  await eventTransaction(database, at, async (tx) => {
    const saved = await saveDrift(tx, component, { drift, at });
    if (saved && fresh) tx.emit(component.account, drifted(component, drift));
  });
}

function drifted({ id, name, clusterId }: Component, drift: readonly ComponentFieldDrift[]): NewEvent {
  const where = drift.map(({ object, path }) => `${object} ${path}`.trim());
  const text = `${name} was changed outside the platform: ${where.slice(0, 5).join(', ')}.`;
  const data = { componentId: id, name, changes: where.slice(0, 20) };
  return eventOf({ cluster: { id: clusterId } }, 'COMPONENT_DRIFTED', text, { level: 'WARNING', data });
}
