import type { RequestOptions } from 'node:http';
import { serverOf, userHeaders } from './aggregated-server.js';
import { type DiscoveredApi, rememberDiscovery } from './discovered-apis.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { replaceStatus } from '../cluster/write.js';
import { apiServices, type ApiService } from '../kinds/api-services.js';
import type { EndpointSlice } from '../kinds/core.js';
import { timestamp, withCondition, type Condition, type Metadata } from '../kinds/object.js';
import { endpointSlices, services } from '../kinds/services.js';
import type { ApiResource } from '../schema/definition-file.js';
import type { Timer } from '../../timers.js';
import { exchange, reasonOf } from '../webhooks/exchange.js';

/** Simulated seconds until a server is asked again, and milliseconds that are at least between two questions. */
const CHECK_SECONDS = 30;
const MIN_CHECK_MS = 1000;
/** Milliseconds within which a server must answer. */
const TIMEOUT = 5000;
/** The most bytes of the description of a group and version. */
const MAX_ANSWER = 1024 * 1024;

/** The label of a slice with the name of its Service. */
const SERVICE = 'kubernetes.io/service-name';

/** Sets the condition Available of registrations with a Service, whose servers it asks for their resources. */
export function apiServiceAvailability(cluster: ClusterContext): Controller {
  const { store } = cluster;
  /** Names of the registrations with a Service. */
  const remote = new Set<string>();
  const running = new Set<string>();
  const timers = new Map<string, Timer>();
  const queue = cluster.queue('apiservice-availability', (name) => {
    timers.get(name)?.cancel();
    timers.delete(name);
    const apiService = store.get(apiServices, '', name);
    if (!apiService?.spec.service || running.has(name)) return;
    running.add(name);
    void check(cluster, apiService).finally(() => {
      running.delete(name);
      const current = store.get(apiServices, '', name);
      if (!current) return;
      // What has changed meanwhile is checked again.
      if (current.spec !== apiService.spec) return queue.add(name);
      const wait = Math.max(MIN_CHECK_MS, cluster.scaled(CHECK_SECONDS));
      timers.set(
        name,
        cluster.timers.after(wait, () => queue.add(name)),
      );
    });
  });
  const addThoseOf = (namespace: string | undefined, service: string | undefined) => {
    for (const name of remote) {
      const reference = store.get(apiServices, '', name)?.spec.service;
      if (reference?.namespace === namespace && reference?.name === service) queue.add(name);
    }
  };
  const note = ({ metadata: { name }, spec }: ApiService, isDeleted: boolean) => {
    if (spec.service && !isDeleted) remote.add(name);
    else remote.delete(name);
  };
  return {
    start() {
      store.onChange(apiServices, ({ type, object, previous }) => {
        const { spec, metadata } = object as ApiService;
        note(object as ApiService, type === 'DELETED');
        if (type !== 'DELETED' && spec.service && spec !== (previous as ApiService | undefined)?.spec)
          queue.add(metadata.name);
      });
      store.onChange(services, ({ object: { metadata } }) => addThoseOf(metadata.namespace, metadata.name));
      store.onChange(endpointSlices, ({ object: { metadata } }) =>
        addThoseOf(metadata.namespace, metadata.labels?.[SERVICE]),
      );
      for (const apiService of store.all(apiServices)) note(apiService, false);
      for (const name of remote) queue.add(name);
    },
  };
}

/** Asks the server of a registration, and writes the condition if the registration is still the same. */
async function check(cluster: ClusterContext, apiService: ApiService): Promise<void> {
  const missing = missingEndpoint(cluster, apiService);
  const result = missing ?? (await ask(cluster, apiService));
  const current = cluster.store.get(apiServices, '', apiService.metadata.name);
  if (current?.spec !== apiService.spec) return;
  rememberDiscovery(apiService, 'resources' in result ? result : undefined);
  const condition = 'resources' in result ? PASSED : result;
  const at = timestamp(cluster.clock.now());
  const conditions = withCondition(current.status?.conditions, condition, at);
  replaceStatus(cluster, apiServices, current, { ...current.status, conditions });
}

const PASSED: Condition = {
  type: 'Available',
  status: 'True',
  reason: 'Passed',
  message: 'all checks passed',
};

