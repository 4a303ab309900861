import type { ServerResponse } from 'node:http';
import type { KubeletClient } from '../kubelet-client.js';
import { volumeFaultMessage } from '../kubernetes/cluster/volume-fault-messages.js';
import type { ContainerStatus, Pod } from '../kubernetes/kinds/core.js';
import { badRequest } from '../kubernetes/kinds/status.js';
import { logLines, type LogLine, type LogPeriod, type LogSource } from './log-lines.js';
import type { SimulatedContainers } from './simulated-containers.js';

/** Milliseconds between two polls of a followed log. */
const POLL_INTERVAL_MS = 500;

/** What the logs of containers are read from. */
export interface LogReader {
  readonly client: Pick<KubeletClient, 'clock' | 'faults' | 'scaled' | 'podByUid' | 'node' | 'serverless'>;
  readonly simulated: SimulatedContainers;
}

/** A request for the log of a container. */
export interface LogRequest {
  readonly pod: Pod;
  readonly container: string;
  /** `follow`, `tailLines`, `sinceSeconds`, `timestamps`, `previous`… */
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
}

/** Streams the log of a container. Throws ApiError before it has sent anything. */
export function sendLog(reader: LogReader, request: LogRequest): void {
  const { pod, container, query, response } = request;
  const status = statusOf(pod, container);
  const where = `container "${container}" in pod "${pod.metadata.name}"`;
  if (!status) throw badRequest(`${where} is not available`);
  const source = sourceOf(pod, status, { previous: isSet(query, 'previous'), where });
  const now = reader.client.clock.now().getTime();
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.flushHeaders();
  const output = new LimitedOutput(response, query);
  const lines = limited(linesOf(reader, source, { from: sinceOf(query, now), to: now }), query);
  output.write(lines);
  if (!isSet(query, 'follow') || source.finishedAt !== undefined || output.isFull) return void response.end();
  follow(reader, { pod, source, from: now }, output);
}

/** The lines of a container in a period. */
export function linesOf(reader: LogReader, source: LogSource, period: LogPeriod): readonly LogLine[] {
  return logLines(reader, { ...source, ...volumeProblemOf(reader, source.pod) }, period);
}

/** The log of an instance of a container that runs. */
export function runningSource(pod: Pod, status: ContainerStatus, startedAt: Date): LogSource {
  const { name, image, restartCount, containerID = '' } = status;
  return { pod, name, image, restartCount, key: containerID, startedAt: startedAt.getTime() };
}

function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value === 'true' || value === '1';
}

function statusOf({ status }: Pod, name: string): ContainerStatus | undefined {
  const statuses = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return statuses.find((each) => each.name === name);
}

/** The instance of a container whose log is asked for: the one that runs, otherwise the last that ran. Throws ApiError. */
function sourceOf(
  pod: Pod,
  status: ContainerStatus,
  { previous, where }: { readonly previous: boolean; readonly where: string },
): LogSource {
  const { running, waiting } = status.state;
  if (!previous && running) return runningSource(pod, status, new Date(running.startedAt));
  const ended = endedSource(pod, status, previous);
  if (ended) return ended;
  throw badRequest(
    previous
      ? `previous terminated ${where} not found`
      : `${where} is waiting to start: ${waitingReason(waiting?.reason)}`,
  );
}

/** The last instance of a container that has ended, or the one before; undefined if there is none. */
function endedSource(pod: Pod, status: ContainerStatus, previous: boolean): LogSource | undefined {
  const { waiting, terminated } = status.state;
  const last = status.lastState.terminated;
  const ended = previous ? last : (terminated ?? last);
  if (!ended?.finishedAt) return undefined;
  return {
    ...runningSource(pod, status, new Date(ended.startedAt ?? ended.finishedAt)),
    // The count belongs to the instance that runs or, while none does, to the last.
    restartCount: status.restartCount - (ended === last && !waiting ? 1 : 0),
    key: ended.containerID ?? '',
    finishedAt: Date.parse(ended.finishedAt),
    exitCode: ended.exitCode,
  };
}

function waitingReason(reason = ''): string {
  if (reason === 'ErrImagePull') return "image can't be pulled";
  return reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
}

function volumeProblemOf({ client }: LogReader, { metadata }: Pod): Pick<LogSource, 'problem'> {
  const [fault] = client.faults.ofPod(metadata.uid);
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

/** The response of a log, which ends after `limitBytes`. */
class LimitedOutput {
  private left: number;

  constructor(
    readonly response: ServerResponse,
    private readonly query: URLSearchParams,
  ) {
    this.left = Number(query.get('limitBytes') ?? Infinity);
  }

  get isFull(): boolean {
    return this.left <= 0;
  }

  write(lines: readonly LogLine[]): void {
    const bytes = Buffer.from(lines.map((line) => this.textOf(line)).join(''));
    const part = bytes.subarray(0, Math.min(bytes.length, this.left));
    this.left -= part.length;
    if (part.length > 0) this.response.write(part);
  }

  private textOf({ at, text }: LogLine): string {
    const stamp = isSet(this.query, 'timestamps') ? `${at.toISOString().replace('Z', '000000Z')} ` : '';
    return `${stamp}${text}\n`;
  }
}

function follow(
  reader: LogReader,
  { pod, source, from }: { readonly pod: Pod; readonly source: LogSource; readonly from: number },
  output: LimitedOutput,
): void {
  const { response } = output;
  let writtenUntil = from;
  const timer = setInterval(() => {
    if (!reader.client.serverless && !reader.client.node(pod.spec.nodeName ?? '')) return response.destroy();
    // A slow client gets the lines later; they are not buffered.
    if (response.writableNeedDrain) return;
    // Before the lines are read, so that the last of a container that ends meanwhile are sent.
    const present = reader.client.podByUid(pod.metadata.uid);
    const status = present && statusOf(present, source.name);
    const now = reader.client.clock.now().getTime();
    output.write(linesOf(reader, source, { from: writtenUntil, to: now }));
    writtenUntil = now;
    const isRunning = status?.state.running && status.restartCount === source.restartCount;
    if (!isRunning || output.isFull) response.end();
  }, POLL_INTERVAL_MS);
  response.on('close', () => clearInterval(timer));
}
