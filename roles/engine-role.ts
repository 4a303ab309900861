import { startAuditExport } from '../access/audit/export/audit-exporter.js';
import { noFaultInjection } from '../engine/contract.js';
import { EngineMetrics } from '../engine/jobs/engine-metrics.js';
import { startEngine } from '../engine/engine.js';
import { startNatsRelay } from '../engine/events/nats-relay.js';
import { systemClock } from '../kernel/clock.js';
import type { Env } from '../kernel/env.js';
import { createLog } from '../kernel/log.js';
import { watchPermissions } from '../subgraphs/clusters/controllers/access/cluster-access.schedule.js';
import { renewFormerAccess } from '../subgraphs/clusters/controllers/provisioning/platform-access.js';
import { auditSchedule } from './audit-schedule.js';
import { auditSinks } from './audit-sinks.js';
import { databaseReadiness } from './database-readiness.js';
import { openPlatformFromEnv } from './platform-from-env.js';
import { serveRoleMetrics } from './role-metrics.js';
import type { Role } from './role.js';
import { reconcilers, schedules } from './reconcilers.js';
import { natsOptions, required, retention } from './settings.js';

/** The control-plane engine. Any number of processes share the queue. */
export async function engineRole(env: Env): Promise<Role> {
  await using started = new AsyncDisposableStack();
  const log = createLog(env.LOG_LEVEL, 'engine');
  const platform = started.use(await openPlatformFromEnv(env, log));
  await renewFormerAccess(platform);
  const nats = natsOptions(env);
  if (nats) started.use(await startNatsRelay(platform.database, nats, log));
  const metrics = new EngineMetrics(platform.database);
  started.use(await serveRoleMetrics(env, platform, [metrics.registry]));
  started.use(
    await startEngine({
      database: platform.database,
      metrics,
      clock: systemClock,
      log,
      concurrency: env.ENGINE_CONCURRENCY,
      reconcilers: reconcilers(platform),
      schedules: [...schedules(platform, retention(env)), auditSchedule(required(env, 'FLEETGRAPH_SECRET'))],
      faults: noFaultInjection,
    }),
  );
  const sinks = await auditSinks(env);
  if (sinks.length > 0) started.use(startAuditExport({ databaseUrl: platform.database.url, sinks, log }));
  started.use(await watchPermissions(platform));
  const running = started.move();
  return {
    readiness: databaseReadiness(platform.database.probe),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
