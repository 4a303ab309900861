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
import { createSecureContext, type SecureContext, type TlsOptions, type TLSSocket } from 'node:tls';
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
  const { folder, isReady } = options;
  const sockets = new Set<Duplex>();
  const server = clusterServer(options);
  const tunnel = createTunnel((_request, response) => response.writeHead(405).end('only CONNECT\n'));
  tunnel.on('connect', (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    const address = request.url ?? '';
    const [, host = '', port] = /^(.*):(\d+)$/.exec(address) ?? [];
    const isMachine = address === METRICS_ADDRESS || (port === KUBELET_PORT && isReady(host));
    const pod = isMachine ? undefined : options.podByAddress(host);
    const serve = isMachine
      ? (connection: Duplex) => void server.emit('connection', connection)
      : pod && options.network.listener(pod, Number(port));
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

/** The HTTPS server of the whole cluster: the name that the API server asks for decides which part answers. */
function clusterServer({ pki, network, metrics, log }: NodeTunnelOptions) {
  const clients = { ca: [pki.cluster.cert, pki.frontProxy.cert], requestCert: true };
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextOf = async (host: string) => {
    const request = { subject: { name: host }, use: 'server', hosts: [host] } as const;
    return createSecureContext({
      ...(await issueCertificate(pki.cluster, request, new Date())),
      ca: clients.ca,
    });
  };
  const SNICallback: TlsOptions['SNICallback'] = (host, done) => {
    const context = contexts.get(host) ?? contextOf(host);
    contexts.set(host, context);
    context.then(
      (found) => done(null, found),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  };
  /** The kubelet or the metrics server that the API server asks for; undefined for other clients. */
  const hostOf = (request: IncomingMessage) => {
    const socket = request.socket as TLSSocket;
    const host = socket.servername || '';
    const client = socket.getPeerCertificate().subject.CN;
    return client === (host === METRICS_HOST ? PROXY_NAME : KUBELET_CLIENT_NAME) ? host : undefined;
  };
  const server = createServer({ ...pki.apiServer, ...clients, SNICallback }, (request, response) => {
    const host = hostOf(request);
    if (host === undefined) return void response.writeHead(401).end('only the API server is served\n');
    if (host === METRICS_HOST) return metrics(request, response);
    try {
      network.serve(host, { url: request.url ?? '/', request }, response);
    } catch (error) {
      if (!(error instanceof ApiError)) log.error({ err: error }, 'a request to a kubelet failed');
      const { code, message } =
        error instanceof ApiError ? error : { code: 500, message: 'the kubelet failed' };
      if (!response.headersSent) response.writeHead(code, { 'content-type': 'text/plain' });
      response.end(message);
    }
  });
  return server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const host = hostOf(request);
    if (host === undefined || host === METRICS_HOST) return void socket.destroy();
    network.upgrade(host, { url: request.url ?? '/', request }, { socket, head });
  });
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
