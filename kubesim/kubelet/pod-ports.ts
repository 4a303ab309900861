import {
  createServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { KubeletClient } from '../kubelet-client.js';
import type { Container, Pod, Service } from '../kubernetes/kinds/core.js';
import { isReady } from '../kubernetes/kinds/pods.js';
import { matchesLabels } from '../kubernetes/kinds/selector.js';
import type { ContainerChanges } from './container-changes.js';
import { stateAfter } from './container-run.js';
import type { ContainerNetwork, Server, ServingContainer } from './http-server.js';
import { containerStatus } from './pod-status.js';
import type { ContainerRun } from './replay.js';
import type { SimulatedContainers } from './simulated-containers.js';

/** Most bytes of a request to a container: the API server sends webhooks two objects of up to 3 MB. */
const MAX_BODY = 8 * 1024 * 1024;

/** Most containers that ask each other for one answer: two may ask each other forever. */
const MAX_CALLS = 3;

/** The listening server of a container that runs. */
interface Listener {
  readonly container: Container;
  readonly server: Server;
  readonly run: ContainerRun;
  readonly startedAt: string;
}

/** The ports of the pods of a cluster: what a connection to one reaches. */
export class PodPorts {
  /** Where the connections of `http` go. */
  private readonly listeners = new WeakMap<Duplex, Listener>();
  private readonly http: HttpServer;

  constructor(
    private readonly client: Pick<KubeletClient, 'clock' | 'scaled' | 'allPods' | 'service'>,
    private readonly simulated: Pick<SimulatedContainers, 'runOf'>,
    private readonly changes: Pick<ContainerChanges, 'add'>,
  ) {
    this.http = createServer((request, response) => {
      this.serve(request, response).catch(() => response.destroy());
    });
  }

  /** What serves connections to a port of the pod; undefined if nothing listens there. */
  listener(pod: Pod, port: number): ((socket: Duplex) => void) | undefined {
    const listener = this.find(pod, port);
    if (!listener) return undefined;
    if (!listener.server.tls) return (socket) => this.accept(socket, listener);
    const secureContext = contextOf(listener);
    if (!secureContext) return undefined;
    return (socket) => {
      const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
      secure.on('error', () => socket.destroy()).once('secure', () => this.accept(secure, listener));
    };
  }

  private accept(socket: Duplex, listener: Listener): void {
    this.listeners.set(socket, listener);
    this.http.emit('connection', socket);
  }

  private find(pod: Pod, port: number): Listener | undefined {
    for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
      const { running } = containerStatus(pod, container.name)?.state ?? {};
      if (!running) continue;
      const run = this.simulated.runOf(pod, container);
      const { server } = run.program;
      if (server && (server.ports?.includes(port) ?? true))
        return { container, server, run, startedAt: running.startedAt };
    }
    return undefined;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const listener = this.listeners.get(request.socket);
    const body = await bodyOf(request);
    if (!listener || body === undefined) return void response.writeHead(413).end();
    const { method = 'GET', url: path = '/', headers } = request;
    const answer = listener.server.respond({ method, path, headers, body }, this.container(listener));
    if (!answer) return;
    if (answer.delaySeconds !== undefined) await delay(answer.delaySeconds * 1000);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  /** The container of a listener; `calls` counts the containers that have asked for it one after another. */
  private container({ container, run, startedAt }: Listener, calls = 0): ServingContainer {
    const elapsed = this.client.clock.now().getTime() - Date.parse(startedAt);
    const seconds = elapsed / this.client.scaled(1);
    return {
      ...run,
      seconds,
      files: stateAfter(run, new Date(startedAt), seconds).files,
      network: this.networkOf(run.pod, container, calls),
    };
  }

  private networkOf(pod: Pod, container: Container, calls: number): ContainerNetwork {
    const { namespace = '', uid } = pod.metadata;
    return {
      write: (path, text) => {
        const { restartCount = 0 } = containerStatus(pod, container.name) ?? {};
        const at = this.client.clock.now().getTime();
        return this.changes.add(
          { podUid: uid, name: container.name, restartCount },
          { type: 'file', path, text, at },
        );
      },
      request: (service, port, request) => {
        const listener = calls < MAX_CALLS ? this.behind(namespace, service, port) : undefined;
        return listener?.server.respond(request, this.container(listener, calls + 1));
      },
    };
  }

  /** What listens behind a port of a Service, in the first of its pods that is ready. */
  private behind(namespace: string, name: string, port: number): Listener | undefined {
    const service = this.client.service(namespace, name);
    if (!service) return undefined;
    for (const pod of this.client.allPods()) {
      if (!isSelected(pod, service) || !isReady(pod)) continue;
      const listener = this.find(pod, portOf(pod, service, port));
      if (listener) return listener;
    }
    return undefined;
  }
}

/** Whether a Service selects a pod; one without a selector selects none. */
function isSelected({ metadata }: Pod, service: Service): boolean {
  const matchLabels = service.spec.selector ?? {};
  const isNear = metadata.namespace === service.metadata.namespace;
  return isNear && Object.keys(matchLabels).length > 0 && matchesLabels({ matchLabels }, metadata.labels);
}

/** The port of a pod behind a port of a Service. */
function portOf(pod: Pod, { spec: { ports = [] } }: Service, port: number): number {
  const target = ports.find((each) => each.port === port)?.targetPort ?? port;
  const declared = pod.spec.containers.flatMap((container) => container.ports ?? []);
  return declared.find(({ name }) => name === target)?.containerPort ?? Number(target);
}

/** The certificate of a server; undefined if it has none or a broken one. */
function contextOf({ server: { tls }, run }: Listener): SecureContext | undefined {
  const cert = tls && run.files.get(tls.certificate);
  const key = tls && run.files.get(tls.key);
  if (cert === undefined || key === undefined) return undefined;
  try {
    return createSecureContext({ cert, key });
  } catch {
    return undefined;
  }
}

/** The body of a request; undefined if it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
