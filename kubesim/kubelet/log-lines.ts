import type { KubeletClient } from '../kubelet-client.js';
import type { Pod } from '../kubernetes/kinds/core.js';
import { hash32 } from '../random.js';
import { outputLines } from './container-run.js';
import type { SimulatedContainers } from './simulated-containers.js';

/** A log line with its time. */
export interface LogLine {
  readonly at: Date;
  readonly text: string;
}

/** A time in milliseconds since the epoch after which, and one up to which, lines were written. */
export interface LogPeriod {
  readonly from: number;
  readonly to: number;
}

/** An instance of a container, as the source of its log. */
export interface LogSource {
  readonly pod: Pod;
  /** Identifies the instance; the same key gives the same lines. */
  readonly key: string;
  readonly name: string;
  readonly image: string;
  readonly restartCount: number;
  readonly startedAt: number;
  /** End of the container; undefined while it runs. */
  readonly finishedAt?: number;
  readonly exitCode?: number;
  /** Text of every line after a time, because of a fault of the container's volume. */
  readonly problem?: { readonly since: number; readonly text: string };
}

/** Milliseconds between two lines of a container, and number of lines kept. */
const LINE_INTERVAL_MS = 2_000;
const MAX_LINES = 10_000;

const PATHS = [
  '/',
  '/healthz',
  '/api/orders',
  '/api/users',
  '/static/app.js',
  '/api/search?q=tea',
  '/metrics',
  '/api/cart',
];
const METHODS = ['GET', 'GET', 'GET', 'POST', 'GET', 'PUT'];
const CODES = [200, 200, 200, 200, 200, 201, 204, 304, 404, 200];

/** The lines of a period, oldest first; old lines are rotated away. */
export function logLines(
  {
    client,
    simulated,
  }: { readonly client: Pick<KubeletClient, 'scaled'>; readonly simulated: SimulatedContainers },
  source: LogSource,
  { from, to }: LogPeriod,
): LogLine[] {
  const { pod, startedAt, finishedAt = Infinity } = source;
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const container = all.find(({ name }) => name === source.name);
  const run = container && simulated.runAt(pod, container, source);
  if (!run || run.program.requests) return requestLines(source, from, to);
  // The status of a container has whole seconds: what it printed in its last one belongs to its log.
  const until = Math.min(to, finishedAt + 999);
  const lines = outputLines(run, { startedAt, until, scaled: (seconds) => client.scaled(seconds) });
  return lines.filter(({ at }) => at > from).map(({ at, text }) => ({ at: new Date(at), text }));
}

/** Plausible lines of a program that is not simulated. */
function requestLines(source: LogSource, from: number, to: number): LogLine[] {
  const end = Math.min(to, source.finishedAt ?? Infinity);
  const last = Math.floor((end - source.startedAt) / LINE_INTERVAL_MS);
  const first = Math.max(0, last - MAX_LINES, Math.floor((from - source.startedAt) / LINE_INTERVAL_MS) + 1);
  const lines: LogLine[] = [];
  for (let index = first; index <= last; index += 1) {
    const at = source.startedAt + index * LINE_INTERVAL_MS;
    const { since, text } = source.problem ?? { since: Infinity };
    lines.push({ at: new Date(at), text: at > since ? `level=error msg="${text}"` : lineAt(source, index) });
  }
  if (source.finishedAt !== undefined && source.finishedAt > from && source.finishedAt <= to) {
    const text = source.exitCode
      ? `level=fatal msg="unrecoverable error, exiting" code=${source.exitCode}`
      : 'level=info msg="done"';
    lines.push({ at: new Date(source.finishedAt), text });
  }
  return lines;
}

function lineAt({ key, name, image }: LogSource, index: number): string {
  if (index === 0) return `level=info msg="starting" container=${name} image=${image}`;
  const hash = hash32(`${key}/${index}`);
  const pick = <T>(list: readonly T[], shift: number): T | undefined => list[(hash >>> shift) % list.length];
  const client = `10.64.${(hash >>> 8) & 255}.${(hash >>> 16) & 255}`;
  const took = 1 + ((hash >>> 4) % 180);
  return `level=info method=${pick(METHODS, 0)} path=${pick(PATHS, 3)} status=${pick(CODES, 7)} client=${client} duration=${took}ms`;
}
