import { isReservedGroup } from '../../../access/model/group-name.js';
import { labelSelectorText, parseLabelSelector } from '../../../access/model/label-selector.js';
import type { PrincipalKind } from '../../../access/model/principal.js';
import type { ScopeColumns } from '../../../access/store/grants.js';
import { throwProblem } from '../../../kernel/result.js';

/** Permissions of one request. */
export const MAX_GRANTS = 100;
/** Permissions of an account: `whoCan` reads all of them. */
export const MAX_PERMISSIONS = 5_000;
/** Permissions of a principal: each request of it compares them. */
export const MAX_PERMISSIONS_OF_PRINCIPAL = 500;
/** Those of a principal with a selector: each list compares the labels of clusters with all requirements in SQL. */
export const MAX_SELECTORS_OF_PRINCIPAL = 50;
const MAX_NAMESPACES = 50;
const MAX_REASON = 1_000;
const MAX_SELECTOR = 1_000;

/** Kubernetes' names of namespaces: DNS labels. */
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** As the gateway accepts in tokens. */
const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
const GROUP = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

/** Where a permission shall apply, as a client writes it. */
export interface ScopeInput {
  readonly regionId?: string | null | undefined;
  readonly clusterId?: string | null | undefined;
  readonly clusterSelector?: string | null | undefined;
  readonly namespaces?: readonly string[] | null | undefined;
}

/** Checks the form of a scope and brings equal scopes into one form. Throws INVALID_INPUT. */
export function checkedScope(input: ScopeInput | null | undefined, path: readonly string[]): ScopeColumns {
  const { regionId = null, clusterId = null, clusterSelector = null, namespaces = null } = input ?? {};
  if (clusterId !== null && (regionId !== null || clusterSelector !== null))
    throwProblem('INVALID_INPUT', 'A cluster has neither regionId nor clusterSelector next to it.', { path });
  return {
    regionId,
    clusterId,
    clusterSelector: selectorText(clusterSelector, path),
    namespaces: namespaces === null ? [] : checkedNamespaces(namespaces, [...path, 'namespaces']),
  };
}

function checkedNamespaces(namespaces: readonly string[], path: readonly string[]): string[] {
  const names = [...new Set(namespaces)].sort();
  if (names.length === 0 || names.length > MAX_NAMESPACES)
    throwProblem('INVALID_INPUT', `namespaces has 1 to ${MAX_NAMESPACES} names; leave it out for all.`, {
      path,
    });
  if (!names.every((name) => NAMESPACE.test(name)))
    throwProblem('INVALID_INPUT', 'A namespace has 1 to 63 lower-case letters, digits and hyphens.', {
      path,
    });
  return names;
}

function selectorText(text: string | null, path: readonly string[]): string | null {
  if (text === null) return null;
  const where = { path: [...path, 'clusterSelector'] };
  if (text.length > MAX_SELECTOR)
    throwProblem('INVALID_INPUT', `clusterSelector has at most ${MAX_SELECTOR} characters.`, where);
  try {
    return labelSelectorText(parseLabelSelector(text));
  } catch (error) {
    return throwProblem('INVALID_INPUT', `clusterSelector: ${(error as Error).message}.`, where);
  }
}

/** Checks the name of a user or group. Throws INVALID_INPUT. */
export function checkPrincipalName(
  { kind, name, issuer }: { readonly kind: PrincipalKind; readonly name: string; readonly issuer: string },
  path: readonly string[],
): void {
  if (kind === 'GROUP' && !GROUP.test(name))
    throwProblem('INVALID_INPUT', 'A group has 1 to 128 characters, no control characters.', { path });
  if (kind === 'USER' && (!SUBJECT.test(name) || (issuer !== '' && !SUBJECT.test(issuer))))
    throwProblem('INVALID_INPUT', 'name and issuer have 1 to 255 characters, no control characters.', {
      path,
    });
  if (kind !== 'USER' && issuer !== '') throwProblem('INVALID_INPUT', 'Only a user has an issuer.', { path });
}

/** Whether permissions may be granted to the group: that of the whole account, or one that a token can have. */
export function isGrantableGroup(name: string, accountGroup: string): boolean {
  return name === accountGroup || !isReservedGroup(name);
}

/** Checks the end and the reason of a permission. Throws INVALID_INPUT. */
export function checkTerms(
  {
    expiresAt,
    reason,
  }: { readonly expiresAt?: Date | null | undefined; readonly reason?: string | null | undefined },
  at: Date,
  path: readonly string[],
): void {
  if (expiresAt && expiresAt <= at)
    throwProblem('INVALID_INPUT', 'expiresAt is in the past.', { path: [...path, 'expiresAt'] });
  if ((reason?.length ?? 0) > MAX_REASON)
    throwProblem('INVALID_INPUT', `reason has at most ${MAX_REASON} characters.`, {
      path: [...path, 'reason'],
    });
}
