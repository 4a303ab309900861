import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  authenticationConfiguration,
  type IssuerEndpoint,
} from '../../access/kubeconfig/authentication-configuration.js';
import { freePort } from '../../kernel/embedded-postgres/free-port.js';
import type { Log } from '../../kernel/log.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import { REAL_ISSUER } from '../service-account-tokens.js';
import { ClusterClient } from './cluster-client.js';
import { type Etcd, prefixOf } from './etcd.js';
import { kubeconfig } from './kubeconfig.js';
import { type Pki, type PkiFiles, PROXY_NAME, writePki } from './pki.js';
import { type ControlPlanePrograms, isOlder } from './programs.js';
import { SupervisedProcess } from './supervised-process.js';

/** Requests a second of the controller manager and the scheduler; Kubernetes' defaults (20 and 50) are for shared API servers. */
const RATE = { qps: 500, burst: 1000 };
/** Milliseconds until a started part must be healthy. */
const START_TIMEOUT_MS = 60_000;

export interface ControlPlaneOptions {
  readonly id: string;
  /** Absolute path of the folder of its files. */
  readonly folder: string;
  readonly pki: Pki;
  /** Range of the addresses of Services. */
  readonly serviceCidr: string;
  /** The issuer of kubeconfigs' tokens, which the API server trusts. Default: it trusts client certificates only. */
  readonly issuer?: IssuerEndpoint;
}

/** Name of the socket in the folder of the control plane, which is the working directory of its processes. */
export const SOCKET = 'nodes.sock';

/** Connects to kubelets and Services by HTTP CONNECT on the socket: nodes and pods have no addresses on this machine. */
const egressConfiguration = {
  apiVersion: 'apiserver.k8s.io/v1beta1',
  kind: 'EgressSelectorConfiguration',
  egressSelections: [
    {
      name: 'cluster',
      connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: SOCKET } } },
    },
  ],
};

/** Where the parts of a control plane find each other. */
interface Places {
  readonly etcd: Etcd;
  readonly files: PkiFiles;
  readonly ports: readonly [apiServer: number, controllerManager: number, scheduler: number];
}

/** The parts of a control plane that can be stopped alone, in the order in which Kubernetes upgrades them. */
const PARTS = ['apiServer', 'controllerManager', 'scheduler'] as const;
export type ControlPlanePart = (typeof PARTS)[number];

/** Paths of the health checks. */
const HEALTH: Readonly<Record<ControlPlanePart, string>> = {
  apiServer: '/readyz',
  controllerManager: '/healthz',
  scheduler: '/healthz',
};

/** A Kubernetes control plane: an API server on a prefix of etcd, a controller manager and a scheduler, on loopback. */
export class ControlPlane implements AsyncDisposable {
  /** Calls its API server as an administrator. */
  readonly client: ClusterClient;
  private readonly running = new Map<ControlPlanePart, SupervisedProcess>();
  /** Parts that are not paused. */
  private readonly wanted = new Set<ControlPlanePart>();
  /** Programs of each part: they differ while the version changes. */
  private readonly programs: Record<ControlPlanePart, ControlPlanePrograms>;
  /** Process id of the API server that has been ready. */
  private servingPid: number | undefined;
  private readinessCheck: Promise<boolean> | undefined;

  private constructor(
    programs: ControlPlanePrograms,
    private readonly options: ControlPlaneOptions,
    private readonly places: Places,
    private readonly log: Log,
  ) {
    this.client = new ClusterClient(this.server, options.pki);
    this.programs = { apiServer: programs, controllerManager: programs, scheduler: programs };
  }

