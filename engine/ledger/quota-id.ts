/** Ids of quotas: they say what is counted and in which scope, so any part of the platform can name a quota. */

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
 * The id of the quota whose increase makes room in the key's scope. Where each cluster, node pool … is counted it is the
 * general limit: the one thing may not exist yet.
 */
export function raisableQuotaId({ resource, scope }: QuotaKey): string {
  return quotaId({ resource, scope: scope === ACCOUNT_SCOPE ? ACCOUNT_SCOPE : GENERAL_SCOPE });
}

/** What the id stands for; undefined when no quota has such an id. */
export function parseQuotaId(id: string): QuotaKey | undefined {
  if (!id.startsWith('quota_') || id.length > 512) return undefined;
  const text = Buffer.from(id.slice('quota_'.length), 'base64url').toString();
  const bar = text.indexOf('|');
  if (bar < 1) return undefined;
  const key = { resource: text.slice(0, bar), scope: text.slice(bar + 1) };
  // Decoding is lenient; only the one form that quotaId writes is an id.
  return quotaId(key) === id ? key : undefined;
}
