import type { Log } from '../../kernel/log.js';
import { Ears, type EventPulse } from './event-notifier.js';
import { PostgresListener } from './postgres-listener.js';

/** Pulses by PostgreSQL's NOTIFY; holds one LISTEN connection. Throws when the database cannot be reached. */
export async function openPostgresPulse(url: string, log: Log): Promise<EventPulse> {
  const ears = new Ears();
  const listener = await PostgresListener.open(url, log, {
    onPulse: (account) => ears.wake(account),
    onGap: () => ears.wakeAll(),
  });
  return {
    ear: async (account) => ears.open(account),
    async [Symbol.asyncDispose]() {
      ears.wakeAll();
      await listener[Symbol.asyncDispose]();
    },
  };
}
