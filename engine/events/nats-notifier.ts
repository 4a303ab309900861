import { deadline, type Subscription } from '@nats-io/transport-node';
import type { Log } from '../../kernel/log.js';
import { EventSubscribers, type EventNotifier } from './event-notifier.js';
import { connectNats, RESYNC_SUBJECT, type NatsOptions, notificationSubject } from './nats-connection.js';

const FLUSH_TIMEOUT_MS = 2_000;

/**
 * Notifications over NATS: a process receives only those of accounts that it has readers of, and needs no LISTEN connection
 * to PostgreSQL. Throws when NATS is unreachable.
 */
export async function openNatsNotifier(options: NatsOptions, log: Log): Promise<EventNotifier> {
  const subscribers = new EventSubscribers();
  const subscriptions = new Map<string, Subscription>();
  const connection = await connectNats(options, log, () => subscribers.wakeAll());
  connection.subscribe(RESYNC_SUBJECT, { callback: () => subscribers.wakeAll() });
  return {
    async subscribe(account) {
      if (!subscriptions.has(account)) {
        const callback = () => subscribers.wake(account);
        subscriptions.set(account, connection.subscribe(notificationSubject(account), { callback }));
      }
      const subscriber = subscribers.open(account, () => {
        subscriptions.get(account)?.unsubscribe();
        subscriptions.delete(account);
      });
      // The server acknowledges the flush after it has registered the subscription. A subscriber does not wait for an
      // unavailable server: the reconnect wakes all subscribers.
      await deadline(connection.flush(), FLUSH_TIMEOUT_MS).catch(() => undefined);
      return subscriber;
    },
    async [Symbol.asyncDispose]() {
      subscribers.wakeAll();
      await connection.close();
    },
  };
}
