import type { Json, KubeObject } from '../kinds/object.js';
import type { ResourceType } from '../kinds/resource.js';
import { conflict } from '../kinds/status.js';
import type { ClusterStore } from '../store/cluster-store.js';
import type { AdmissionRequest } from './policies/request.js';

/** A request that webhooks review at this step of a write. */
export interface Review {
  /** Whether webhooks may change its object. */
  readonly mutates: boolean;
  readonly request: AdmissionRequest;
}

/** A webhook converts an object to its stored version at this step of a write. */
export interface ConversionStep {
  readonly converted: Promise<KubeObject>;
}

/**
 * A write that waits for webhooks: it yields each review and gets what they have made of the object, or undefined if
 * there was none to call. Of a conversion it gets the converted object.
 */
export type Reviewed<T> = Generator<Review | ConversionStep, T, Json | undefined>;

/** Runs a write that webhooks do not review. */
export function withoutWebhooks<T>(write: Reviewed<T>): T {
  let step = write.next(undefined);
  while (!step.done) step = write.next(undefined);
  return step.value;
}

/** The object has changed while webhooks reviewed its next version. */
export class ChangedError extends Error {
  constructor(
    private readonly type: ResourceType,
    private readonly objectName: string,
  ) {
    super('the object has changed while webhooks reviewed its next version');
    this.name = 'ChangedError';
  }

  /** The answer to a client. */
  asConflict() {
    return conflict(this.type, this.objectName);
  }
}

/** Throws ChangedError if the object is not the stored one any more. */
export function checkUnchanged<T extends KubeObject>(
  store: ClusterStore,
  type: ResourceType<T>,
  object: T,
): void {
  const { namespace = '', name } = object.metadata;
  const stored = store.get(type, namespace, name)?.metadata;
  const { uid, resourceVersion } = object.metadata;
  if (stored?.uid !== uid || stored.resourceVersion !== resourceVersion) throw new ChangedError(type, name);
}
