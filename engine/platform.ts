import type { Clock } from '../kernel/clock.js';
import type { OpenDatabase } from '../kernel/postgres/database.js';
import type { EventCursors } from './events/event-cursor.js';
import type { Log } from '../kernel/log.js';
import type { EventLog } from './events/event-log.js';
import type { KubernetesApis } from './kubernetes/kubernetes-apis.js';
import type { InfrastructureProvider } from './providers/infrastructure-provider.js';

/** What a subgraph and its reconcilers are built on. Made once per process by main.ts. */
export interface Platform {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly log: Log;
  readonly cursors: EventCursors;
  /** Key of the digests by which identity documents are told apart without being kept. */
  readonly documentKey: Uint8Array;
  readonly events: EventLog;
  readonly provider: InfrastructureProvider;
  readonly kubernetes: KubernetesApis;
}
