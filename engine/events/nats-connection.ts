import { readFile } from 'node:fs/promises';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import type { Log } from '../../kernel/log.js';

/** Address and credentials of NATS. */
export interface NatsOptions {
  /** `nats://host:4222`, several separated by commas; `nats://user:password@host` or `nats://token@host`; `tls://`. */
  readonly url: string;
  /** File with a user's JWT and seed (`nsc`'s .creds). */
  readonly credentialsFile?: string | undefined;
}

/** Subject of an account's notifications. Encoded, because an account's name may contain characters that a subject cannot. */
export function notificationSubject(account: string): string {
  return `fleetgraph.events.account.${Buffer.from(account).toString('base64url')}`;
}

/** Subject that makes all readers read the log again, because notifications may have been missed. */
export const RESYNC_SUBJECT = 'fleetgraph.events.resync';

/** Connects; throws when no server is reachable. A connection that is lost later is retried without limit. */
export async function connectNats(
  options: NatsOptions,
  log: Log,
  onReconnect: () => void,
): Promise<NatsConnection> {
  const servers = options.url.split(',').map((url) => new URL(url.trim()));
  const [first] = servers;
  const user = decodeURIComponent(first?.username ?? '');
  const pass = decodeURIComponent(first?.password ?? '');
  const connection = await connect({
    servers: servers.map(({ host }) => host),
    name: 'fleetgraph',
    maxReconnectAttempts: -1,
    ...(user && (pass ? { user, pass } : { token: user })),
    ...(options.credentialsFile && {
      authenticator: credsAuthenticator(await readFile(options.credentialsFile)),
    }),
    ...(first?.protocol === 'tls:' && { tls: {} }),
  });
  void watch(connection, log, onReconnect);
  return connection;
}

async function watch(connection: NatsConnection, log: Log, onReconnect: () => void): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') log.warn('NATS connection lost; reconnecting');
    if (status.type === 'reconnect') onReconnect();
    if (status.type === 'error') log.error({ err: status.error }, 'NATS reported an error');
  }
}
