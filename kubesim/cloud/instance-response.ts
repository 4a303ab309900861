import { providerIdOf } from './detached-instances.js';
import type { InstanceRecord } from './records.js';

/** An instance as in the API. */
export function instanceResponse({ doomed: _doomed, index: _index, ...instance }: InstanceRecord): unknown {
  const { reclaimAt } = instance;
  return {
    ...instance,
    providerId: providerIdOf(instance),
    createdAt: new Date(instance.createdAt).toISOString(),
    readyAt: new Date(instance.readyAt).toISOString(),
    ...(reclaimAt !== undefined && { reclaimAt: new Date(reclaimAt).toISOString() }),
  };
}
