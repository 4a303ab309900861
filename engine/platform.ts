import type { RightsReader } from '../access/store/rights-reader.js';
import type { Clock } from '../kernel/clock.js';
import type { OpenDatabase } from '../kernel/postgres/database.js';
import type { EventCursors } from './events/event-cursor.js';
import type { Log } from '../kernel/log.js';
import type { EventLog } from './events/event-log.js';
import type { KubernetesApis } from './kubernetes/kubernetes-apis.js';
import type { InfrastructureProvider } from './providers/infrastructure-provider.js';

/** Dependencies of subgraphs and reconcilers. roles/open-platform.ts creates them once per process. */
export interface Platform {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly log: Log;
  readonly cursors: EventCursors;
  /** Key of the digests that identify identity documents, which are not stored. */
  readonly documentKey: Uint8Array;
  readonly events: EventLog;
  readonly provider: InfrastructureProvider;
  readonly kubernetes: KubernetesApis;
  readonly rights: RightsReader;
}
