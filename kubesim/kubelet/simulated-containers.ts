import type { KubeletClient } from '../kubelet-client.js';
import type { Container, Pod } from '../kubernetes/kinds/core.js';
import { type ContainerChanges } from './container-changes.js';
import { containerRun, type Outcome, outcomeOf, stateAfter } from './container-run.js';
import { type HookOutcome, runHook } from './lifecycle-hooks.js';
import { ContainerConfigError, readsToken, withoutTokens } from './pod-content.js';
import { type ProbePlan, probePlan } from './probes.js';
import { containerStatus } from './pod-status.js';
import { initialState, programOf } from './programs.js';
import type { ContainerRun } from './replay.js';
import type { ShellState } from './shell/run.js';

/** Simulated seconds that a program takes to end when it is asked to, and least seconds until one is killed. */
const STOP_SECONDS = 1;
const MIN_GRACE_SECONDS = 2;

/** Exit code of a container that is killed. */
export const KILLED = 137;

/** What a running container will do, if nothing interferes. */
interface Forecast extends Outcome {
  readonly probes: ProbePlan;
}

/** Forecasts of the containers that run, from their programs and probes. */
export class SimulatedContainers {
  /** By the container of the pod's spec, which a change of the status keeps. */
  private readonly forecasts = new WeakMap<Container, Forecast>();

  constructor(
    private readonly client: KubeletClient,
    private readonly changes: ContainerChanges,
  ) {}

  forecast(pod: Pod, container: Container): Forecast {
    const known = this.forecasts.get(container);
    if (known) return known;
    return this.foresee(this.runOf(pod, container), container);
  }

  private foresee(run: ContainerRun, container: Container): Forecast {
    const forecast = { ...outcomeOf(run, container), probes: probePlan(run, container) };
    this.forecasts.set(container, forecast);
    return forecast;
  }

  /** The files that a running container has now. */
  filesNow(pod: Pod, container: Container): ReadonlyMap<string, string> {
    return this.stateNow(pod, container).files;
  }

  private stateNow(pod: Pod, container: Container): ShellState {
    const { running } = containerStatus(pod, container.name)?.state ?? {};
    const startedAt = new Date(running?.startedAt ?? '');
    const seconds = (this.client.clock.now().getTime() - startedAt.getTime()) / this.client.scaled(1);
    return stateAfter(this.runOf(pod, container), startedAt, seconds);
  }

  /** What the hook of a container that starts does; undefined without one. */
  postStart(pod: Pod, container: Container): HookOutcome | undefined {
    const hook = container.lifecycle?.postStart;
    if (!hook) return undefined;
    const run = this.runAt(pod, container, { restartCount: -1, startedAt: 0 });
    const state = initialState(pod, run, { startedAt: this.client.clock.now(), hasInput: false });
    return runHook(hook, { run, container, state, limit: Infinity });
  }

  /**
   * How a running container ends within its grace period: what its hook does, and the seconds until it has ended. It is not
   * asked to end before its turn, in seconds, or the end of the grace period.
   */
  termination(
    pod: Pod,
    container: Container,
    { grace, turn }: { readonly grace: number; readonly turn: number },
  ): { readonly hook: HookOutcome | undefined; readonly seconds: number } {
    const run = this.runOf(pod, container);
    const preStop = container.lifecycle?.preStop;
    const hook =
      preStop && runHook(preStop, { run, container, state: this.stateNow(pod, container), limit: grace });
    const before = Math.max(hook?.seconds ?? 0, Math.min(turn, grace));
    const rest = Math.max(MIN_GRACE_SECONDS, grace - before);
    return { hook, seconds: before + (run.program.ignoresSignals ? rest : STOP_SECONDS) };
  }

  /** The exit code of a running container that is stopped. */
  stopCode(pod: Pod, container: Container): number {
    return this.runOf(pod, container).program.ignoresSignals ? KILLED : 0;
  }

  /** Why the container cannot be created, e.g. because of a missing ConfigMap; otherwise forecasts it. */
  configProblem(pod: Pod, container: Container): string | undefined {
    try {
      const source = readsToken(pod, container) ? this.client : withoutTokens(this.client);
      this.foresee(containerRun(source, { pod, container }, []), container);
      return undefined;
    } catch (error) {
      if (error instanceof ContainerConfigError) return error.message;
      throw error;
    }
  }

  /** Forgets what was forecast for a container in which a client has changed something. */
  reconsider(container: Container): void {
    this.forecasts.delete(container);
  }

  /** The current run of a container. */
  runOf(pod: Pod, container: Container): ContainerRun {
    const { restartCount = 0, state } = containerStatus(pod, container.name) ?? {};
    const { running } = state ?? {};
    // Nothing has been changed in one that is about to start.
    if (!running) return this.runAt(pod, container, { restartCount: -1, startedAt: 0 });
    return this.runAt(pod, container, { restartCount, startedAt: Date.parse(running.startedAt) });
  }

  /** A run of a container, also of one that has ended; ConfigMaps and Secrets may have been deleted since. */
  runAt(
    pod: Pod,
    container: Container,
    { restartCount, startedAt }: { readonly restartCount: number; readonly startedAt: number },
  ): ContainerRun {
    const instance = { podUid: pod.metadata.uid, name: container.name, restartCount };
    const changes = this.changes
      .of(instance)
      .map((change) => ({ ...change, seconds: (change.at - startedAt) / this.client.scaled(1) }));
    try {
      return containerRun(this.client, { pod, container }, changes);
    } catch (error) {
      if (!(error instanceof ContainerConfigError)) throw error;
      const env = new Map<string, string>();
      const program = programOf(pod, container, env);
      return { pod, env, files: new Map(), program, changes, hasInput: container.stdin ?? false };
    }
  }

  /** Whether a container that started at a time is ready, and has started by its startup probe. */
  stateAt(forecast: Forecast, seconds: number): { readonly ready: boolean; readonly started: boolean } {
    const { startedAt, readiness } = forecast.probes;
    const last = readiness.findLast(({ at }) => at <= seconds);
    return { ready: last?.value ?? false, started: startedAt !== undefined && startedAt <= seconds };
  }
}