function failed(reason: string, message: string): Condition {
  return { type: 'Available', status: 'False', reason, message };
}

/** Why the Service of a registration has no endpoint; undefined if it has one. */
function missingEndpoint({ store }: ClusterContext, { spec }: ApiService): Condition | undefined {
  const { namespace = '', name = '', port = 443 } = spec.service ?? {};
  const service = store.get(services, namespace, name);
  const where = `service/${name} in ${JSON.stringify(namespace)}`;
  if (!service) return failed('ServiceNotFound', `${where} is not present`);
  if (service.spec.type !== 'ClusterIP') return undefined;
  const found = service.spec.ports?.find((each) => each.port === port);
  if (!found) return failed('ServicePortError', `${where} is not listening on port ${port}`);
  return missingAddress(store, { namespace, name, where, portName: found.name ?? '' });
}

interface NamedPort extends Readonly<Record<'namespace' | 'name' | 'portName', string>> {
  /** The Service as messages name it. */
  readonly where: string;
}

/** Why no ready pod serves the port of a Service; undefined if one does. */
function missingAddress(
  store: ClusterContext['store'],
  { namespace, name, where, portName }: NamedPort,
): Condition | undefined {
  const slices = [...store.all(endpointSlices)].filter(({ metadata }) => isOf(metadata, namespace, name));
  if (slices.length === 0) return failed('EndpointsNotFound', `cannot find endpointslices for ${where}`);
  if (slices.some((slice) => isReady(slice, portName))) return undefined;
  const message = `endpointslices for ${where} have no addresses with port name ${JSON.stringify(portName)}`;
  return failed('MissingEndpoints', message);
}

function isOf({ namespace, labels }: Metadata, ofNamespace: string, service: string): boolean {
  return namespace === ofNamespace && labels?.[SERVICE] === service;
}

function isReady({ endpoints, ports }: EndpointSlice, portName: string): boolean {
  const isNamed = ports?.some((each) => (each.name ?? '') === portName) ?? false;
  return isNamed && (endpoints?.some(({ conditions }) => conditions?.ready !== false) ?? false);
}

/** Asks a server for the resources of a group and version, as a member of `system:masters`. */
async function ask(cluster: ClusterContext, { spec }: ApiService): Promise<DiscoveredApi | Condition> {
  let url = '';
  try {
    const server = serverOf(cluster, spec);
    const path = `/apis/${spec.group ?? ''}/${spec.version ?? ''}`;
    url = `https://${server.address}${path}`;
    const { status, body } = await exchange({
      request: requestFor(path, server.address),
      timeoutMs: TIMEOUT,
      maxAnswer: MAX_ANSWER,
      connect: () => server.connect(),
    });
    if (status >= 200 && status < 300) return discoveredApi(body);
    const bad = `bad status from ${url}: ${status}`;
    return failed('FailedDiscoveryCheck', `failing or missing response from ${url}: ${bad}`);
  } catch (error) {
    const why = reasonOf(error);
    const message = url ? `failing or missing response from ${url}: Get ${JSON.stringify(url)}: ${why}` : why;
    return failed('FailedDiscoveryCheck', message);
  }
}

/** A request for a path as the aggregator sends it. */
function requestFor(path: string, host: string): RequestOptions {
  const user = userHeaders({ username: 'system:kube-aggregator', groups: ['system:masters'] });
  return { path, headers: { ...user, host, accept: 'application/json' } };
}

/** The resources of an APIResourceList; none, and stale, for another answer. */
function discoveredApi(text: string): DiscoveredApi {
  try {
    const { resources } = JSON.parse(text) as { readonly resources?: unknown };
    if (Array.isArray(resources) && resources.every(isResource)) return { resources, isStale: false };
  } catch {
    // The same result as for other JSON.
  }
  return { resources: [], isStale: true };
}

function isResource(value: unknown): value is ApiResource {
  const { name, kind, namespaced, verbs } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof name === 'string' &&
    typeof kind === 'string' &&
    typeof namespaced === 'boolean' &&
    Array.isArray(verbs) &&
    verbs.every((verb) => typeof verb === 'string')
  );
}
