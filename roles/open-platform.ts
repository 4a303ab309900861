import { RightsReader } from '../access/store/rights-reader.js';
import { EventLog } from '../engine/events/event-log.js';
import type { NatsOptions } from '../engine/events/nats-connection.js';
import { KubernetesApis } from '../engine/kubernetes/kubernetes-apis.js';
import type { Platform } from '../engine/platform.js';
import { createSimulatedProvider } from '../engine/providers/simulated/simulated-provider.js';
import type { Clock } from '../kernel/clock.js';
import { cursorKeys } from './cursor-keys.js';
import { openDatabase } from '../kernel/postgres/database.js';
import { EventCursors } from '../engine/events/event-cursor.js';
import type { Log } from '../kernel/log.js';
import { deriveKey } from '../kernel/secret.js';

export interface PlatformOptions {
  readonly databaseUrl: string;
  /** Maximum number of connections to PostgreSQL of this process. */
  readonly poolSize: number;
  /** Timeout of a statement in milliseconds. Default: none, because statements of the engine have no known limit. */
  readonly statementTimeout?: number | undefined;
  /** The platform's secret, from which all internal keys are derived. */
  readonly secret: string;
  /** CURSOR_KEYS. Default: the key that is derived from the secret. */
  readonly cursorKeys?: string | undefined;
  /** URL of the simulated cloud. */
  readonly cloudUrl: string;
  /** Notifies processes of new events. Default: PostgreSQL's NOTIFY. */
  readonly nats?: NatsOptions | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with each SQL statement. */
  readonly onStatement?: (sql: string) => void;
}

/** Opens the database, event log, provider and Kubernetes clients of a process; when one of them fails, closes the rest. */
export async function openPlatform(options: PlatformOptions): Promise<Platform & AsyncDisposable> {
  const { clock, log, secret } = options;
  await using opened = new AsyncDisposableStack();
  const database = opened.use(
    openDatabase({
      url: options.databaseUrl,
      poolSize: options.poolSize,
      statementTimeout: options.statementTimeout,
      ...(options.onStatement ? { onStatement: options.onStatement } : {}),
    }),
  );
  const events = opened.use(await EventLog.open(database, log, options.nats));
  const token = Buffer.from(deriveKey(secret, 'kubesim')).toString('base64url');
  const provider = opened.use(createSimulatedProvider({ cloudUrl: options.cloudUrl, token }));
  const kubernetes = opened.use(new KubernetesApis(database));
  const rights = opened.use(new RightsReader(database, log));
  const running = opened.move();
  return {
    database,
    clock,
    log,
    events,
    kubernetes,
    rights,
    cursors: new EventCursors(cursorKeys(options.cursorKeys ?? 'platform', secret)),
    documentKey: deriveKey(secret, 'document'),
    provider,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
