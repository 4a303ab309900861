import { deadline, type Subscription } from '@nats-io/transport-node';
import type { Log } from '../../kernel/log.js';
import { Ears, type EventPulse } from './event-notifier.js';
import { connectNats, GAP_SUBJECT, type NatsOptions, pulseSubject } from './nats-connection.js';

const ANSWER_MS = 2_000;

/**
 * Pulses by NATS: a process hears only of the accounts that it has readers for, and holds no connection to
 * PostgreSQL for listening. Throws when NATS cannot be reached.
 */
export async function openNatsPulse(options: NatsOptions, log: Log): Promise<EventPulse> {
  const ears = new Ears();
  const subscriptions = new Map<string, Subscription>();
  const connection = await connectNats(options, log, () => ears.wakeAll());
  connection.subscribe(GAP_SUBJECT, { callback: () => ears.wakeAll() });
  return {
    async ear(account) {
      if (!subscriptions.has(account)) {
        const callback = () => ears.wake(account);
        subscriptions.set(account, connection.subscribe(pulseSubject(account), { callback }));
      }
      const ear = ears.open(account, () => {
        subscriptions.get(account)?.unsubscribe();
        subscriptions.delete(account);
      });
      // The server has taken the subscription when it answers. While it is away nobody waits for it: everybody is
      // woken when it is back.
      await deadline(connection.flush(), ANSWER_MS).catch(() => undefined);
      return ear;
    },
    async [Symbol.asyncDispose]() {
      ears.wakeAll();
      await connection.close();
    },
  };
}
