import type { Json, KubeObject } from '../kinds/object.js';
import type { ClusterStore } from '../store/cluster-store.js';
import { mutationsOf, type RequestMutations } from './policies/mutating-policies.js';
import type { AdmissionRequest } from './policies/request.js';
import type { Reviewed } from './review.js';

/** How policies and webhooks change an object. */
interface Mutable<T extends KubeObject> {
  readonly admitted: T;
  /** Its form in the request. */
  show(object: T): KubeObject;
  /** Reads what they have made of the form of an object. Throws ApiError. */
  complete(changed: Json, object: T): T;
  /** Throws ChangedError if the stored object has changed while webhooks were called. */
  checkReviewed?(): void;
}

/** An object as mutating policies and webhooks have made it. Throws ChangedError if the stored one has changed since. */
export function* mutated<T extends KubeObject>(
  { store }: { readonly store: ClusterStore },
  request: AdmissionRequest | undefined,
  mutable: Mutable<T>,
): Reviewed<T> {
  return request ? yield* mutatedBy(mutationsOf(store, request), request, mutable) : mutable.admitted;
}

function* mutatedBy<T extends KubeObject>(
  policies: RequestMutations | undefined,
  request: AdmissionRequest,
  mutable: Mutable<T>,
): Reviewed<T> {
  if (!request.attributes && !policies) return mutable.admitted;
  const object = mutable.show(mutable.admitted);
  const first = policies?.invoke(object) ?? object;
  const patched = yield* patchedByWebhooks({ ...request, object: first });
  if (patched) mutable.checkReviewed?.();
  const changed = patched ?? (first === object ? undefined : (first as unknown as Json));
  const next = changed ? mutable.complete(changed, mutable.admitted) : mutable.admitted;
  return reinvoked(policies, next, mutable);
}

/** What mutating webhooks make of the object of a request. They do not review the requests of controllers. */
function* patchedByWebhooks(request: AdmissionRequest): Reviewed<Json | undefined> {
  return request.attributes && (yield { mutates: true, request });
}

/** An object after the policies that are invoked again. */
function reinvoked<T extends KubeObject>(
  policies: RequestMutations | undefined,
  object: T,
  { show, complete }: Mutable<T>,
): T {
  if (!policies) return object;
  const before = show(object);
  const after = policies.reinvoke(before);
  return after === before ? object : complete(after as unknown as Json, object);
}
