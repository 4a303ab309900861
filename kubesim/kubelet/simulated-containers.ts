import type { KubeletClient } from '../kubelet-client.js';
import type { Container, Pod } from '../kubernetes/kinds/core.js';
import { type ContainerRun, containerRun, type Outcome, outcomeOf } from './container-run.js';
import { type ContentSource, MissingContent } from './pod-content.js';
import { type ProbePlan, probePlan } from './probes.js';
import { programOf } from './programs.js';

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

  constructor(private readonly client: KubeletClient) {}

  forecast(pod: Pod, container: Container): Forecast {
    const known = this.forecasts.get(container);
    if (known) return known;
    const run = runOf(this.client, pod, container);
    const forecast = { ...outcomeOf(run, container), probes: probePlan(run, container) };
    this.forecasts.set(container, forecast);
    return forecast;
  }

  /** The exit code of a running container that is stopped. */
  stopCode(pod: Pod, container: Container): number {
    return runOf(this.client, pod, container).program.ignoresSignals ? KILLED : 0;
  }

  /** Why the container cannot be created, e.g. because of a missing ConfigMap. */
  configProblem(pod: Pod, container: Container): string | undefined {
    try {
      containerRun(this.client, pod, container);
      this.forecasts.delete(container);
      return undefined;
    } catch (error) {
      if (error instanceof MissingContent) return error.message;
      throw error;
    }
  }

  /** Whether a container that started at a time is ready, and has started by its startup probe. */
  stateAt(forecast: Forecast, seconds: number): { readonly ready: boolean; readonly started: boolean } {
    const { startedAt, readiness } = forecast.probes;
    const last = readiness.findLast(({ at }) => at <= seconds);
    return { ready: last?.value ?? false, started: startedAt !== undefined && startedAt <= seconds };
  }
}

/** The run of a container that has started; ConfigMaps and Secrets may have been deleted since. */
export function runOf(client: ContentSource, pod: Pod, container: Container): ContainerRun {
  try {
    return containerRun(client, pod, container);
  } catch (error) {
    if (!(error instanceof MissingContent)) throw error;
    const env = new Map<string, string>();
    return { pod, env, files: new Map(), program: programOf(pod, container, env) };
  }
}
