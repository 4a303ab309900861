import { duplicate, forbiddenValue, notFoundValue } from '../schema/causes.js';
import { commonContainerCauses } from './container-rules.js';
import type { Container, PodSpec } from './core.js';
import type { Cause } from './resource.js';

/** An ephemeral container with the fields that only its validation reads. */
export type EphemeralContainer = Container & {
  readonly targetContainerName?: string;
};

/** Fields that fundamental containers have: an ephemeral one is never restarted and guarantees nothing. */
const FORBIDDEN = [
  ...['ports', 'resources', 'resizePolicy', 'restartPolicy', 'restartPolicyRules'],
  ...['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'],
];
const WHY = 'cannot be set for an Ephemeral Container';

/** Validates the ephemeral containers of a pod at `path`. */
export function ephemeralContainerCauses(
  { containers, initContainers = [], volumes = [] }: PodSpec,
  ephemeral: readonly EphemeralContainer[],
  path: string,
): Cause[] {
  const targets = new Set([...containers, ...initContainers].map(({ name }) => name));
  const names = new Set(targets);
  const mountable = new Set(volumes.map(({ name }) => name));
  return ephemeral.flatMap((container, index) => {
    const { name, targetContainerName: target = '' } = container;
    const at = `${path}[${index}]`;
    const isTwice = names.has(name);
    names.add(name);
    return [
      ...commonContainerCauses(container, at, mountable),
      ...(isTwice ? [duplicate(`${at}.name`, name)] : []),
      ...(target === '' || targets.has(target) ? [] : [notFoundValue(`${at}.targetContainerName`, target)]),
      ...forbiddenCauses(container, at),
    ];
  });
}

function forbiddenCauses(container: EphemeralContainer, path: string): Cause[] {
  const { volumeMounts = [] } = container;
  const values: Readonly<Record<string, unknown>> = { ...container };
  return [
    ...FORBIDDEN.filter((field) => isSet(values[field])).map((field) =>
      forbiddenValue(`${path}.${field}`, WHY),
    ),
    ...volumeMounts.flatMap((mount, index) =>
      (['subPath', 'subPathExpr'] as const)
        .filter((field) => (mount as { readonly subPath?: string; readonly subPathExpr?: string })[field])
        .map((field) => forbiddenValue(`${path}.volumeMounts[${index}].${field}`, WHY)),
    ),
  ];
}

/** Whether a field has a value other than none, an empty list or an empty object. */
function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
