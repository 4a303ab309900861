import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../kernel/clock.js';
import type { InjectedFaults } from '../../injected-faults.js';
import { localKubeletClient } from '../cluster/local-kubelet-client.js';
import { volumeFaultMessage } from '../cluster/volume-fault-messages.js';
import type { ContainerStatus, Pod } from '../kinds/core.js';
import type { LogLine, LogPeriod, LogSource } from '../cluster/kubelet-api.js';
import { flag, type ApiCall } from './call.js';
import type { Target } from './path.js';
import { objectOf } from './read.js';
import { badRequest } from '../kinds/status.js';

/** Milliseconds between two polls of a followed log. */
const POLL_INTERVAL_MS = 500;

/** The cluster and the kubelets whose containers write the logs. */
export interface LogEnvironment {
  readonly clock: Clock;
  readonly faults: InjectedFaults;
  logLines(source: LogSource, period: LogPeriod): readonly LogLine[];
  podByUid(uid: string): Pod | undefined;
}

/** A request for the log of a container. */
export interface LogRequest {
  readonly pod: Pod;
  /** Default: the only container. */
  readonly container: string | null;
  /** `follow`, `tailLines`, `sinceSeconds`, `timestamps`, `previous`… */
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
}

/** Handles `/api/v1/namespaces/<namespace>/pods/<name>/log`. Throws ApiError. */
export function logs(call: ApiCall, target: Target): void {
  const { query, response, cluster } = call;
  const { clock, faults, store, kubelets } = cluster;
  const environment: LogEnvironment = {
    ...{ clock, faults },
    logLines: (source, period) => kubelets.logLines(localKubeletClient(cluster), source, period),
    podByUid: (uid) => store.byUid(uid) as Pod | undefined,
  };
  const pod = objectOf(call, target) as Pod;
  sendLog(environment, { pod, container: query.get('container'), query, response });
}

/** Streams the log of a container. Throws ApiError before it has sent anything. */
export function sendLog(environment: LogEnvironment, request: LogRequest): void {
  const { pod, container, query, response } = request;
  if (!pod.spec.nodeName) {
    checkContainer(pod, container);
    return void response.writeHead(204).end();
  }
  const source = sourceOf(pod, containerOf(pod, container), flag(query, 'previous'));
  const now = environment.clock.now().getTime();
  response.writeHead(200, { 'content-type': 'text/plain' });
  const first = limited(linesOf(environment, source, { from: sinceOf(query, now), to: now }), query);
  const text = first.map((line) => textOf(line, query)).join('');
  const bytes = Number(query.get('limitBytes') ?? Infinity);
  response.write(text.slice(0, bytes));
  if (!flag(query, 'follow') || source.finishedAt !== undefined) return void response.end();
  follow(environment, request, { source, from: now });
}

function linesOf(environment: LogEnvironment, source: LogSource, period: LogPeriod): readonly LogLine[] {
  return environment.logLines({ ...source, ...volumeProblemOf(environment, source.pod) }, period);
}

function statusesOf({ status }: Pod): readonly ContainerStatus[] {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
}

/** The name of the container whose log is requested. Throws ApiError 400 if the pod does not have it. */
function checkContainer(pod: Pod, name: string | null): string {
  const { containers, initContainers = [] } = pod.spec;
  const names = containers.map((container) => container.name);
  const known = [...names, ...initContainers.map((container) => container.name)];
  if (!name && names.length > 1) {
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
    );
  }
  const containerName = name ?? names[0] ?? '';
  if (!known.includes(containerName))
    throw badRequest(`container ${containerName} is not valid for pod ${pod.metadata.name}`);
  return containerName;
}

function containerOf(pod: Pod, name: string | null): ContainerStatus {
  const containerName = checkContainer(pod, name);
  const status = statusesOf(pod).find((containerStatus) => containerStatus.name === containerName);
  if (status) return status;
  throw badRequest(`container "${containerName}" in pod "${pod.metadata.name}" is waiting to start: Pending`);
}

function sourceOf(pod: Pod, status: ContainerStatus, previous: boolean): LogSource {
  const key = `${pod.metadata.uid}/${status.name}/${status.restartCount}`;
  const { running } = status.state;
  if (!previous && running)
    return { pod, name: status.name, image: status.image, key, startedAt: Date.parse(running.startedAt) };
  const ended = endedSource(pod, status, { previous, key });
  if (ended) return ended;
  const where = `container "${status.name}" in pod "${pod.metadata.name}"`;
  if (previous) throw badRequest(`previous terminated ${where} not found`);
  throw badRequest(`${where} is waiting to start: ${status.state.waiting?.reason ?? 'Pending'}`);
}

/** The log of the previous instance of a container. */
function endedSource(
  pod: Pod,
  { name, image, state, lastState }: ContainerStatus,
  { previous, key }: { readonly previous: boolean; readonly key: string },
): LogSource | undefined {
  const ended = (previous ? undefined : state.terminated) ?? lastState.terminated;
  if (!ended?.finishedAt) return undefined;
  const times = {
    startedAt: Date.parse(ended.startedAt ?? ended.finishedAt),
    finishedAt: Date.parse(ended.finishedAt),
  };
  return { pod, name, image, key: ended.containerID ?? key, ...times, exitCode: ended.exitCode };
}

function volumeProblemOf({ faults }: LogEnvironment, { metadata }: Pod): Pick<LogSource, 'problem'> {
  const [fault] = faults.ofPod(metadata.uid);
  const text = fault && volumeFaultMessage(fault);
  return !fault || text === undefined ? {} : { problem: { since: fault.injectedAt, text } };
}

function sinceOf(query: URLSearchParams, now: number): number {
  const seconds = Number(query.get('sinceSeconds') ?? Number.NaN);
  if (seconds > 0) return now - seconds * 1000;
  const time = Date.parse(query.get('sinceTime') ?? '');
  return Number.isNaN(time) ? -1 : time;
}

function limited(lines: readonly LogLine[], query: URLSearchParams): readonly LogLine[] {
  const tail = query.get('tailLines');
  if (tail === null) return lines;
  const count = Number(tail);
  return count > 0 ? lines.slice(-count) : [];
}

function textOf({ at, text }: LogLine, query: URLSearchParams): string {
  const stamp = flag(query, 'timestamps') ? `${at.toISOString().replace('Z', '000000Z')} ` : '';
  return `${stamp}${text}\n`;
}

function follow(
  environment: LogEnvironment,
  { pod, query, response }: LogRequest,
  { source, from }: { readonly source: LogSource; readonly from: number },
): void {
  let writtenUntil = from;
  const timer = setInterval(() => {
    const now = environment.clock.now().getTime();
    // A slow client gets the lines later; they are not buffered.
    if (response.writableNeedDrain) return;
    const present = environment.podByUid(pod.metadata.uid);
    for (const line of linesOf(environment, source, { from: writtenUntil, to: now }))
      response.write(textOf(line, query));
    writtenUntil = now;
    const status = present && statusesOf(present).find(({ name }) => name === source.name);
    if (!status?.state.running) response.end();
  }, POLL_INTERVAL_MS);
  response.on('close', () => clearInterval(timer));
}
