import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { KubeletClient } from '../kubelet-client.js';
import type { KubeletRequest, NodeNetwork } from '../kubernetes/cluster/kubelet-api.js';
import type { Pod } from '../kubernetes/kinds/core.js';
import { pods } from '../kubernetes/kinds/pods.js';
import { ApiError, badRequest, notFound } from '../kubernetes/kinds/status.js';
import { acceptPortForward } from '../streams/port-forward.js';
import { acceptRemoteCommand, type RemoteCommandOptions } from '../streams/remote-command.js';
import { rejectUpgrade, UpgradeError } from '../streams/upgrade.js';
import { attach } from './attach.js';
import { type ContainerAccess, exec, type RunningContainer } from './exec.js';
import { containerMetrics, kubeletMetrics, resourceMetrics, statsSummary } from './kubelet-metrics.js';
import { sendLog } from './logs.js';
import { activeContainers, containerStatus } from './pod-status.js';
import { PodPorts } from './pod-ports.js';

/** Milliseconds without any byte after which a stream is closed: the default of kubelets. */
const IDLE_MS = 4 * 3_600_000;

/** What differs from the defaults in the configuration of kubelets. */
const CONFIGURATION = {
  kind: 'KubeletConfiguration',
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  port: 10250,
  maxPods: 110,
  nodeStatusUpdateFrequency: '10s',
  nodeLeaseDurationSeconds: 40,
  streamingConnectionIdleTimeout: '4h0m0s',
  clusterDomain: 'cluster.local',
};
/** Metrics in the text format of Prometheus, by path. */
const METRICS = new Map([
  ['/metrics', kubeletMetrics],
  ['/metrics/resource', resourceMetrics],
  ['/metrics/cadvisor', containerMetrics],
]);

/** A path of a kubelet: `/<action>/<namespace>/<pod>[/<uid>]/<container>`. */
interface KubeletPath {
  readonly action: string;
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  readonly query: URLSearchParams;
}

/** What kubelets serve on their ports: their pods, logs, exec, attach and port-forward; and the servers of their pods. */
export class KubeletServer implements NodeNetwork {
  private readonly ports: PodPorts;

  constructor(private readonly access: ContainerAccess & { readonly client: KubeletClient }) {
    this.ports = new PodPorts(access.client, access.simulated, access.changes);
  }

  serve(nodeName: string, { url, request }: KubeletRequest, response: ServerResponse): void {
    const path = parsePath(url);
    request.resume();
    switch (path.action) {
      case 'healthz':
        return void response.end('ok');
      case 'pods':
      case 'runningpods': {
        const items = [...this.access.client.allPods()].filter(({ spec }) => spec.nodeName === nodeName);
        return sendJson(response, { kind: 'PodList', apiVersion: 'v1', metadata: {}, items });
      }
      case 'configz':
        return sendJson(response, { kubeletconfig: CONFIGURATION });
      case 'containerLogs': {
        const { container, query } = path;
        const pod = this.podOn(nodeName, path);
        if (!pod) throw notFound(pods, path.name);
        return sendLog(this.access, { pod, container, query, response });
      }
      case 'exec':
      case 'attach':
      case 'portForward':
        throw badRequest('Upgrade request required');
    }
    this.serveMetrics(nodeName, url, response);
  }

  private serveMetrics(nodeName: string, url: string, response: ServerResponse): void {
    const { client } = this.access;
    const node = client.node(nodeName);
    const path = (url.split('?')[0] ?? '').replace(/\/$/, '');
    const metrics = METRICS.get(path);
    if (!node || (!metrics && path !== '/stats/summary'))
      throw new ApiError(404, 'NotFound', '404 page not found');
    const runs = ({ spec, status }: Pod) => spec.nodeName === nodeName && status.phase === 'Running';
    const measured = { node, pods: [...client.allPods()].filter(runs), now: client.clock.now() };
    if (!metrics) return sendJson(response, statsSummary(measured));
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(metrics(measured));
  }

