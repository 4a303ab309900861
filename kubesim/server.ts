import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import pg from 'pg';
import { AcceptedTokens, type AcceptedTokensOptions } from '../access/accepted-tokens.js';
import { TokenIssuer } from '../access/kubeconfig/token-issuer.js';
import type { Clock } from '../kernel/clock.js';
import { acquireLease } from '../kernel/postgres/lease.js';
import type { Log } from '../kernel/log.js';
import { deriveKey } from '../kernel/secret.js';
import { OpenStreams } from './kubernetes/api/open-streams.js';
import { apiServer, upgradeListener } from './kubernetes/api/server.js';
import { issueCertificate } from './certificates.js';
import { Credentials } from './credentials.js';
import { findPrograms } from './control-planes/programs.js';
import { cloudApi } from './cloud/routes.js';
import { listen, stopListening } from './http/listen.js';
import { ServiceAccountTokens } from './service-account-tokens.js';
import { servedCluster } from './served-clusters.js';
import {
  type ControlPlaneSettings,
  openSimulation,
  type Simulation,
  type SimulationOptions,
} from './simulation.js';

export interface KubesimOptions {
  readonly host: string;
  /** Port of the cloud's API; 0 selects a free one. */
  readonly port: number;
  /** Port of the Kubernetes API servers; default the port after `port`, or a free one. */
  readonly kubernetesPort?: number;
  readonly databaseUrl: string;
  /** The platform's secret; the cloud's token and the clusters' tokens are derived from it. */
  readonly secret: string;
  /** Verification of the platform's client tokens: a kubeconfig expires with the token for which it was issued. */
  readonly clientTokens: Pick<AcceptedTokensOptions, 'keys' | 'revocationsFile'>;
  /**
   * Speed of the simulation as a multiple of real time, until `/cloud/v1/settings` changes it. Default the stored speed,
   * 10 for a new database.
   */
  readonly speed?: number | undefined;
  /** Default: simulated control planes only. */
  readonly controlPlane?: ControlPlaneSettings;
  /** Hosts outside of the simulation at which webhooks may be called: `host` or `host:port`. Default none. */
  readonly webhookHosts?: readonly string[];
  /** MiB of JSON that the objects of a simulated cluster may take. Default 256. */
  readonly storageMib?: number | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Host in the URLs for clients; default `host`. */
  readonly advertiseHost?: string;
}

export interface Kubesim extends AsyncDisposable {
  /** `http://host:port`; the cloud's API is below `/cloud/v1`. */
  readonly cloudUrl: string;
  /** `https://host:port`; a cluster's API server is below `/clusters/<id>`. */
  readonly kubernetesUrl: string;
  /** Whether the simulation is open; false while it waits for its database. */
  readonly isOpen: boolean;
}

/** Keep-alive timeout of the API servers in milliseconds; Kubernetes keeps connections for minutes. */
const IDLE_TIMEOUT = 60_000;
/** Milliseconds between attempts to reopen the simulation. */
const REOPEN_DELAY_MS = 1_000;

/**
 * Starts the simulated cloud on its database and serves it. A lease allows one process per database; another process
 * waits for it. While the database is unavailable, all requests get 503; then the simulation resumes from the stored
 * state.
 */
