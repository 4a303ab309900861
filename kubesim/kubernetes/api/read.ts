import { z } from 'zod';
import type { KubeObject, Json } from '../kinds/object.js';
import { keyOf } from '../store/cluster-store.js';
import type { ApiResponse, ApiCall } from './call.js';
import { listCost } from './list-rate-limiter.js';
import type { Target } from './path.js';
import { represent, representList } from './representation.js';
import { selection } from './selection.js';
import { ListExpiredError, badRequest, notFound } from '../kinds/status.js';
import { withNodeLeases } from './node-leases.js';

/** Returns the object of the path. Throws ApiError 404. */
export function objectOf({ cluster }: ApiCall, { served, namespace, name = '' }: Target): KubeObject {
  const object = cluster.store.get(served.type, namespace ?? '', name);
  if (!object) throw notFound(served.type, name);
  return object;
}

export async function get(call: ApiCall, target: Target): Promise<ApiResponse> {
  const computed = withNodeLeases(call, target).find(({ metadata }) => metadata.name === target.name);
  const object = computed ?? objectOf(call, target);
  await call.cluster.store.durable();
  return {
    status: 200,
    body: represent(target.served, object, call.representation, call.cluster.clock.now()),
  };
}

/** A continue token. Without a revision the list continues with the current state, which is inconsistent with earlier pages. */
const continueSchema = z.object({ revision: z.number().optional(), key: z.string() });

/** A list, or a page of it. The continue token has the last key of the page. */
export async function list(call: ApiCall, target: Target): Promise<ApiResponse> {
  const { cluster, query, representation: how } = call;
  const matches = selection(target, query);
  const token = readContinue(query.get('continue'));
  const revision = token?.revision ?? cluster.store.revision;
  if (token && revision < cluster.store.history(target.served.type).start)
    throw new ListExpiredError(writeContinue({ key: token.key }));
  const found = [...cluster.store.all(target.served.type), ...withNodeLeases(call, target)]
    .filter(matches)
    .map((object) => ({ object, key: keyOf(object) }))
    .filter(({ key }) => !token || key > token.key);
  const limit = readLimit(query);
  // Check the rate before sorting: rejecting a list must be cheap.
  call.listRate.take(listCost({ objects: limit > 0 ? Math.min(limit, found.length) : found.length, limit }));
  const sorted = found.sort((a, b) => compare(a.key, b.key)).map(({ object }) => object);
  const page = limit > 0 ? sorted.slice(0, limit) : sorted;
  const last = page.at(-1);
  const remaining = sorted.length - page.length;
  const metadata: Json = {
    resourceVersion: String(revision),
    ...(remaining > 0 && last
      ? { continue: writeContinue({ revision, key: keyOf(last) }), remainingItemCount: remaining }
      : {}),
  };
  await cluster.store.durable();
  return {
    status: 200,
    body: representList(target.served, page, { how, now: cluster.clock.now(), metadata }),
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function readLimit(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 0);
  if (Number.isInteger(limit) && limit >= 0) return limit;
  throw badRequest('limit must be a whole number from 0');
}

function writeContinue(token: z.infer<typeof continueSchema>): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readContinue(text: string | null): z.infer<typeof continueSchema> | undefined {
  if (!text) return undefined;
  try {
    return continueSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  } catch {
    throw badRequest('continue key is not valid');
  }
}
