import { EventCursors } from '../engine/events/event-cursor.js';
import type { Platform } from '../engine/platform.js';
import { systemClock } from '../kernel/clock.js';
import { openDatabase } from '../kernel/postgres/database.js';
import { createLog } from '../kernel/log.js';
import { type Subgraph, subgraphNames } from '../subgraphs/runtime/subgraph.js';
import { createSubgraph } from './subgraphs.js';

/** Every subgraph without a running platform: nothing is connected, so resolvers must not be called. */
export async function subgraphDefinitions(): Promise<readonly Subgraph[]> {
  await using database = openDatabase({ url: 'postgresql://schema.invalid/none' });
  const platform: Platform = {
    database,
    clock: systemClock,
    log: createLog('silent'),
    cursors: new EventCursors(new Uint8Array(32)),
    documentKey: new Uint8Array(32),
    events: absent('the event log'),
    provider: absent('the provider'),
    kubernetes: absent('the Kubernetes APIs'),
    rights: absent('the rights reader'),
  };
  return Promise.all(subgraphNames.map((name) => createSubgraph(name, platform)));
}

/** Placeholder of a part that no schema needs; using it is a bug. */
function absent<T extends object>(part: string): T {
  const get = (_: object, property: string | symbol) => {
    throw new Error(`${part} is not available when only schemas are built (${String(property)})`);
  };
  return new Proxy<T>(Object.create(null) as T, { get });
}
