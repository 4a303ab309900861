import { forbiddenValue, unsupported } from '../schema/causes.js';
import type { Cause } from '../kinds/resource.js';
import { badRequest, invalid } from '../kinds/status.js';
import { flag } from './call.js';

/** The options of a list or watch that say which versions of which objects it gets. */
export interface ListOptions {
  /** `resourceVersion` as it was sent; empty without one. */
  readonly resourceVersion: string;
  readonly match: string;
  readonly continueToken: string;
  /** Number of objects of a page; 0 for all. */
  readonly limit: number;
}

/** Reads the options of a list. Throws ApiError 400 or 422. */
export function listOptions(query: URLSearchParams): ListOptions {
  const options = readOptions(query);
  check(listCauses(options, query));
  return options;
}

/** Reads the options of a watch. Throws ApiError 400 or 422. */
export function watchOptions(query: URLSearchParams): ListOptions {
  const options = readOptions(query);
  check(watchCauses(options, query));
  return options;
}

function readOptions(query: URLSearchParams): ListOptions {
  readInteger(query, 'timeoutSeconds');
  return {
    resourceVersion: query.get('resourceVersion') ?? '',
    match: query.get('resourceVersionMatch') ?? '',
    continueToken: query.get('continue') ?? '',
    limit: Math.max(0, readInteger(query, 'limit')),
  };
}

/** An integer parameter; 0 without one. Throws ApiError 400. */
export function readInteger(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  if (/^([-+]?\d{1,18})?$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function check(causes: readonly Cause[]): void {
  if (causes.length > 0)
    throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions', plural: '', id: '' }, '', causes);
}

const FIELD = 'resourceVersionMatch';
const SEND = 'sendInitialEvents';
const EXACT = 'Exact';
const NOT_OLDER = 'NotOlderThan';

function listCauses({ match, resourceVersion, continueToken }: ListOptions, query: URLSearchParams): Cause[] {
  const causes: Cause[] = [];
  if (match) {
    if (!resourceVersion)
      causes.push(forbiddenValue(FIELD, `${FIELD} is forbidden unless resourceVersion is provided`));
    if (continueToken) causes.push(forbiddenValue(FIELD, `${FIELD} is forbidden when continue is provided`));
    if (match !== EXACT && match !== NOT_OLDER)
      causes.push(unsupported(FIELD, match, [EXACT, NOT_OLDER, '']));
    if (match === EXACT && resourceVersion === '0')
      causes.push(forbiddenValue(FIELD, `${FIELD} "exact" is forbidden for resourceVersion "0"`));
  }
  if (query.has(SEND)) causes.push(forbiddenValue(SEND, `${SEND} is forbidden for list`));
  return causes;
}

function watchCauses({ match, continueToken }: ListOptions, query: URLSearchParams): Cause[] {
  const causes: Cause[] = [];
  const sends = query.has(SEND);
  if (match && !sends)
    causes.push(forbiddenValue(FIELD, `${FIELD} is forbidden for watch unless ${SEND} is provided`));
  if (sends && match !== NOT_OLDER)
    causes.push(forbiddenValue(FIELD, `${SEND} requires setting ${FIELD} to ${NOT_OLDER}`));
  if (match && match !== NOT_OLDER) causes.push(unsupported(FIELD, match, [NOT_OLDER]));
  if (match && continueToken)
    causes.push(forbiddenValue(FIELD, `${FIELD} is forbidden when continue is provided`));
  return causes;
}

/** Whether a list is of exactly the state at its resourceVersion, by its match or as every page at a version is. */
export function isExact({ match, resourceVersion, limit }: ListOptions): boolean {
  if (match) return match === EXACT;
  return limit > 0 && resourceVersion !== '' && resourceVersion !== '0';
}

/** Whether a watch starts with the present objects. */
export function sendsInitialEvents(query: URLSearchParams): boolean {
  return flag(query, SEND);
}
