import { sameJson } from '../../../kernel/same-json.js';
import { forbiddenValue, invalidValue, required } from '../schema/causes.js';
import type { Container, Pod, PodSpec, Toleration } from './core.js';
import type { Cause } from './resource.js';

const MUTABLE = [
  ...['`spec.containers[*].image`', '`spec.initContainers[*].image`', '`spec.activeDeadlineSeconds`'],
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** Validates a pod that replaces `old`: little of its spec is mutable. */
export function podUpdateCauses({ spec }: Pod, { spec: old }: Pod): Cause[] {
  for (const name of ['containers', 'initContainers'] as const)
    if ((spec[name] ?? []).length !== (old[name] ?? []).length)
      return [forbiddenValue(`spec.${name}`, 'pod updates may not add or remove containers')];
  const deadline = deadlineCauses(spec, old);
  return [
    ...missingImages(spec.containers, 'spec.containers'),
    ...missingImages(spec.initContainers ?? [], 'spec.initContainers'),
    ...deadline,
    ...tolerationCauses(spec, old),
    ...gateCauses(spec, old),
    ...(deadline.length > 0 || sameJson(withoutMutable(spec), withoutMutable(old))
      ? []
      : [forbiddenValue('spec', `pod updates may not change fields other than ${MUTABLE}`)]),
  ];
}

function missingImages(containers: readonly Container[], path: string): Cause[] {
  return containers.flatMap(({ image }, index) => (image ? [] : [required(`${path}[${index}].image`)]));
}

const HIGHEST = 2_147_483_647;

/** A pod may get a deadline, or an earlier one. */
function deadlineCauses({ activeDeadlineSeconds: deadline }: PodSpec, old: PodSpec): Cause[] {
  const field = 'spec.activeDeadlineSeconds';
  const { activeDeadlineSeconds: before } = old;
  if (deadline === undefined)
    return before === undefined
      ? []
      : [invalidValue(field, null, 'must not update from a positive integer to nil value')];
  if (deadline < 0 || deadline > HIGHEST)
    return [invalidValue(field, deadline, `must be between 0 and ${HIGHEST}, inclusive`)];
  return before !== undefined && before < deadline
    ? [invalidValue(field, deadline, 'must be less than or equal to previous value')]
    : [];
}

/** Tolerations stay; only how long they last may change. */
function tolerationCauses({ tolerations = [] }: PodSpec, { tolerations: old = [] }: PodSpec): Cause[] {
  const endless = (toleration: Toleration) => ({ ...toleration, tolerationSeconds: undefined });
  const isKept = old.every((before) =>
    tolerations.some((toleration) => sameJson(endless(toleration), endless(before))),
  );
  const why = 'existing toleration can not be modified except its tolerationSeconds';
  return isKept ? [] : [forbiddenValue('spec.tolerations', why)];
}

function gateCauses(
  { schedulingGates: gates = [] }: PodSpec,
  { schedulingGates: old = [] }: PodSpec,
): Cause[] {
  return gates.flatMap(({ name }, index) => {
    if (old.some((gate) => gate.name === name)) return [];
    const why = `only deletion is allowed, but found new scheduling gate '${name}'`;
    return [forbiddenValue(`spec.schedulingGates[${index}].name`, why)];
  });
}

/** The spec without what other rules check. */
function withoutMutable(spec: PodSpec): Readonly<Record<string, unknown>> {
  const withoutImage = (container: Container) => ({ ...container, image: undefined });
  const { containers, initContainers = [], ...rest } = spec;
  // Go's clients leave empty lists and maps out.
  const present = Object.entries(rest).filter(([, value]) => !isEmpty(value));
  return {
    ...Object.fromEntries(present),
    ...{ tolerations: undefined, schedulingGates: undefined, activeDeadlineSeconds: undefined },
    containers: containers.map(withoutImage),
    initContainers: initContainers.map(withoutImage),
  };
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
