import type { NewEvent } from '../../../engine/contract.js';
import type { Problem } from '../../../kernel/result.js';
import type { Workload } from './workload.rules.js';

/** The effect of applying an object. */
export const MANIFEST_RESULTS = ['CREATED', 'CONFIGURED', 'UNCHANGED'] as const;

export type ManifestResult = (typeof MANIFEST_RESULTS)[number];

/** The result of one object of a manifest; plain JSON, stored under the client token. */
export interface ObjectOutcome {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly result: ManifestResult | null;
  readonly problem: Problem | null;
  /** Warnings about the object; absent in results that earlier releases stored. */
  readonly warnings?: readonly Problem[];
}

export interface ApplyOutcome {
  readonly objects: readonly ObjectOutcome[];
  /** Id of the manifest's first workload that Kubernetes accepted. */
  readonly workloadId: string | null;
  /** That workload as Kubernetes returned it; undefined if the result was read from the database. */
  readonly workload?: Workload | undefined;
}

/** The problems of all rejected objects. */
export function problemsOf({ objects }: ApplyOutcome): Problem[] {
  return objects.map(({ problem }) => problem).filter((problem) => problem !== null);
}

/** Maximum number of objects that an event names. */
const MAX_NAMED = 20;

/** The event of an applied manifest; none if every object was rejected. */
export function manifestEvents(clusterId: string, { objects, workloadId }: ApplyOutcome): NewEvent[] {
  const count = (result: string | null) => objects.filter((object) => object.result === result).length;
  const [created, configured, unchanged, failed] = ['CREATED', 'CONFIGURED', 'UNCHANGED', null].map(count);
  if (failed === objects.length) return [];
  const names = objects
    .slice(0, MAX_NAMED)
    .map(({ kind, namespace, name }) => `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`);
  return [
    {
      category: 'WORKLOAD',
      type: 'MANIFEST_APPLIED',
      level: failed === 0 ? 'INFO' : 'WARNING',
      reason: 'ManifestApplied',
      message: `Applied a manifest: ${created} created, ${configured} configured, ${unchanged} unchanged, ${failed} rejected.`,
      clusterId,
      data: { created, configured, unchanged, failed, objects: names, workloadId },
    },
  ];
}
