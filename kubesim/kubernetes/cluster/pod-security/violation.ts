import type { SecuredContainer, SecuredPod, SecurityContext } from './secured-pod.js';

/** What a pod violates, and where. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** A check of a level. */
export type Check = (pod: SecuredPod) => Violation | undefined;

/** The form of a word for a count. */
export function plural(count: number, singular: string, several = `${singular}s`): string {
  return count === 1 ? singular : several;
}

/** Each text in quotes, separated by commas. */
export function quoted(texts: Iterable<string>): string {
  return [...texts].map((text) => `"${text}"`).join(', ');
}

/** The texts once each, in order. */
export function sorted(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort();
}

/** `container "a"`, `containers "a", "b"`. */
export function containersNamed(containers: readonly SecuredContainer[]): string {
  return `${plural(containers.length, 'container')} ${quoted(containers.map(({ name }) => name))}`;
}

/** The pod and the containers whose own security context is bad: `pod and container "a"`; undefined if none is. */
export function setters(
  { spec, containers }: SecuredPod,
  isBad: (context: SecurityContext) => boolean,
): string | undefined {
  const bad = containers.filter(({ securityContext }) => securityContext && isBad(securityContext));
  const parts = [
    ...(spec.securityContext && isBad(spec.securityContext) ? ['pod'] : []),
    ...(bad.length > 0 ? [containersNamed(bad)] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : undefined;
}

/** The security contexts of the pod and its containers. */
export function contextsOf({ spec, containers }: SecuredPod): SecurityContext[] {
  return [spec, ...containers].flatMap(({ securityContext }) => securityContext ?? []);
}
