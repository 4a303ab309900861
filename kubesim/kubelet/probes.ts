import { hasNodeProblem } from '../kubernetes/cluster/node-conditions.js';
import { faultDefinitions } from '../injected-faults.js';
import type { Container, HttpGet, Pod, Probe } from '../kubernetes/kinds/core.js';
import type { KubeletClient } from '../kubelet-client.js';
import { execOutcome, outcomeOf } from './container-run.js';
import type { Server } from './http-server.js';
import type { ContainerRun } from './replay.js';
import type { ShellState } from './shell/run.js';

/** Results of a probe from a number of seconds after the start of the container on. */
interface Segment {
  readonly from: number;
  readonly success: boolean;
  /** Why it fails, as the event `Unhealthy` says it. */
  readonly output?: string;
}

/** Most steps of the commands of a probe; what it decides does not change any more after them. */
const MAX_STEPS = 20_000;
/** Most failures of a probe in a row that are reported. */
const MAX_FAILURES = 100;

type ProbeType = 'Startup' | 'Readiness' | 'Liveness';

/** A probe that fails, in seconds after the start of the container. */
export interface ProbeFailure {
  readonly at: number;
  readonly probe: ProbeType;
  readonly output: string;
}

/** A change of what a probe decides, in seconds after the start of the container. */
interface Transition {
  readonly at: number;
  readonly value: boolean;
}

/** What the probes of a container decide over time. */
export interface ProbePlan {
  /** Seconds until the container counts as started; undefined if its startup probe never succeeds. */
  readonly startedAt: number | undefined;
  /** Changes of its readiness, ascending; it is not ready before the first. */
  readonly readiness: readonly Transition[];
  /** When it is restarted because its startup or liveness probe fails; undefined: never. */
  readonly kill: { readonly at: number; readonly probe: ProbeType } | undefined;
  /** Ascending: until a probe has failed as often as its threshold, further failures say nothing new. */
  readonly failures: readonly ProbeFailure[];
}

/** What the probes of a container will decide, from what its program does. */
export function probePlan(run: ContainerRun, container: Container): ProbePlan {
  const { startedAt, failedAt, failures: startFailures = [] } = startOf(run, container);
  if (startedAt === undefined) {
    const kill = failedAt === undefined ? undefined : ({ at: failedAt, probe: 'Startup' } as const);
    return { startedAt, readiness: [], kill, failures: startFailures };
  }
  const readiness = readinessOf(run, container, startedAt);
  const liveness = livenessOf(run, container, startedAt);
  const [dead] = liveness.transitions;
  const failures = [...startFailures, ...readiness.failures, ...liveness.failures];
  return {
    startedAt,
    readiness: readiness.transitions,
    kill: dead && { at: dead.at, probe: 'Liveness' },
    failures: failures.sort((a, b) => a.at - b.at),
  };
}

function readinessOf(run: ContainerRun, container: Container, start: number): ProbeResults {
  const { readinessProbe: probe } = container;
  if (!probe) return { transitions: [{ at: start, value: true }], failures: [] };
  return resultsOf(run, container, { type: 'Readiness', probe, initial: false, start });
}

function livenessOf(run: ContainerRun, container: Container, start: number): ProbeResults {
  const { livenessProbe: probe } = container;
  if (!probe) return { transitions: [], failures: [] };
  return resultsOf(run, container, { type: 'Liveness', probe, initial: true, start });
}

/** When the startup probe of a container succeeds, or fails so often that the container is restarted. */
function startOf(
  run: ContainerRun,
  container: Container,
): { readonly startedAt?: number; readonly failedAt?: number; readonly failures?: readonly ProbeFailure[] } {
  const { startupProbe } = container;
  if (!startupProbe) return { startedAt: 0 };
  const start: ProbeStart = { type: 'Startup', probe: startupProbe, initial: undefined, start: 0 };
  const {
    transitions: [first],
    failures,
  } = resultsOf(run, container, start);
  if (!first) return { failures };
  const before = failures.filter(({ at }) => at <= first.at);
  return first.value ? { startedAt: first.at, failures: before } : { failedAt: first.at, failures: before };
}

/** Whether the probes of the pod's containers fail because of a fault of its volume or node. */
export function hasFailingProbes(cluster: Pick<KubeletClient, 'node' | 'faults'>, pod: Pod): boolean {
  const node = pod.spec.nodeName ? cluster.node(pod.spec.nodeName) : undefined;
  const hangs = cluster.faults
    .ofPod(pod.metadata.uid)
    .some(({ operation }) => faultDefinitions[operation]?.effect === 'VOLUME_HANGS');
  return hangs || (!!node && hasNodeProblem(node, 'HealthChecksFailing'));
}

export function isProbed({ livenessProbe, readinessProbe }: Container): boolean {
  return livenessProbe != null || readinessProbe != null;
}

interface ProbeStart {
  readonly type: ProbeType;
  readonly probe: Probe;
  readonly initial: boolean | undefined;
  /** Seconds after the start of the container from which the probe runs. */
  readonly start: number;
}