  upgrade(
    nodeName: string,
    { url, request }: KubeletRequest,
    { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
  ): void {
    socket.on('error', () => socket.destroy());
    closeWhenIdle(socket);
    this.accept(nodeName, parsePath(url), { request, socket, head }).catch((error: unknown) => {
      const isKnown = error instanceof UpgradeError || error instanceof ApiError;
      const { code, message } = isKnown ? error : { code: 500, message: 'the kubelet failed' };
      if (socket.writable) rejectUpgrade(socket, code, message);
    });
  }

  listener(pod: Pod, port: number): ((socket: Duplex) => void) | undefined {
    return this.works(pod.spec.nodeName ?? '') ? this.ports.listener(pod, port) : undefined;
  }

  /** Whether the machine of a node works. */
  private works(nodeName: string): boolean {
    const { client } = this.access;
    return client.serverless || client.node(nodeName) !== undefined;
  }

  private async accept(
    nodeName: string,
    path: KubeletPath,
    upgrade: Parameters<typeof acceptRemoteCommand>[0],
  ): Promise<void> {
    const { action, query } = path;
    if (!this.works(nodeName)) return void upgrade.socket.destroy();
    if (action === 'portForward') return this.forward(nodeName, path, upgrade);
    if (action !== 'exec' && action !== 'attach') throw new UpgradeError(404, '404 page not found');
    const options = optionsOf(query);
    const target = this.running(nodeName, path);
    const streams = await acceptRemoteCommand(upgrade, options);
    if (!streams) return;
    // It may have ended while the client created the streams.
    if (!this.isRunning(nodeName, target)) return void upgrade.socket.destroy();
    const { tty } = options;
    if (action === 'attach') return attach({ ...this.access, logs: this.access }, target, { tty, streams });
    return exec(this.access, target, { command: query.getAll('command'), tty, streams });
  }

  private async forward(
    nodeName: string,
    path: KubeletPath,
    upgrade: Parameters<typeof acceptPortForward>[0],
  ): Promise<void> {
    const pod = this.podOn(nodeName, path);
    if (!pod) throw new UpgradeError(404, 'pod does not exist');
    const { uid, name } = pod.metadata;
    const session = this.access.sessions.open(uid);
    upgrade.socket.once('close', () => session[Symbol.dispose]());
    session.signal.addEventListener('abort', () => upgrade.socket.destroy(), { once: true });
    const forward = (port: number, data: Duplex) => {
      // As it is now: its containers may have been restarted.
      const present = this.access.client.podByUid(uid) ?? pod;
      const listener = this.ports.listener(present, port);
      if (listener) return listener(data);
      const refused = `dial tcp4 127.0.0.1:${port}: connect: connection refused`;
      const space = `/var/run/netns/cni-${uid}`;
      throw new Error(
        `failed to execute portforward in network namespace "${space}": failed to connect to localhost:${port} inside namespace "${uid}", IPv4: ${refused} IPv6 dial tcp6: address localhost: no suitable address found`,
      );
    };
    await acceptPortForward(upgrade, path.query, { pod: { name, uid }, forward });
  }

  private podOn(nodeName: string, { namespace, name }: KubeletPath): Pod | undefined {
    const pod = this.access.client.pod(namespace, name);
    return pod?.spec.nodeName === nodeName ? pod : undefined;
  }

  private isRunning(nodeName: string, { pod, container, status }: RunningContainer): boolean {
    const present = this.access.client.podByUid(pod.metadata.uid);
    const now = present && containerStatus(present, container.name);
    return this.works(nodeName) && !!now?.state.running && now.restartCount === status.restartCount;
  }

  private running(nodeName: string, path: KubeletPath): RunningContainer {
    const pod = this.podOn(nodeName, path);
    if (!pod) throw new UpgradeError(404, 'pod does not exist');
    const container = activeContainers(pod).find(({ name }) => name === path.container);
    const status = container && containerStatus(pod, container.name);
    const startedAt = status?.state.running?.startedAt;
    if (startedAt === undefined) throw new UpgradeError(500, `container not found ("${path.container}")`);
    return { pod, container, status, startedAt: new Date(startedAt) } as RunningContainer;
  }
}

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function parsePath(url: string): KubeletPath {
  const { pathname, searchParams: query } = new URL(`https://kubelet${url}`);
  const [action = '', namespace = '', name = '', ...rest] = pathname
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent);
  return { action, namespace, name, container: rest.at(-1) ?? '', query };
}

function optionsOf(query: URLSearchParams): RemoteCommandOptions {
  const isSet = (name: string) => query.get(name) === '1' || query.get(name) === 'true';
  const tty = isSet('tty');
  // The outputs of a terminal are one.
  const options = { stdin: isSet('input'), stdout: isSet('output'), stderr: isSet('error') && !tty, tty };
  if (!options.stdin && !options.stdout && !options.stderr)
    throw new UpgradeError(400, 'you must specify at least 1 of stdin, stdout, stderr');
  return options;
}

function closeWhenIdle(socket: Duplex): void {
  if ('setTimeout' in socket && typeof socket.setTimeout === 'function')
    socket.setTimeout(IDLE_MS, () => socket.destroy());
}
