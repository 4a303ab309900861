import type { KubeletClient } from '../kubelet-client.js';
import type { Container, Pod } from '../kubernetes/kinds/core.js';
import { type ContainerChanges } from './container-changes.js';
import { containerRun, type Outcome, outcomeOf, stateAfter } from './container-run.js';
import { MissingContent, readsToken, withoutTokens } from './pod-content.js';
import { type ProbePlan, probePlan } from './probes.js';
import { containerStatus } from './pod-status.js';
import { programOf } from './programs.js';
import type { ContainerRun } from './replay.js';

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
    const { running } = containerStatus(pod, container.name)?.state ?? {};
    const startedAt = new Date(running?.startedAt ?? '');
    const seconds = (this.client.clock.now().getTime() - startedAt.getTime()) / this.client.scaled(1);
    return stateAfter(this.runOf(pod, container), startedAt, seconds).files;
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
      if (error instanceof MissingContent) return error.message;
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
      if (!(error instanceof MissingContent)) throw error;
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
