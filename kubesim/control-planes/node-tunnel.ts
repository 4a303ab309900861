import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer as createTunnel, type IncomingMessage, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import type { Kubelet } from './kubelet-server.js';
import { issueCertificate } from '../certificates.js';
import { KUBELET_CLIENT_NAME, type Pki } from './pki.js';

export interface NodeTunnelOptions {
  /** Path of the socket. Systems limit it to about 100 bytes. */
  readonly path: string;
  readonly pki: Pick<Pki, 'cluster' | 'apiServer'>;
  /** Whether the machine exists and its kubelet works. */
  isReady(nodeName: string): boolean;
  /** Serves a request to the kubelet of a node. */
  readonly kubelet: Kubelet;
}

const KUBELET_PORT = '10250';

/**
 * The network between a real API server and simulated machines. The API server connects to each address in the cluster by HTTP
 * CONNECT on a Unix socket (its EgressSelectorConfiguration), so that machines need no addresses of this host. A kubelet has a
 * certificate of the cluster's authority and serves only the API server. Pods have no ports: nothing else can be reached.
 */
export async function openNodeTunnel(options: NodeTunnelOptions): Promise<AsyncDisposable> {
  const { path, isReady } = options;
  const sockets = new Set<Duplex>();
  const kubelets = kubeletServer(options);
  const tunnel = createTunnel((_request, response) => response.writeHead(405).end('only CONNECT\n'));
  tunnel.on('connect', (request: IncomingMessage, socket: Duplex) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    const [, host = '', port] = /^(.*):(\d+)$/.exec(request.url ?? '') ?? [];
    if (port !== KUBELET_PORT || !isReady(host)) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    kubelets.emit('connection', socket);
  });
  await listen(tunnel, path);
  return {
    async [Symbol.asyncDispose]() {
      const closed = once(tunnel, 'close');
      tunnel.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The HTTPS server of all kubelets: the name that the API server asks for decides which one answers. */
function kubeletServer({ pki: { cluster, apiServer }, kubelet }: NodeTunnelOptions) {
  const contexts = new Map<string, Promise<SecureContext>>();
  const contextOf = async (nodeName: string) => {
    const request = {
      subject: { name: `system:node:${nodeName}`, group: 'system:nodes' },
      use: 'server',
      hosts: [nodeName],
    } as const;
    return createSecureContext({
      ...(await issueCertificate(cluster, request, new Date())),
      ca: cluster.cert,
    });
  };
  const identity = { ...apiServer, ca: cluster.cert, requestCert: true };
  const server = createServer(
    {
      ...identity,
      SNICallback: (nodeName, done) => {
        const context = contexts.get(nodeName) ?? contextOf(nodeName);
        contexts.set(nodeName, context);
        context.then(
          (found) => done(null, found),
          (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
        );
      },
    },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      if (socket.getPeerCertificate().subject.CN !== KUBELET_CLIENT_NAME)
        return void response.writeHead(401).end('only the API server may use a kubelet\n');
      kubelet(socket.servername || '', request, response);
    },
  );
  return server;
}

async function listen(server: Server, path: string): Promise<void> {
  // Left by a process that was killed.
  await rm(path, { force: true });
  server.listen(path);
  await once(server, 'listening');
}
