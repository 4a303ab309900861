import { noFaultInjection } from '../engine/contract.js';
import { EngineMetrics } from '../engine/jobs/engine-metrics.js';
import type { EngineTiming } from '../engine/jobs/engine-timing.js';
import { startEngine } from '../engine/engine.js';
import { eventLogMetrics } from '../engine/events/event-log-metrics.js';
import type { Retention } from '../engine/jobs/retention.js';
import type { NatsOptions } from '../engine/events/nats-connection.js';
import { startNatsRelay } from '../engine/events/nats-relay.js';
import { type GraphiqlOptions, startGateway } from '../gateway/server.js';
import type { Clock } from '../kernel/clock.js';
import type { Log } from '../kernel/log.js';
import { deriveKey } from '../kernel/secret.js';
import { subgraphNames } from '../subgraphs/runtime/subgraph.js';
import { startKubesim } from '../kubesim/server.js';
import type { ControlPlaneSettings } from '../kubesim/simulation.js';
import type { GatewaySettings } from './gateway-settings.js';
import { openPlatform } from './open-platform.js';
import type { DatabaseOwner } from './database-urls.js';
import { prepareDatabase } from './prepare-database.js';
import type { Progress } from './progress.js';
import type { SecretsOfFolder } from './secret-fingerprints.js';
import type { CheckedAuth } from './settings.js';
import type { Readiness } from './role.js';
import { watchPermissions } from '../subgraphs/clusters/controllers/access/cluster-access.schedule.js';
import {
  renewAccess,
  renewFormerAccess,
} from '../subgraphs/clusters/controllers/provisioning/platform-access.js';
import { reconcilers, schedules } from './reconcilers.js';
import { createSubgraph } from './subgraphs.js';
import type { AuditSink } from '../access/audit/export/audit-sink.js';
import { startAuditExport } from '../access/audit/export/audit-exporter.js';
import { auditSchedule } from './audit-schedule.js';
import { committedSupergraph } from './supergraph.js';
import { SubgraphExecutor } from '../subgraphs/runtime/execution/subgraph-executor.js';

export interface AllInOneOptions {
  readonly host: string;
  /** Port of the gateway; 0 takes a free one. */
  readonly port: number;
  readonly databaseUrl: string;
  /** The database as its owner. Default the role of `databaseUrl` owns it. */
  readonly owner?: DatabaseOwner | undefined;
  /** The database for the simulated cloud. Default `databaseUrl`. */
  readonly cloudDatabaseUrl?: string | undefined;
  readonly poolSize: number;
  readonly secret: string;
  /** The used secrets of a state folder; checked, because the database may have been used with other secrets. */
  readonly secretsOfFolder?: SecretsOfFolder | undefined;
  /** CURSOR_KEYS; see open-platform.ts. */
  readonly cursorKeys?: string | undefined;
  readonly auth: CheckedAuth;
  readonly graphiql: GraphiqlOptions | false;
  /** Limits, documents and metrics of the gateway, where they differ from its defaults. */
  readonly gateway?: GatewaySettings;
  readonly engineConcurrency: number;
  /** Default `defaultTiming`. */
  readonly engineTiming?: EngineTiming;
  /** Retention of finished objects. */
  readonly retention?: Retention | undefined;
  /** Where the audit log is exported to. Default: nowhere. */
  readonly auditSinks?: readonly AuditSink[] | undefined;
  /** A simulated cloud that runs elsewhere; without it one is started. */
  readonly cloudUrl?: string | undefined;
  readonly kubesimPort: number;
  readonly simulationSpeed?: number | undefined;
  /** Default: simulated control planes only. */
  readonly controlPlane?: ControlPlaneSettings;
  /** Hosts at which webhooks of simulated clusters may be called by URL. Default none. */
  readonly webhookHosts?: readonly string[];
  /** MiB of JSON that the objects of a simulated cluster may take. */
  readonly storageMib?: number | undefined;
  /** Notifies processes of new events. Default: PostgreSQL's NOTIFY. */
  readonly nats?: NatsOptions | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with each SQL statement of subgraphs and engine. */
  readonly onStatement?: (sql: string) => void;
  /** Called with each step of the start. */
  readonly progress?: Progress;
}

/** A running platform. */
export interface AllInOne extends AsyncDisposable {
  /** Base URL of the gateway. */
  readonly url: string;
  /** Base URL of the simulated cloud. */
  readonly cloudUrl: string;
  /** Address of the metrics, if they are served. */
  readonly metricsUrl?: string | undefined;
  /** Whether the gateway is ready for requests. */
  readiness(): Promise<Readiness>;
}

/** Starts engine, simulated cloud, six subgraphs and gateway in this process, on a given PostgreSQL. */
export async function startAllInOne(options: AllInOneOptions): Promise<AllInOne> {
  await using started = new AsyncDisposableStack();
  const { clock, log, secret, progress = () => undefined } = options;
  progress('Bringing the database to this release');
  const { owner = { url: options.databaseUrl } } = options;
  await prepareDatabase(owner.url, { ...owner, secrets: options.secretsOfFolder });
  progress('Starting the simulated cloud');
  const cloudUrl = options.cloudUrl ?? started.use(await startCloud(options)).cloudUrl;
  const platform = started.use(await openPlatform({ ...options, cloudUrl }));
  if (options.nats) started.use(await startNatsRelay(platform.database, options.nats, log));
  if (options.secretsOfFolder?.replace) await renewAccess(platform);
  await renewFormerAccess(platform);
  progress('Starting the engine, the subgraphs and the gateway');
  const subgraphs = await Promise.all(subgraphNames.map((name) => createSubgraph(name, platform)));
  const metrics = new EngineMetrics(platform.database);
  started.use(
    await startEngine({
      database: platform.database,
      metrics,
      clock,
      log,
      concurrency: options.engineConcurrency,
      timing: options.engineTiming,
      reconcilers: reconcilers(platform),
      schedules: [...schedules(platform, options.retention), auditSchedule(options.secret)],
      faults: noFaultInjection,
    }),
  );
  const { auditSinks: sinks = [] } = options;
  if (sinks.length > 0) started.use(startAuditExport({ databaseUrl: platform.database.url, sinks, log }));
  started.use(await watchPermissions(platform));
  const gateway = started.use(
    await startGateway({
      host: options.host,
      port: options.port,
      supergraphSdl: await committedSupergraph(),
      subgraphs: Object.fromEntries(
        subgraphs.map((subgraph) => [
          subgraph.name,
          { kind: 'local', subgraph: new SubgraphExecutor(subgraph, log) },
        ]),
      ),
      auth: options.auth,
      actorKey: deriveKey(secret, 'actor'),
      graphiql: options.graphiql,
      ...options.gateway,
      moreMetrics: [metrics.registry, eventLogMetrics(platform.events.readers, platform.database)],
      clock,
      log,
    }),
  );
  const running = started.move();
  const { url, metricsUrl, readiness } = gateway;
  return { url, cloudUrl, metricsUrl, readiness, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function startCloud(options: AllInOneOptions) {
  return startKubesim({
    host: options.host,
    port: options.kubesimPort,
    databaseUrl: options.cloudDatabaseUrl ?? options.databaseUrl,
    secret: options.secret,
    clientTokens: { keys: options.auth, revocationsFile: options.gateway?.revocationsFile },
    speed: options.simulationSpeed,
    ...(options.controlPlane && { controlPlane: options.controlPlane }),
    ...(options.webhookHosts && { webhookHosts: options.webhookHosts }),
    storageMib: options.storageMib,
    clock: options.clock,
    log: options.log,
  });
}
