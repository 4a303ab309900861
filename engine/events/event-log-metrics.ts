import { Gauge, Registry } from 'prom-client';
import type { OpenDatabase } from '../../kernel/postgres/database.js';
import type { EventLogReaders } from './event-log-readers.js';

/** Metrics of the event log's readers in this process; docs/operations.md explains them. */
export function eventLogMetrics(readers: EventLogReaders, database: OpenDatabase): Registry {
  const registry = new Registry();
  new Gauge({
    name: 'fleetgraph_event_log_lag_events',
    help: 'Events that the slowest event log reader of this process has not read yet.',
    registers: [registry],
    async collect() {
      const accounts = readers.accounts();
      if (accounts.length === 0) return this.set(0);
      const counters = await database.prisma.eventCounter.findMany({ where: { account: { in: accounts } } });
      this.set(readers.lag(new Map(counters.map(({ account, lastSequence }) => [account, lastSequence]))));
    },
  });
  new Gauge({
    name: 'fleetgraph_event_log_readers',
    help: 'Streams that follow the event log.',
    registers: [registry],
    collect() {
      this.set(readers.count);
    },
  });
  return registry;
}
