import { volumeFaultMessage } from '../cluster/volume-fault-messages.js';
import type { ContainerStatus, Pod } from '../kinds/core.js';
import type { LogLine, LogSource } from '../cluster/kubelet-api.js';
import { flag, type ApiCall } from './call.js';
import type { Target } from './path.js';
import { objectOf } from './read.js';
import { badRequest } from '../kinds/status.js';

/** Milliseconds between two polls of a followed log. */
const POLL_INTERVAL_MS = 500;

/** Streams the log of a container: `container`, `follow`, `tailLines`, `sinceSeconds`, `timestamps`, `previous`… */
export function logs(call: ApiCall, target: Target): void {
  const pod = objectOf(call, target) as Pod;
  const status = containerOf(pod, call.query.get('container'));
  const source = sourceOf(pod, status, flag(call.query, 'previous'));
  const now = call.cluster.clock.now().getTime();
  const { response, query } = call;
  response.writeHead(200, { 'content-type': 'text/plain' });
  const first = limited(
    call.cluster.kubelets.logLines({ ...source, ...volumeProblemOf(call, pod) }, sinceOf(query, now), now),
    query,
  );
  const text = first.map((line) => textOf(line, query)).join('');
  const bytes = Number(query.get('limitBytes') ?? Infinity);
  response.write(text.slice(0, bytes));
  if (!flag(query, 'follow') || source.finishedAt !== undefined) return void response.end();
  follow(call, { pod, source, from: now });
}

function containerOf(pod: Pod, name: string | null): ContainerStatus {
  const { containers } = pod.spec;
  const names = containers.map((container) => container.name);
  if (!name && names.length > 1) {
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(' ')}]`,
    );
  }
  const containerName = name ?? names[0] ?? '';
  if (!names.includes(containerName))
    throw badRequest(`container ${containerName} is not valid for pod ${pod.metadata.name}`);
  const status = pod.status.containerStatuses?.find(
    (containerStatus) => containerStatus.name === containerName,
  );
  if (status) return status;
  throw badRequest(`container "${containerName}" in pod "${pod.metadata.name}" is waiting to start: Pending`);
}

function sourceOf(pod: Pod, status: ContainerStatus, previous: boolean): LogSource {
  const key = `${pod.metadata.uid}/${status.name}/${status.restartCount}`;
  const { running } = status.state;
  if (!previous && running)
    return { name: status.name, image: status.image, key, startedAt: Date.parse(running.startedAt) };
  const ended = endedSource(status, previous, key);
  if (ended) return ended;
  const where = `container "${status.name}" in pod "${pod.metadata.name}"`;
  if (previous) throw badRequest(`previous terminated ${where} not found`);
  throw badRequest(`${where} is waiting to start: ${status.state.waiting?.reason ?? 'Pending'}`);
}

/** The log of the previous instance of a container. */
function endedSource(
  { name, image, state, lastState }: ContainerStatus,
  previous: boolean,
  key: string,
): LogSource | undefined {
  const ended = (previous ? undefined : state.terminated) ?? lastState.terminated;
  if (!ended?.finishedAt) return undefined;
  const times = {
    startedAt: Date.parse(ended.startedAt ?? ended.finishedAt),
    finishedAt: Date.parse(ended.finishedAt),
  };
  return { name, image, key: ended.containerID ?? key, ...times, exitCode: ended.exitCode };
}

function volumeProblemOf({ cluster }: ApiCall, { metadata }: Pod): Pick<LogSource, 'problem'> {
  const [fault] = cluster.faults.ofPod(metadata.uid);
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
  call: ApiCall,
  { pod, source, from }: { readonly pod: Pod; readonly source: LogSource; readonly from: number },
): void {
  const { response, cluster, query } = call;
  let writtenUntil = from;
  const timer = setInterval(() => {
    const now = cluster.clock.now().getTime();
    // A slow client gets the lines later; they are not buffered.
    if (response.writableNeedDrain) return;
    const present = cluster.store.byUid(pod.metadata.uid) as Pod | undefined;
    for (const line of cluster.kubelets.logLines(
      { ...source, ...volumeProblemOf(call, pod) },
      writtenUntil,
      now,
    ))
      response.write(textOf(line, query));
    writtenUntil = now;
    const status = present?.status.containerStatuses?.find(({ name }) => name === source.name);
    if (!status?.state.running) response.end();
  }, POLL_INTERVAL_MS);
  response.on('close', () => clearInterval(timer));
}
