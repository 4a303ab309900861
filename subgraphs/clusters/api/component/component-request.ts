import { ProblemError, throwProblem } from '../../../../kernel/result.js';
import { type ComponentEntry, isNewer, versionsFor } from '../../model/component-catalog.js';
import { changedParameters, type Parameters, parameterProblems } from '../../model/component-parameters.js';
import type { ClusterRow } from '../../store/cluster.store.js';
import type { ComponentRow } from '../../store/component.store.js';
import { isJsonObject } from './json-object.js';

const VERSION_PATH = ['input', 'version'];

interface UpgradedComponent {
  readonly entry: ComponentEntry;
  readonly component: ComponentRow;
  readonly cluster: ClusterRow;
}

/** The requested version of an upgrade. Rejects with `UNKNOWN_VERSION` and `UPGRADE_NOT_ALLOWED`. */
export function newerVersion(
  { entry, component, cluster }: UpgradedComponent,
  requested: string | null | undefined,
): string {
  const version = chosenVersion(entry, requested, cluster);
  if (isNewer(entry, component.version, version)) return version;
  return throwProblem(
    'UPGRADE_NOT_ALLOWED',
    `${entry.name} has ${component.version}; ${version} is not newer.`,
    {
      path: VERSION_PATH,
    },
  );
}

/**
 * The requested version of a component for a cluster, the newest one without a request. Rejects with
 * `UNKNOWN_VERSION`.
 */
export function chosenVersion(
  entry: ComponentEntry,
  requested: string | null | undefined,
  { version }: ClusterRow,
): string {
  const versions = versionsFor(entry, version);
  const found = requested == null ? versions[0] : versions.find((version) => version === requested);
  if (found !== undefined) return found;
  return throwProblem(
    'UNKNOWN_VERSION',
    `${entry.name} for Kubernetes ${version} comes as ${versions.join(', ') || 'nothing'}.`,
    { path: VERSION_PATH },
  );
}

/** The parameters after a change. Rejects with `INVALID_INPUT` and the problems of `parameterProblems`. */
export function checkedParameters(entry: ComponentEntry, before: Parameters, change: unknown): Parameters {
  if (!isJsonObject(change))
    throwProblem('INVALID_INPUT', 'parameters must be an object of names and values.', {
      path: ['input', 'parameters'],
    });
  const parameters = changedParameters(before, change);
  const problems = parameterProblems(entry, parameters);
  if (problems.length > 0) throw new ProblemError(problems);
  return parameters;
}