interface ProbeResults {
  readonly transitions: readonly Transition[];
  readonly failures: readonly ProbeFailure[];
}

/** Runs the probe at its period over the segments of equal results. */
function resultsOf(
  run: ContainerRun,
  container: Container,
  { type, probe, initial, start }: ProbeStart,
): ProbeResults {
  const { initialDelaySeconds = 0, periodSeconds, successThreshold = 1, failureThreshold = 3 } = probe;
  const period = Math.max(1, periodSeconds ?? 10);
  const first = Math.max(initialDelaySeconds, start);
  const segments = segmentsOf(run, container, probe);
  const result: Transition[] = [];
  const failures: ProbeFailure[] = [];
  let value = initial;
  segments.forEach(({ from, success, output = '' }, index) => {
    const next = segments[index + 1]?.from ?? Infinity;
    const tick = Math.max(0, Math.ceil((from - first) / period));
    const at = first + (tick + (success ? successThreshold : failureThreshold) - 1) * period;
    for (let count = 0; !success && count < Math.min(failureThreshold, MAX_FAILURES); count += 1) {
      const failedAt = first + (tick + count) * period;
      if (failedAt < next) failures.push({ at: failedAt, probe: type, output });
    }
    if (value === success || at >= next) return;
    value = success;
    result.push({ at, value });
  });
  return { transitions: result, failures };
}

function segmentsOf(run: ContainerRun, container: Container, probe: Probe): Segment[] {
  const { exec, httpGet } = probe;
  if (exec) return execSegments(run, container, exec.command ?? []);
  const { server } = run.program;
  if (!server || !listensOn(server, portOf(container, probe)))
    return [{ from: 0, success: false, output: refusal(run, container, probe) }];
  if (!httpGet) return [{ from: 0, success: true }];
  const request = { method: 'GET', path: httpGet.path ?? '/', headers: {}, body: '' };
  const address = addressOf(run, container, probe);
  return observedSegments(run, container, ({ files }, seconds) => {
    const status = server.respond(request, { ...run, files, seconds })?.status;
    return { success: isSuccess(status), output: statusText(httpGet, address, status) };
  });
}

/** Why nothing on the port of a probe answers. */
function refusal(run: ContainerRun, container: Container, probe: Probe): string {
  const { httpGet, grpc, timeoutSeconds = 1 } = probe;
  const address = addressOf(run, container, probe);
  if (grpc)
    return `timeout: failed to connect service "${address}" within ${timeoutSeconds}s: context deadline exceeded`;
  const refused = `dial tcp ${address}: connect: connection refused`;
  return httpGet ? `Get "${urlOf(httpGet, address)}": ${refused}` : refused;
}

/** What an unsuccessful answer, or none, says. */
function statusText(httpGet: HttpGet, address: string, status: number | undefined): string {
  if (status !== undefined) return `HTTP probe failed with statuscode: ${status}`;
  const expired = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
  return `Get "${urlOf(httpGet, address)}": ${expired}`;
}

function addressOf({ pod }: ContainerRun, container: Container, probe: Probe): string {
  return `${pod.status.podIP ?? ''}:${portOf(container, probe) ?? ''}`;
}

function urlOf({ scheme = 'HTTP', path = '/' }: HttpGet, address: string): string {
  return `${scheme.toLowerCase()}://${address}${path.startsWith('/') ? '' : '/'}${path}`;
}

/** Results of a test of the container's state, which changes with its program and what clients change. */
function observedSegments(
  run: ContainerRun,
  container: Container,
  test: (state: ShellState, from: number) => Omit<Segment, 'from'>,
): Segment[] {
  const segments: Segment[] = [];
  outcomeOf(run, container, (state, from) => {
    const result = test(state, from);
    if (segments.at(-1)?.success !== result.success) segments.push({ from, ...result });
  });
  return segments;
}

function execSegments(run: ContainerRun, container: Container, command: readonly string[]): Segment[] {
  // Without a simulated program nothing is known of its files.
  if (run.program.requests) return [{ from: 0, success: true }];
  let left = MAX_STEPS;
  let last: Omit<Segment, 'from'> = { success: false };
  return observedSegments(run, container, (state) => {
    if (left <= 0) return last;
    const { code, output, steps } = execOutcome(run, command, state);
    left -= steps;
    last = { success: code === 0, output };
    return last;
  });
}

function portOf({ ports }: Container, { httpGet, tcpSocket, grpc }: Probe): number | undefined {
  const port = (httpGet ?? tcpSocket ?? grpc)?.port;
  return typeof port === 'string' ? ports?.find(({ name }) => name === port)?.containerPort : port;
}

function listensOn({ ports }: Server, port: number | undefined): boolean {
  return port !== undefined && (!ports || ports.includes(port));
}

function isSuccess(status = 0): boolean {
  return status >= 200 && status < 400;
}
