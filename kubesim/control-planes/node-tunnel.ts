import { once } from 'node:events';
import { type FileHandle, open, rm } from 'node:fs/promises';
import {
  createServer as createTunnel,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Log } from '../../kernel/log.js';
import type { NodeNetwork } from '../kubernetes/cluster/kubelet-api.js';
import type { Pod } from '../kubernetes/kinds/core.js';
import { ApiError } from '../kubernetes/kinds/status.js';
import { METRICS_ADDRESS, METRICS_HOST } from './metrics-server.js';
import { issueCertificate } from '../certificates.js';
import { SOCKET } from './control-plane.js';
import { KUBELET_CLIENT_NAME, type Pki, PROXY_NAME } from './pki.js';

export interface NodeTunnelOptions {
  /** Folder of the socket. */
  readonly folder: string;
  readonly pki: Pick<Pki, 'cluster' | 'frontProxy' | 'apiServer'>;
  /** Whether the machine exists and its kubelet works. */
  isReady(nodeName: string): boolean;
  /** Name of the node with an address. */
  nodeAt(address: string): string | undefined;
  /** The kubelets and the ports of pods. */
  readonly network: NodeNetwork;
  /** The pod with an address. */
  podByAddress(address: string): Pod | undefined;
  readonly log: Log;
  /** Serves a request of the aggregator for metrics. */
  readonly metrics: RequestListener;
}

const KUBELET_PORT = '10250';

/**
 * The network between a real API server and simulated machines. The API server connects to each address in the cluster by HTTP
 * CONNECT on a Unix socket (its EgressSelectorConfiguration), so that machines and pods need no addresses of this host. Kubelets and
 * the metrics server have certificates of the cluster's authority and serve only the API server. A pod has the ports of its simulated
 * programs.
 */
export async function openNodeTunnel(options: NodeTunnelOptions): Promise<AsyncDisposable> {
  const { folder } = options;
  const sockets = new Set<Duplex>();
  const servers = new ClusterServers(options.pki);
  const tunnel = createTunnel((_request, response) => response.writeHead(405).end('only CONNECT\n'));
  tunnel.on('connect', (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    const address = request.url ?? '';
    const [, host = '', port] = /^(.*):(\d+)$/.exec(address) ?? [];
    const serve = listenerAt(options, servers, { address, host, port });
    if (!serve) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    serve(socket);
  });
  const directory = await listen(tunnel, folder);
  return {
    async [Symbol.asyncDispose]() {
      const closed = once(tunnel, 'close');
      tunnel.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await directory.close();
    },
  };
}

/** What serves connections to an address of the cluster; undefined if nothing listens there. */
function listenerAt(
  options: NodeTunnelOptions,
  servers: ClusterServers,
  {
    address,
    host,
    port,
  }: { readonly address: string; readonly host: string; readonly port: string | undefined },
): ((socket: Duplex) => void) | undefined {
  const node = port === KUBELET_PORT ? options.nodeAt(host) : undefined;
  const known = node !== undefined && options.isReady(node) ? kubeletHost(options, node, host) : undefined;
  const cluster = address === METRICS_ADDRESS ? metricsHost(options) : known;
  if (cluster)
    return (socket) =>
      void servers.connect(cluster, socket).catch((err: unknown) => {
        options.log.error({ err, address }, 'a connection in a cluster failed');
        socket.destroy();
      });
  const pod = options.podByAddress(host);
  return pod && options.network.listener(pod, Number(port));
}

/** An address in the cluster that serves HTTPS to the API server: a kubelet, or the metrics server. */
interface ClusterHost {
  /** Names and addresses of its certificate. */
  readonly hosts: readonly string[];
  /** Common name of the certificate that its client has. */
  readonly client: string;
  readonly serve: RequestListener;
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

function metricsHost({ metrics, log }: NodeTunnelOptions): ClusterHost {
  const serve = orServerError(log, 'the metrics server failed', metrics);
  return { hosts: [METRICS_HOST], client: PROXY_NAME, serve };
}

/** A listener whose exceptions are answered: they would end the process, which serves all clusters. */
function orServerError(log: Log, failure: string, serve: RequestListener): RequestListener {
  return (request, response) => {
    try {
      serve(request, response);
    } catch (error) {
      if (!(error instanceof ApiError)) log.error({ err: error }, failure);
      const { code, message } = error instanceof ApiError ? error : { code: 500, message: failure };
      if (!response.headersSent) response.writeHead(code, { 'content-type': 'text/plain' });
      response.end(message);
    }
  };
}

function kubeletHost(
  { network, isReady, log }: NodeTunnelOptions,
  name: string,
  address: string,
): ClusterHost {
  return {
    hosts: [name, address],
    client: KUBELET_CLIENT_NAME,
    serve: orServerError(log, 'the kubelet failed', (request, response) => {
      // The API server reuses connections that it has opened while the machine worked.
      if (!isReady(name)) return void request.socket.destroy();
      network.serve(name, { url: request.url ?? '/', request }, response);
    }),
    upgrade: (request, socket, head) =>
      network.upgrade(name, { url: request.url ?? '/', request }, { socket, head }),
  };
}

/** The HTTPS servers of the hosts of a cluster. One for each: a client that connects to an IP address names no host. */
class ClusterServers {
  private readonly servers = new Map<string, Promise<Server>>();

  constructor(private readonly pki: NodeTunnelOptions['pki']) {}

  /** Serves a connection to a host. */
  async connect(host: ClusterHost, socket: Duplex): Promise<void> {
    const key = host.hosts.join(' ');
    const server = this.servers.get(key) ?? this.open(host);
    this.servers.set(key, server);
    (await server).emit('connection', socket);
  }

  private async open({ hosts, client, serve, upgrade }: ClusterHost): Promise<Server> {
    const { cluster, frontProxy } = this.pki;
    const request = { subject: { name: hosts[0] ?? '' }, use: 'server', hosts } as const;
    const certificate = await issueCertificate(cluster, request, new Date());
    const isClient = (incoming: IncomingMessage) =>
      (incoming.socket as TLSSocket).getPeerCertificate().subject.CN === client;
    const options = { ...certificate, ca: [cluster.cert, frontProxy.cert], requestCert: true };
    const server = createServer(options, (incoming, response) => {
      if (isClient(incoming)) return serve(incoming, response);
      response.writeHead(401).end('only the API server is served\n');
    });
    return server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (upgrade && isClient(incoming)) upgrade(incoming, socket, head);
      else socket.destroy();
    });
  }
}

/** Listens on the socket in the folder; returns the open folder, which must be closed after the server. */
async function listen(server: Server, folder: string): Promise<FileHandle> {
  // Left by a process that was killed.
  await rm(join(folder, SOCKET), { force: true });
  // The path of a socket may have 107 bytes: that of the folder can be longer.
  const directory = await open(folder);
  server.listen(`/proc/self/fd/${directory.fd}/${SOCKET}`);
  await once(server, 'listening');
  return directory;
}
