import { isDeepStrictEqual } from 'node:util';

/** Fields that are compared as a whole: any addition to them was made outside the platform. */
const COMPLETE_OBJECTS: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec'],
  DaemonSet: ['spec'],
  Service: ['spec'],
  ConfigMap: ['data'],
};

/**
 * Fields that API servers and controllers allocate, and annotations, which pod templates get e.g. at a restart of the
 * rollout.
 */
const NOT_COMPARED = new Set([
  'annotations',
  'clusterIP',
  'clusterIPs',
  'healthCheckNodePort',
  'ipFamilies',
  'ipFamilyPolicy',
  'nodePort',
]);

/** Defaults that the API server sets for omitted fields. */
const DEFAULTS: Readonly<Record<string, readonly unknown[]>> = {
  restartPolicy: ['Always'],
  dnsPolicy: ['ClusterFirst'],
  schedulerName: ['default-scheduler'],
  terminationGracePeriodSeconds: [30],
  enableServiceLinks: [true],
  imagePullPolicy: ['IfNotPresent'],
  terminationMessagePath: ['/dev/termination-log'],
  terminationMessagePolicy: ['File'],
  protocol: ['TCP'],
  // Set by the admission controllers for service accounts and priorities.
  serviceAccount: ['default'],
  serviceAccountName: ['default'],
  preemptionPolicy: ['PreemptLowerPriority'],
  // Deployments and DaemonSets.
  progressDeadlineSeconds: [600],
  revisionHistoryLimit: [10],
  strategy: [{ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } }],
  updateStrategy: [{ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } }],
  // Services.
  type: ['ClusterIP'],
  sessionAffinity: ['None'],
  internalTrafficPolicy: ['Cluster'],
  externalTrafficPolicy: ['Cluster'],
  allocateLoadBalancerNodePorts: [true],
};

type Fields = Readonly<Record<string, unknown>>;

/** Whether a value that was not applied is a default or empty, and so no addition. */
function isDefault(key: string, value: unknown): boolean {
  if (NOT_COMPARED.has(key)) return true;
  if (value === null || value === false || value === '') return true;
  if (typeof value === 'object' && Object.keys(value).length === 0) return true;
  return (DEFAULTS[key] ?? []).some((defaultValue) => isDeepStrictEqual(defaultValue, value));
}

/** A field of a live object that the platform did not apply. */
export interface Addition {
  readonly path: readonly string[];
  readonly actual: unknown;
}

/** The fields that were added to a live object outside the platform. */
export function additionsTo(expected: Fields, live: unknown): Addition[] {
  const path = COMPLETE_OBJECTS[String(expected['kind'])];
  return path ? additions(at(expected, path), at(live, path), path) : [];
}

/**
 * The JSON merge patch that removes the additions; undefined when there are none. A merge patch cannot remove items
 * of a list, so it replaces a list that has additions with the applied one.
 */
export function withoutAdditions(expected: Fields, live: unknown): Fields | undefined {
  const path = COMPLETE_OBJECTS[String(expected['kind'])];
  if (!path || additionsTo(expected, live).length === 0) return undefined;
  const inner = removal(at(expected, path), at(live, path));
  return path.reduceRight<unknown>((patch, step) => ({ [step]: patch }), inner) as Fields;
}

function additions(expected: unknown, actual: unknown, path: readonly string[]): Addition[] {
  if (Array.isArray(actual)) return listAdditions(Array.isArray(expected) ? expected : [], actual, path);
  if (!isFields(actual)) return [];
  const expectedFields = isFields(expected) ? expected : {};
  return Object.entries(actual).flatMap(([key, value]) => {
    if (key in expectedFields) return additions(expectedFields[key], value, [...path, key]);
    return isDefault(key, value) ? [] : [{ path: [...path, key], actual: value }];
  });
}

/** Items with a name are matched by name, others by index. */
function listAdditions(
  expected: readonly unknown[],
  actual: readonly unknown[],
  path: readonly string[],
): Addition[] {
  return actual.flatMap((member, index) => {
    const name = nameOf(member);
    const twin = name === undefined ? expected[index] : expected.find((other) => nameOf(other) === name);
    const itemPath = [...path, name ?? String(index)];
    return twin === undefined ? [{ path: itemPath, actual: member }] : additions(twin, member, itemPath);
  });
}

function removal(expected: unknown, actual: unknown): unknown {
  if (!isFields(expected) || !isFields(actual)) return expected;
  const changes = Object.entries(actual).flatMap(([key, value]): [string, unknown][] => {
    if (!(key in expected)) return isDefault(key, value) ? [] : [[key, null]];
    const found = additions(expected[key], value, []);
    return found.length > 0 ? [[key, removal(expected[key], value)]] : [];
  });
  return Object.fromEntries(changes);
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, step) => (isFields(inner) ? inner[step] : undefined), value);
}

function nameOf(value: unknown): string | undefined {
  return isFields(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
