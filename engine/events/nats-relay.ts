import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import type { OpenDatabase } from '../../kernel/postgres/database.js';
import { acquireLease } from '../../kernel/postgres/lease.js';
import type { Log } from '../../kernel/log.js';
import { PostgresListener } from './postgres-listener.js';
import { connectNats, RESYNC_SUBJECT, type NatsOptions, notificationSubject } from './nats-connection.js';

const RETRY_MS = 1_000;

/**
 * Relays PostgreSQL's notifications to NATS. Every engine process starts a relay; the one that holds the lease is active.
 * When another takes over, it makes all readers resynchronize, because notifications were missed in between.
 */
export async function startNatsRelay(
  database: OpenDatabase,
  options: NatsOptions,
  log: Log,
): Promise<AsyncDisposable> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const connection = await connectNats(options, log, () => connection.publish(RESYNC_SUBJECT));
  const relaying = relayUntilStopped({ database, connection, log, signal });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('the relay stops'));
      await relaying;
      await connection.drain();
    },
  };
}

interface Relay {
  readonly database: OpenDatabase;
  readonly connection: NatsConnection;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A loop instead of cockatiel's `retry`, whose back-off delay does not end when the relay stops. */
async function relayUntilStopped(relay: Relay): Promise<void> {
  const { signal, log } = relay;
  while (!signal.aborted) {
    await relayWhileLeaseHolds(relay).catch(async (error: unknown) => {
      if (signal.aborted) return;
      log.warn({ err: error }, 'NATS relay failed; retrying');
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    });
  }
}

async function relayWhileLeaseHolds({ database, connection, log, signal }: Relay): Promise<void> {
  await using lease = await acquireLease({ pool: database.pool, name: 'nats-relay', log, signal });
  await using _listener = await PostgresListener.open(database.url, log, {
    onNotification: (account) => connection.publish(notificationSubject(account)),
    onResync: () => connection.publish(RESYNC_SUBJECT),
  });
  connection.publish(RESYNC_SUBJECT);
  const over = AbortSignal.any([signal, lease.lost]);
  if (!over.aborted) await once(over, 'abort');
}
