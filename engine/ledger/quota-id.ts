/** Ids of quotas contain resource and scope, so that every part of the platform can compute them. */

/** The scope of a quota that counts for the whole account. */
export const ACCOUNT_SCOPE = '';

/** The scope of the general limit of a quota that counts for each cluster, node pool … */
export const GENERAL_SCOPE = '*';

/** A quota: a resource of the ledger, counted in a scope. */
export interface QuotaKey {
  readonly resource: string;
  readonly scope: string;
}

/** The id that the graph shows. */
export function quotaId(key: QuotaKey): string {
  return `quota_${Buffer.from(`${key.resource}|${key.scope}`).toString('base64url')}`;
}

/**
 * The id of the quota to increase for more of the resource in the scope. For resources that are counted per cluster or
 * node pool it is the general limit, because the cluster or pool may not exist yet.
 */
export function raisableQuotaId({ resource, scope }: QuotaKey): string {
  return quotaId({ resource, scope: scope === ACCOUNT_SCOPE ? ACCOUNT_SCOPE : GENERAL_SCOPE });
}

/** The quota of an id; undefined when the id is malformed. */
export function parseQuotaId(id: string): QuotaKey | undefined {
  if (!id.startsWith('quota_') || id.length > 512) return undefined;
  const text = Buffer.from(id.slice('quota_'.length), 'base64url').toString();
  const bar = text.indexOf('|');
  if (bar < 1) return undefined;
  const key = { resource: text.slice(0, bar), scope: text.slice(bar + 1) };
  // Base64 decoding is lenient: accept only the canonical form.
  return quotaId(key) === id ? key : undefined;
}
