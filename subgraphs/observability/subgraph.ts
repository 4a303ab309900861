import 'reflect-metadata';
import { AuditLog } from '../../access/audit/audit-log.js';
import type { Platform } from '../../engine/platform.js';
import { scopeGuard } from '../runtime/schema/scope-guard.js';
import { defineSubgraph } from '../runtime/schema/define-subgraph.js';
import type { Subgraph } from '../runtime/subgraph.js';
import { observabilityAccess } from './access.js';
import { AuditEventResolver } from './api/audit/audit-event.resolver.js';
import { AuditEventService } from './api/audit/audit-event.service.js';
import { Cluster, Workload } from './api/entities/entities.type.js';
import { EventResolver } from './api/event/event.resolver.js';
import { eventReferences } from './api/event/event-references.js';
import { EventService } from './api/event/event.service.js';
import { AuditEventStore } from './store/audit-event.store.js';
import { EventStore } from './store/event.store.js';
import { eventStreams, EventSubscriptions } from './api/event/event.subscription.js';
import { eventTypes } from './api/event/event.type.js';
import { ClusterMetricResolver, WorkloadMetricResolver } from './api/metric/metric.resolver.js';
import { MetricService } from './api/metric/metric.service.js';
import { MetricStore } from './store/metric.store.js';

/** Events as lists and as streams, and metrics of clusters and workloads. */
export async function createObservabilitySubgraph(platform: Platform): Promise<Subgraph> {
  const { database, cursors } = platform;
  const events = new EventService(platform, new EventStore(database.prisma));
  const auditEvents = new AuditEventService(cursors, new AuditEventStore(database.prisma));
  const metrics = new MetricService(platform, new MetricStore(database.prisma));
  return defineSubgraph({
    name: 'observability',
    guard: scopeGuard,
    access: { rules: observabilityAccess, dependencies: platform },
    audit: new AuditLog(platform),
    resolvers: [
      new EventResolver(events, cursors),
      new EventSubscriptions(),
      new AuditEventResolver(auditEvents),
      new ClusterMetricResolver(metrics),
      new WorkloadMetricResolver(metrics),
    ],
    orphanedTypes: eventTypes,
    references: {
      // Each field checks the account: a cluster of another account has no events and no metrics.
      Cluster: ({ id }: Cluster) => ({ id }),
      Workload: ({ id }: Workload) => ({ id }),
      ...eventReferences(events, cursors),
    },
    streams: eventStreams(events, cursors),
  });
}
