import { isIP } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { type ConnectionOptions, connect as connectSecurely, type TLSSocket } from 'node:tls';
import type { NodeNetwork } from '../cluster/kubelet-api.js';
import { podsBehind } from '../cluster/service-pods.js';
import { services } from '../kinds/services.js';
import type { ServiceReference, WebhookClientConfig } from '../kinds/webhook-client-rules.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** Where webhooks of a cluster can be. */
export interface WebhookNetwork {
  readonly store: ClusterStore;
  readonly network: Pick<NodeNetwork, 'listener'>;
  /** Hosts outside of the simulation to which the operator allows connections: `host` or `host:port`. */
  readonly webhookHosts: ReadonlySet<string>;
}

/** No connection to a webhook can be made. */
export class UnreachableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreachableError';
  }
}

/** A place that can be called. */
export interface WebhookServer {
  readonly url: URL;
  /** The URL with its port, as errors name it. */
  readonly shownUrl: string;
  /** Opens a connection that verifies the server. Throws UnreachableError. */
  connect(): TLSSocket;
}

/** The server of a webhook. Throws UnreachableError if its URL cannot be read. */
export function serverOf(network: WebhookNetwork, config: WebhookClientConfig): WebhookServer {
  const ca = config.caBundle ? Buffer.from(config.caBundle, 'base64').toString() : undefined;
  const trusted = { ...(ca && { ca }), ALPNProtocols: ['http/1.1'] };
  const { service, url = '' } = config;
  if (!service && !URL.canParse(url)) throw new UnreachableError(`parse ${JSON.stringify(url)}: invalid URL`);
  return service ? podServer(network, service, trusted) : outsideServer(network, new URL(url), trusted);
}

function podServer(
  network: WebhookNetwork,
  { namespace, name, path = '/', port = 443 }: ServiceReference,
  trusted: ConnectionOptions,
): WebhookServer {
  const host = `${name}.${namespace}.svc`;
  const shownUrl = `https://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  return {
    url: new URL(shownUrl),
    shownUrl,
    connect() {
      return connectToPod(endpointOf(network, { namespace, name, port }), { ...trusted, servername: host });
    },
  };
}

interface ServicePortReference {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** A ready pod of the simulation that serves a port of a Service. */
interface ServiceEndpoint {
  /** Address and port of the pod. */
  readonly address: string;
  /** Serves a connection. */
  listener(socket: Duplex): void;
}

/** Opens a connection to a pod, whose options say how it is verified. */
export function connectToPod({ listener }: ServiceEndpoint, options: ConnectionOptions): TLSSocket {
  const [client, server] = duplexPair() as [Duplex, Duplex];
  listener(server);
  return connectSecurely({ ...options, socket: client });
}

/** The pod that serves connections to the port of a Service. Throws UnreachableError. */
export function endpointOf(
  { store, network }: Pick<WebhookNetwork, 'store' | 'network'>,
  reference: ServicePortReference,
): ServiceEndpoint {
  const portName = portNameOf(store, reference);
  const { name } = reference;
  const [target] = podsBehind(store, reference, portName);
  if (!target) throw new UnreachableError(`no endpoints available for service ${JSON.stringify(name)}`);
  const address = `${target.pod.status.podIP ?? ''}:${target.port}`;
  const listener = network.listener(target.pod, target.port);
  if (!listener) throw new UnreachableError(`dial tcp ${address}: connect: connection refused`);
  return { address, listener };
}

/** The name of a port of a Service. Throws UnreachableError. */
function portNameOf(store: ClusterStore, { namespace, name, port }: ServicePortReference): string {
  const service = store.get(services, namespace, name);
  if (!service) throw new UnreachableError(`service ${JSON.stringify(name)} not found`);
  const { type, ports = [] } = service.spec;
  if (type === 'ExternalName') throw new UnreachableError(`unsupported service type ${JSON.stringify(type)}`);
  const served = ports.find((each) => each.port === port);
  if (served) return served.name ?? '';
  throw new UnreachableError(`no service port ${port} found for service ${JSON.stringify(name)}`);
}

function outsideServer(
  { webhookHosts }: WebhookNetwork,
  url: URL,
  trusted: ConnectionOptions,
): WebhookServer {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || 443);
  const shownUrl = url.href;
  return {
    url,
    shownUrl,
    connect() {
      if (!webhookHosts.has(url.hostname) && !webhookHosts.has(`${url.hostname}:${port}`))
        throw new UnreachableError(
          `dial tcp: the simulation does not connect to ${url.hostname}:${port}, which is not among WEBHOOK_HOSTS`,
        );
      return connectSecurely({ ...trusted, host, port, ...(isIP(host) === 0 && { servername: host }) });
    },
  };
}
