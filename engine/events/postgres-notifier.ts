import type { Log } from '../../kernel/log.js';
import { EventSubscribers, type EventNotifier } from './event-notifier.js';
import { PostgresListener } from './postgres-listener.js';

/** Notifications by PostgreSQL's NOTIFY over one LISTEN connection. Throws when the database is unreachable. */
export async function openPostgresNotifier(url: string, log: Log): Promise<EventNotifier> {
  const subscribers = new EventSubscribers();
  const listener = await PostgresListener.open(url, log, {
    onNotification: (account) => subscribers.wake(account),
    onResync: () => subscribers.wakeAll(),
  });
  return {
    subscribe: async (account) => subscribers.open(account),
    async [Symbol.asyncDispose]() {
      subscribers.wakeAll();
      await listener[Symbol.asyncDispose]();
    },
  };
}
