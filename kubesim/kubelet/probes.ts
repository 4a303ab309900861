import { hasNodeProblem } from '../kubernetes/cluster/node-conditions.js';
import { faultDefinitions } from '../injected-faults.js';
import type { Container, Pod, Probe } from '../kubernetes/kinds/core.js';
import type { KubeletClient } from '../kubelet-client.js';
import { execCode, outcomeOf } from './container-run.js';
import type { Server } from './http-server.js';
import type { ContainerRun } from './replay.js';
import type { ShellState } from './shell/run.js';

/** Results of a probe from a number of seconds after the start of the container on. */
interface Segment {
  readonly from: number;
  readonly success: boolean;
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
  readonly kill: { readonly at: number; readonly probe: 'Startup' | 'Liveness' } | undefined;
}

/** What the probes of a container will decide, from what its program does. */
export function probePlan(run: ContainerRun, container: Container): ProbePlan {
  const { readinessProbe, livenessProbe } = container;
  const { startedAt, failedAt } = startOf(run, container);
  if (startedAt === undefined) {
    const kill = failedAt === undefined ? undefined : ({ at: failedAt, probe: 'Startup' } as const);
    return { startedAt, readiness: [], kill };
  }
  const readiness = readinessProbe
    ? transitions(run, container, { probe: readinessProbe, initial: false, start: startedAt })
    : [{ at: startedAt, value: true }];
  const liveness =
    livenessProbe && transitions(run, container, { probe: livenessProbe, initial: true, start: startedAt });
  const [dead] = liveness ?? [];
  return { startedAt, readiness, kill: dead && { at: dead.at, probe: 'Liveness' } };
}

/** When the startup probe of a container succeeds, or fails so often that the container is restarted. */
function startOf(
  run: ContainerRun,
  container: Container,
): { readonly startedAt?: number; readonly failedAt?: number } {
  const { startupProbe } = container;
  if (!startupProbe) return { startedAt: 0 };
  const [first] = transitions(run, container, { probe: startupProbe, initial: undefined, start: 0 });
  if (!first) return {};
  return first.value ? { startedAt: first.at } : { failedAt: first.at };
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
  readonly probe: Probe;
  readonly initial: boolean | undefined;
  /** Seconds after the start of the container from which the probe runs. */
  readonly start: number;
}

/** Runs the probe at its period over the segments of equal results. */
function transitions(
  run: ContainerRun,
  container: Container,
  { probe, initial, start }: ProbeStart,
): Transition[] {
  const { initialDelaySeconds = 0, periodSeconds, successThreshold = 1, failureThreshold = 3 } = probe;
  const period = Math.max(1, periodSeconds ?? 10);
  const first = Math.max(initialDelaySeconds, start);
  const segments = segmentsOf(run, container, probe);
  const result: Transition[] = [];
  let value = initial;
  segments.forEach(({ from, success }, index) => {
    const next = segments[index + 1]?.from ?? Infinity;
    const tick = Math.max(0, Math.ceil((from - first) / period));
    const at = first + (tick + (success ? successThreshold : failureThreshold) - 1) * period;
    if (value === success || at >= next) return;
    value = success;
    result.push({ at, value });
  });
  return result;
}

function segmentsOf(run: ContainerRun, container: Container, probe: Probe): Segment[] {
  const { exec, httpGet } = probe;
  if (exec) return execSegments(run, container, exec.command ?? []);
  const { server } = run.program;
  if (!server || !listensOn(server, portOf(container, probe))) return [{ from: 0, success: false }];
  if (!httpGet) return [{ from: 0, success: true }];
  const request = { method: 'GET', path: httpGet.path ?? '/', headers: {}, body: '' };
  return observedSegments(run, container, ({ files }, seconds) =>
    isSuccess(server.respond(request, { ...run, files, seconds })?.status),
  );
}

/** Results of a test of the container's state, which changes with its program and what clients change. */
function observedSegments(
  run: ContainerRun,
  container: Container,
  succeeds: (state: ShellState, from: number) => boolean,
): Segment[] {
  const segments: Segment[] = [];
  outcomeOf(run, container, (state, from) => {
    const success = succeeds(state, from);
    if (segments.at(-1)?.success !== success) segments.push({ from, success });
  });
  return segments;
}

function execSegments(run: ContainerRun, container: Container, command: readonly string[]): Segment[] {
  // Without a simulated program nothing is known of its files.
  if (run.program.requests) return [{ from: 0, success: true }];
  return observedSegments(run, container, (state) => execCode(run, command, state) === 0);
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