export async function startKubesim(options: KubesimOptions): Promise<Kubesim> {
  const { host, clock, controlPlane } = options;
  if (controlPlane?.kind === 'REAL') await findPrograms(controlPlane.programs);
  const log = options.log.child({ part: 'kubesim' });
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: 1,
    application_name: 'fleetgraph-kubesim',
    keepAlive: true,
  });
  pool.on('error', () => undefined);
  await using started = new AsyncDisposableStack();
  started.defer(() => pool.end());
  const stop = new AbortController();
  let onLost: () => void = () => undefined;
  const tokens = new ServiceAccountTokens(deriveKey(options.secret, 'service-account'));
  const issuer = new TokenIssuer(deriveKey(options.secret, 'kubeconfig'));
  const keeper = started.use(
    new SimulationSupervisor({ ...options, log, tokens, issuer: issuer.documents }, pool, {
      stop: stop.signal,
      onLost: () => onLost(),
    }),
  );
  started.defer(() => stop.abort(new Error('the simulated cloud is being stopped')));
  await keeper.open();

  const advertised = options.advertiseHost ?? (host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host);
  const urls = { cloud: '', kubernetes: '' };
  const accepted = started.use(await AcceptedTokens.open({ ...options.clientTokens, log }));
  const cloud = () => keeper.simulation?.cloud;
  const credentials = new Credentials(
    issuer,
    accepted,
    (id) => cloud()?.clusters.get(id)?.record.authenticationMode === 'KUBERNETES',
  );
  const streams = started.use(new OpenStreams(credentials, clock));
  const authority = keeper.authority;
  const certificate = await issueCertificate(
    authority,
    {
      subject: { name: 'kubesim' },
      use: 'server',
      hosts: [...new Set(['localhost', '127.0.0.1', '::1', host, advertised])],
    },
    clock.now(),
  );
  const cloudServer = createServer(
    cloudApi({
      cloud,
      key: deriveKey(options.secret, 'kubesim'),
      credentials,
      caCertificate: () => authority.cert,
      kubernetesUrl: () => urls.kubernetes,
      log,
    }),
  );
  const serving = {
    ...{ credentials, tokens, streams, clock, log },
    cluster: (id: string) => servedCluster(keeper.simulation, id),
  };
  const kubernetesServer = createSecureServer(certificate, apiServer(serving));
  kubernetesServer.on('upgrade', upgradeListener(serving));
  kubernetesServer.keepAliveTimeout = IDLE_TIMEOUT;
  // Watches of a lost simulation would not end.
  onLost = () => kubernetesServer.closeAllConnections();
  started.defer(() => stopListening(cloudServer));
  const port = await listen(cloudServer, host, options.port);
  started.defer(() => stopListening(kubernetesServer));
  const kubernetesPort = await listen(
    kubernetesServer,
    host,
    options.kubernetesPort ?? (options.port === 0 ? 0 : port + 1),
  );
  const authorityOf = (number: number) =>
    `${advertised.includes(':') ? `[${advertised}]` : advertised}:${number}`;
  urls.cloud = `http://${authorityOf(port)}`;
  urls.kubernetes = `https://${authorityOf(kubernetesPort)}`;
  log.info({ cloud: urls.cloud, kubernetes: urls.kubernetes }, 'the simulated cloud is listening');
  const running = started.move();
  return {
    cloudUrl: urls.cloud,
    kubernetesUrl: urls.kubernetes,
    get isOpen() {
      return keeper.simulation !== undefined;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/**
 * Keeps a simulation open. States: opening (no simulation) → open → lost (disposed, reopened after a delay) …, until
 * stopped.
 */
class SimulationSupervisor implements AsyncDisposable {
  simulation: Simulation | undefined;
  private knownAuthority: Simulation['authority'] | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: KubesimOptions & Pick<SimulationOptions, 'tokens' | 'issuer'>,
    private readonly pool: pg.Pool,
    private readonly signals: { readonly stop: AbortSignal; onLost(): void },
  ) {}

  private get stop(): AbortSignal {
    return this.signals.stop;
  }

  get authority(): Simulation['authority'] {
    if (!this.knownAuthority) throw new Error('the simulation is not open');
    return this.knownAuthority;
  }

  /** Opens the first simulation and throws if that fails; later ones are retried. */
  async open(): Promise<void> {
    const ended = await this.openOnce();
    this.running = this.keep(ended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.running;
  }

  private async openOnce(): Promise<() => Promise<void>> {
    const { log, clock, speed, tokens, issuer, controlPlane, webhookHosts, storageMib } = this.options;
    const lease = await acquireLease({ pool: this.pool, name: 'kubesim', log, signal: this.stop });
    try {
      const world = await openSimulation(lease, {
        clock,
        log,
        speed,
        tokens,
        issuer,
        controlPlane,
        webhookHosts,
        storageMib,
      });
      this.simulation = world;
      this.knownAuthority = world.authority;
      return async () => {
        await Promise.race([world.ended, aborted(this.stop)]);
        this.simulation = undefined;
        await world[Symbol.asyncDispose]();
        await lease[Symbol.asyncDispose]();
      };
    } catch (error) {
      await lease[Symbol.asyncDispose]();
      throw error;
    }
  }

  private async keep(first: () => Promise<void>): Promise<void> {
    let lived = first;
    for (;;) {
      await lived();
      if (this.stop.aborted) return;
      this.options.log.error('the database connection was lost; reopening the simulation');
      this.signals.onLost();
      const next = await this.reopen();
      if (!next) return;
      lived = next;
    }
  }

  /** Not with cockatiel, which would not end its wait when the simulation stops. */
  private async reopen(): Promise<(() => Promise<void>) | undefined> {
    while (!this.stop.aborted) {
      await Promise.race([
        new Promise((resolve) => setTimeout(resolve, REOPEN_DELAY_MS)),
        aborted(this.stop),
      ]);
      try {
        if (!this.stop.aborted) return await this.openOnce();
      } catch (error) {
        this.options.log.warn({ err: error }, 'opening the simulation failed; retrying');
      }
    }
    return undefined;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