  /** Starts every part; resolves when the API server is ready. */
  static async start(
    programs: ControlPlanePrograms,
    etcd: Etcd,
    options: ControlPlaneOptions,
    log: Log,
  ): Promise<ControlPlane> {
    const files = await writePki(join(options.folder, 'pki'), options.pki);
    const ports = [await freePort(), await freePort(), await freePort()] as const;
    const places = { etcd, files, ports };
    const plane = new ControlPlane(programs, options, places, log.child({ cluster: options.id }));
    try {
      await plane.resume('apiServer');
      await plane.healthy('apiServer');
      await Promise.all([plane.resume('controllerManager'), plane.resume('scheduler')]);
      return plane;
    } catch (error) {
      await plane[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Address of the API server. */
  get server(): string {
    return this.serverOf('apiServer');
  }

  /** Folder of its files; the API server connects to addresses in the cluster by the socket SOCKET in it. */
  get folder(): string {
    return this.options.folder;
  }

  /** Starts a part unless it runs. */
  async resume(part: ControlPlanePart): Promise<void> {
    this.wanted.add(part);
    if (this.running.has(part)) return;
    const { folder } = this.options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const [name, args] = await this.command(part);
    const path = this.programs[part][part];
    const program = { name, path, args, cwd: folder, pidFile: join(folder, `${name}.pid`) };
    this.running.set(part, await SupervisedProcess.start(program, this.log));
  }

  /** Stops a part until it is resumed. */
  async pause(part: ControlPlanePart): Promise<void> {
    this.wanted.delete(part);
    await this.stop(part);
  }

  /**
   * Replaces the parts by those of another version, one after the other, and waits until each is healthy: no controller manager
   * or scheduler of a newer version meets an API server of an older one. The API is unavailable while its server is replaced. A
   * paused part stays paused. Rejects with the reason when a part does not become healthy, or the signal is aborted: some parts then
   * have the version.
   */
  async changeVersion(programs: ControlPlanePrograms, signal: AbortSignal): Promise<void> {
    const order = isOlder(programs.version, this.programs.apiServer.version) ? PARTS.toReversed() : PARTS;
    for (const part of order) {
      signal.throwIfAborted();
      this.programs[part] = programs;
      if (!this.wanted.has(part) || this.running.get(part)?.path === programs[part]) continue;
      await this.stop(part);
      await this.resume(part);
      await this.healthy(part, signal);
    }
  }

  /** Process id of a part; undefined while it does not run. */
  pid(part: ControlPlanePart): number | undefined {
    return this.running.get(part)?.pid;
  }

  /**
   * Whether the API server has been ready since its start. Before, it answers requests, but refuses what bindings that it has not
   * read yet allow.
   */
  isServing(): MaybePromise<boolean> {
    const pid = this.pid('apiServer');
    if (pid === undefined || pid === this.servingPid) return pid !== undefined;
    this.readinessCheck ??= this.checkReadiness(pid).finally(() => (this.readinessCheck = undefined));
    return this.readinessCheck;
  }

  /** Stops the parts; the objects stay in etcd. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.client[Symbol.dispose]();
    await Promise.all(PARTS.map((part) => this.pause(part)));
  }

  private async stop(part: ControlPlanePart): Promise<void> {
    const process = this.running.get(part);
    this.running.delete(part);
    await process?.[Symbol.asyncDispose]();
  }

  private async checkReadiness(pid: number): Promise<boolean> {
    const isReady = await this.client.isReady();
    if (isReady) this.servingPid = pid;
    return isReady;
  }

  private async healthy(part: ControlPlanePart, signal?: AbortSignal): Promise<void> {
    using probe = new ClusterClient(this.serverOf(part), this.options.pki);
    const isHealthy = () => probe.isReady(HEALTH[part]);
    await this.running.get(part)?.untilHealthy(isHealthy, { timeoutMs: START_TIMEOUT_MS, signal });
  }

  private serverOf(part: ControlPlanePart): string {
    return `https://127.0.0.1:${this.places.ports[PARTS.indexOf(part)]}`;
  }

  private async command(part: ControlPlanePart): Promise<[name: string, args: string[]]> {
    switch (part) {
      case 'apiServer':
        return ['kube-apiserver', await this.apiServerArgs()];
      case 'controllerManager':
        return ['kube-controller-manager', await this.controllerManagerArgs()];
      case 'scheduler':
        return ['kube-scheduler', await this.schedulerArgs()];
    }
  }

  private async apiServerArgs(): Promise<string[]> {
    const { id, serviceCidr } = this.options;
    const { cluster, frontProxy, kubeletClient, proxy, serviceAccounts } = this.places.files;
    const authentication = await this.authenticationArgs();
    const egress = await this.writeConfig('egress.json', JSON.stringify(egressConfiguration));
    return [
      `--etcd-servers=${this.places.etcd.url}`,
      `--etcd-prefix=${prefixOf(id)}`,
      ...this.servingArgs('apiServer'),
      `--client-ca-file=${cluster.cert}`,
      ...authentication,
      `--service-account-issuer=${REAL_ISSUER}`,
      `--service-account-key-file=${serviceAccounts}`,
      `--service-account-signing-key-file=${serviceAccounts}`,
      `--service-cluster-ip-range=${serviceCidr}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      '--endpoint-reconciler-type=none',
      // At its end it closes watches at once; otherwise it waits a minute for clients to close them.
      '--shutdown-watch-termination-grace-period=5s',
      // The API server is the front proxy of aggregated API servers, which read these settings in the cluster.
      `--requestheader-client-ca-file=${frontProxy}`,
      `--requestheader-allowed-names=${PROXY_NAME}`,
      '--requestheader-username-headers=X-Remote-User',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      `--proxy-client-cert-file=${proxy.cert}`,
      `--proxy-client-key-file=${proxy.key}`,
      '--enable-aggregator-routing=true',
      `--egress-selector-config-file=${egress}`,
      // Names of nodes are in no DNS, where the API server would look for them before it proxies a request to a kubelet.
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-client-certificate=${kubeletClient.cert}`,
      `--kubelet-client-key=${kubeletClient.key}`,
      `--kubelet-certificate-authority=${cluster.cert}`,
    ];
  }

  private async authenticationArgs(): Promise<string[]> {
    const { id, issuer } = this.options;
    if (!issuer) return [];
    const text = JSON.stringify(authenticationConfiguration(id, issuer));
    return [`--authentication-config=${await this.writeConfig('authentication.json', text)}`];
  }

  private async controllerManagerArgs(): Promise<string[]> {
    const { pki } = this.options;
    const config = await this.writeConfig(
      'controller-manager.conf',
      this.clientConfig(pki.controllerManager),
    );
    return [
      `--kubeconfig=${config}`,
      `--authentication-kubeconfig=${config}`,
      `--authorization-kubeconfig=${config}`,
      `--root-ca-file=${this.places.files.cluster.cert}`,
      `--service-account-private-key-file=${this.places.files.serviceAccounts}`,
      '--use-service-account-credentials=true',
      `--cluster-signing-cert-file=${this.places.files.cluster.cert}`,
      `--cluster-signing-key-file=${this.places.files.cluster.key}`,
      '--leader-elect=false',
      ...this.servingArgs('controllerManager'),
      `--kube-api-qps=${RATE.qps}`,
      `--kube-api-burst=${RATE.burst}`,
    ];
  }

  private async schedulerArgs(): Promise<string[]> {
    const client = await this.writeConfig('scheduler.conf', this.clientConfig(this.options.pki.scheduler));
    const config = await this.writeConfig(
      'scheduler.json',
      JSON.stringify({
        apiVersion: 'kubescheduler.config.k8s.io/v1',
        kind: 'KubeSchedulerConfiguration',
        clientConnection: { kubeconfig: client, ...RATE },
        leaderElection: { leaderElect: false },
      }),
    );
    return [
      `--config=${config}`,
      `--authentication-kubeconfig=${client}`,
      `--authorization-kubeconfig=${client}`,
      ...this.servingArgs('scheduler'),
    ];
  }

  private servingArgs(part: ControlPlanePart): string[] {
    const { cert, key } = this.places.files.apiServer;
    return [
      '--bind-address=127.0.0.1',
      `--secure-port=${this.places.ports[PARTS.indexOf(part)]}`,
      `--tls-cert-file=${cert}`,
      `--tls-private-key-file=${key}`,
    ];
  }

  private clientConfig(client: { readonly key: string; readonly cert: string }): string {
    return kubeconfig(this.server, this.options.pki.cluster.cert, client);
  }

  private async writeConfig(name: string, text: string): Promise<string> {
    const path = join(this.options.folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }
}
