import type { Problem } from '../../../kernel/result.js';
import type { TaintValue } from './pool-config.js';

const MAX_KEYS = 50;
const MAX_TAINTS = 50;
const MAX_PREFIX = 253;
const MAX_ANNOTATION_BYTES = 256 * 1024;
/** Maximum number of characters of a key in an error path. */
const SHOWN_KEY = 128;

/**
 * Kubernetes' syntax of keys: an optional DNS subdomain, and a name of letters, digits, `-`, `_` and `.` that begins
 * and ends with a letter or digit.
 */
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const NAME_RULE =
  'has 1 to 63 letters, digits, "-", "_" and ".", beginning and ending with a letter or digit; before it may stand a DNS subdomain and "/"';
const VALUE_RULE =
  'is empty or has at most 63 letters, digits, "-", "_" and ".", beginning and ending with a letter or digit';

/** Domains of Kubernetes, the cloud and Fleetgraph, which set these keys themselves. */
const RESERVED_DOMAINS = [
  'kubernetes.io',
  'k8s.io',
  'alibabacloud.com',
  'aliyun.com',
  'openyurt.io',
  'fleetgraph.dev',
] as const;
/** Keys of the cloud without a domain: GPU sharing, and the mark of virtual nodes. */
const RESERVED_KEYS = ['ack.node.gpu.schedule', 'type'];

type Path = readonly string[];

/** The requested changes of a node, not validated yet. */
export interface NodeChangeRequest {
  readonly labels?: unknown;
  readonly annotations?: unknown;
  readonly taints?: readonly TaintValue[] | null | undefined;
}

/** Values by key; null removes the key. */
export type MapPatch = Readonly<Record<string, string | null>>;

/** Whether users must not set a label, annotation or taint with this key. */
export function isReserved(key: string): boolean {
  const [domain, name] = key.split('/', 2);
  if (name === undefined) return RESERVED_KEYS.includes(key);
  return RESERVED_DOMAINS.some((reserved) => domain === reserved || domain?.endsWith(`.${reserved}`));
}

/** Validates a change without reading the node. */
export function nodeChangeProblems({ labels, annotations, taints }: NodeChangeRequest): Problem[] {
  return [
    ...mapProblems(labels, { kind: 'label', path: ['input', 'labels'], valueProblem: labelValueProblem }),
    ...mapProblems(annotations, { kind: 'annotation', path: ['input', 'annotations'] }),
    ...sizeProblems(annotations),
    ...taintProblems(taints ?? []),
  ];
}

function invalid(message: string, path: Path): Problem {
  return { code: 'INVALID_INPUT', message, path };
}

interface MapRules {
  readonly kind: 'label' | 'annotation';
  readonly path: Path;
  readonly valueProblem?: (value: string) => string | undefined;
}

function mapProblems(patch: unknown, { kind, path, valueProblem }: MapRules): Problem[] {
  if (patch == null) return [];
  if (!isMapPatch(patch)) return [invalid(`${kind}s is an object of strings; null removes a key.`, path)];
  const entries = Object.entries(patch);
  if (entries.length > MAX_KEYS)
    return [invalid(`At most ${MAX_KEYS} ${kind}s at once, not ${entries.length}.`, path)];
  return entries.flatMap(([key, value]) => {
    const wrong = keyProblem(key, kind) ?? (value === null ? undefined : valueProblem?.(value));
    return wrong === undefined ? [] : [invalid(wrong, [...path, key.slice(0, SHOWN_KEY)])];
  });
}

function isMapPatch(patch: unknown): patch is MapPatch {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return false;
  return Object.values(patch).every((value) => value === null || typeof value === 'string');
}

function keyProblem(key: string, kind: 'label' | 'annotation' | 'taint'): string | undefined {
  if (!isQualifiedName(key)) return `The key of ${kind === 'annotation' ? 'an' : 'a'} ${kind} ${NAME_RULE}.`;
  return isReserved(key) && kind !== 'taint' ? reservedMessage(key) : undefined;
}

export function reservedMessage(key: string): string {
  return `${key} is reserved: Kubernetes, the cloud or Fleetgraph sets it. Choose a key without a domain, or under one of your own; reserved are ${RESERVED_DOMAINS.join(', ')}, ${RESERVED_KEYS.join(' and ')}.`;
}

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const prefix = key.slice(0, Math.max(0, slash));
  if (slash >= 0 && (prefix.length > MAX_PREFIX || !PREFIX.test(prefix))) return false;
  return NAME.test(key.slice(slash + 1));
}

function labelValueProblem(value: string): string | undefined {
  return VALUE.test(value) ? undefined : `The value of a label ${VALUE_RULE}.`;
}

function sizeProblems(annotations: unknown): Problem[] {
  if (!isMapPatch(annotations)) return [];
  const parts = Object.entries(annotations).flatMap(([key, value]) => [key, value ?? '']);
  const bytes = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  if (bytes <= MAX_ANNOTATION_BYTES) return [];
  const message = `Annotations have at most ${MAX_ANNOTATION_BYTES} bytes together, not ${bytes}.`;
  return [invalid(message, ['input', 'annotations'])];
}

function taintProblems(taints: readonly TaintValue[]): Problem[] {
  const path = ['input', 'taints'];
  if (taints.length > MAX_TAINTS)
    return [invalid(`At most ${MAX_TAINTS} taints, not ${taints.length}.`, path)];
  const names = taints.map(taintName);
  return taints.flatMap((taint, index) => {
    const itemPath = [...path, String(index)];
    const wrong = keyProblem(taint.key, 'taint');
    if (wrong !== undefined) return [invalid(wrong, [...itemPath, 'key'])];
    if (!VALUE.test(taint.value ?? ''))
      return [invalid(`The value of a taint ${VALUE_RULE}.`, [...itemPath, 'value'])];
    if (names.indexOf(names[index] ?? '') === index) return [];
    return [invalid(`A node has one taint of a key and effect; ${taint.key} comes twice.`, itemPath)];
  });
}

/** Kubernetes permits one taint per key and effect on a node. */
export function taintName({ key, effect }: Pick<TaintValue, 'key' | 'effect'>): string {
  return `${key}:${effect}`;
}
