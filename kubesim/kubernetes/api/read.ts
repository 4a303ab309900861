import { z } from 'zod';
import type { KubeObject, Json } from '../kinds/object.js';
import { keyOf } from '../store/cluster-store.js';
import type { ApiResponse, ApiCall } from './call.js';
import { listCost } from './list-rate-limiter.js';
import type { Target } from './path.js';
import { checkUnchanged } from '../cluster/review.js';
import { asChanged } from '../kinds/registry.js';
import { represent, representList } from './representation.js';
import { selection } from './selection.js';
import { ApiError, ListExpiredError, badRequest, gone, notFound, tooLargeVersion } from '../kinds/status.js';
import { isExact, type ListOptions, listOptions } from './list-options.js';
import { withNodeLeases } from './node-leases.js';

/** Returns the object of the path. Throws ApiError 404. */
export function objectOf({ cluster }: ApiCall, { served, namespace, name = '' }: Target): KubeObject {
  const object = cluster.store.get(served.type, namespace ?? '', name);
  if (!object) throw notFound(served.type, name);
  return object;
}

/**
 * Runs a change of the object of the path, which it gets in the version of the path. Throws ApiError, and ChangedError if
 * the object has changed while a webhook converted it.
 */
export async function withCurrent<T>(
  call: ApiCall,
  target: Target,
  change: (current: KubeObject) => T | Promise<T>,
): Promise<T> {
  const { served } = target;
  const stored = objectOf(call, target);
  const pending = served.convert?.prepare?.([stored]);
  if (pending) {
    await pending;
    checkUnchanged(call.cluster.store, served.type, stored);
  }
  return change(asChanged(served, stored));
}

export async function get(call: ApiCall, target: Target): Promise<ApiResponse> {
  checkFuture(
    call,
    readVersion(call.query.get('resourceVersion') ?? '', (why) => new ApiError(500, '', why)),
  );
  const computed = withNodeLeases(call, target).find(({ metadata }) => metadata.name === target.name);
  const object = computed ?? objectOf(call, target);
  await target.served.convert?.prepare?.([object]);
  await call.cluster.store.durable();
  return {
    status: 200,
    body: represent(target.served, object, call.representation, call.cluster.clock.now()),
  };
}

/** A resourceVersion as a number; 0 without one. Throws the error of an invalid one. */
export function readVersion(text: string, error: (why: string) => ApiError): number {
  if (/^\d{0,15}$/.test(text)) return Number(text);
  const quoted = JSON.stringify(text);
  throw error(
    `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`,
  );
}

function checkFuture({ cluster }: ApiCall, version: number): void {
  const { revision } = cluster.store;
  if (version > revision) throw tooLargeVersion(version, revision);
}

/** A continue token. Without a revision the list continues with the current state, which is inconsistent with earlier pages. */
const continueSchema = z.object({ revision: z.number().optional(), key: z.string() });
type ContinueToken = z.infer<typeof continueSchema>;

/** A list, or a page of it. The continue token has the last key of the page. */
export async function list(call: ApiCall, target: Target): Promise<ApiResponse> {
  const { cluster, query, representation: how } = call;
  const options = listOptions(query);
  const matches = selection(target, query);
  const token = readContinue(options.continueToken);
  const revision = revisionOf(call, target, { options, token });
  // A list at version 0 comes from a cache, which has no pages.
  const limit = options.resourceVersion === '0' ? 0 : options.limit;
  const charge = (objects: number): void =>
    call.listRate.take(listCost({ objects: limit > 0 ? Math.min(limit, objects) : objects, limit }));
  const isPast = revision < cluster.store.revision;
  // The store makes a past state as a copy: check the rate before it.
  if (isPast) charge(cluster.store.count(target.served.type));
  const found = [...cluster.store.at(target.served.type, revision), ...withNodeLeases(call, target)]
    .filter(matches)
    .map((object) => ({ object, key: keyOf(object) }))
    .filter(({ key }) => !token || key > token.key);
  // Check the rate before sorting: rejecting a list must be cheap.
  if (!isPast) charge(found.length);
  const sorted = found.sort((a, b) => compare(a.key, b.key)).map(({ object }) => object);
  const page = limit > 0 ? sorted.slice(0, limit) : sorted;
  const last = page.at(-1);
  const remaining = sorted.length - page.length;
  const metadata: Json = {
    resourceVersion: String(revision),
    ...(remaining > 0 && last
      ? {
          continue: writeContinue({ revision, key: keyOf(last) }),
          ...(hasSelector(query) ? {} : { remainingItemCount: remaining }),
        }
      : {}),
  };
  await target.served.convert?.prepare?.(page);
  await cluster.store.durable();
  return {
    status: 200,
    body: representList(target.served, page, { how, now: cluster.clock.now(), metadata }),
  };
}

interface RequestedVersion {
  readonly options: ListOptions;
  readonly token: ContinueToken | undefined;
}

/** The revision of the state that a list shows. Throws ApiError 400, 410 or 504. */
function revisionOf(call: ApiCall, { served }: Target, { options, token }: RequestedVersion): number {
  const { store } = call.cluster;
  const { start } = store.history(served.type);
  const version = readVersion(options.resourceVersion, (why) =>
    badRequest(`invalid resource version: ${why}`),
  );
  if (token) {
    if (version > 0) throw badRequest('specifying resource version is not allowed when using continue');
    if (token.revision === undefined) return store.revision;
    if (token.revision < start) throw new ListExpiredError(writeContinue({ key: token.key }));
    if (token.revision > store.revision) throw badRequest('continue key is not valid');
    return token.revision;
  }
  checkFuture(call, version);
  if (!isExact(options)) return store.revision;
  if (version < start) throw gone('The resourceVersion for the provided list is too old.');
  return version;
}

/** The number of further objects of a selection is not known. */
function hasSelector(query: URLSearchParams): boolean {
  return !!query.get('labelSelector') || !!query.get('fieldSelector');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function writeContinue(token: ContinueToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readContinue(text: string): ContinueToken | undefined {
  if (!text) return undefined;
  try {
    return continueSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw badRequest('invalid continue token: continue key is not valid');
  }
}
