import type { Json, KubeObject } from '../kinds/object.js';
import type { Conversion, ServedType, WebhookConversion } from '../kinds/registry.js';
import { ApiError } from '../kinds/status.js';
import {
  convertedObjects,
  conversionQuestion,
  conversionReview,
  InvalidConversionError,
} from './conversion-review.js';
import { FailedCallError, post } from './webhook-client.js';
import { serverOf, UnreachableError, type WebhookNetwork } from './webhook-connection.js';

/** Seconds that one call of a conversion webhook may take, and milliseconds that all of a read or write may. */
const CALL_SECONDS = 30;
const TOTAL_TIMEOUT = 60_000;
/** The most objects and characters of one call. A longer object has a call of its own. */
const MAX_OBJECTS = 500;
const MAX_CHARACTERS = 1024 * 1024;
/** The most characters that a webhook may make of the objects of one request. */
const MAX_CONVERTED = 64 * 1024 * 1024;

/** A request whose objects a webhook converts. */
interface ConvertedRequest {
  readonly network: WebhookNetwork;
  readonly signal: AbortSignal;
}

/** The kind of a path for one request: a conversion webhook converts its objects, which are kept as long as it runs. */
export function boundTo(request: ConvertedRequest, served: ServedType): ServedType {
  const webhook = served.convert?.webhook;
  return webhook ? { ...served, convert: new RequestConversion(request, webhook) } : served;
}

/** The conversion of the objects of one request by a webhook. */
class RequestConversion implements Conversion {
  private readonly known = new WeakMap<KubeObject, Json>();
  private characters = 0;
  readonly storedAs: string;

  constructor(
    private readonly request: ConvertedRequest,
    private readonly conversion: WebhookConversion,
  ) {
    this.storedAs = conversion.own;
  }

  in(body: Json): Json {
    return body;
  }

  out(object: KubeObject): Json {
    const { own, current } = this.conversion;
    const shown = object.apiVersion === own ? current(object) : this.known.get(object);
    if (!shown) throw new Error(`an object of ${object.apiVersion} was not converted to ${own}`);
    return shown;
  }

  prepare(objects: readonly KubeObject[]): Promise<void> | undefined {
    const { own } = this.conversion;
    const missing = objects.filter((object) => object.apiVersion !== own && !this.known.has(object));
    return missing.length > 0 ? this.convertAll(missing) : undefined;
  }

  toStored(object: KubeObject): KubeObject | Promise<KubeObject> {
    const { stored } = this.conversion;
    return object.apiVersion === stored ? object : this.storedOf(object, stored);
  }

  private async storedOf(object: KubeObject, stored: string): Promise<KubeObject> {
    const [converted = {}] = await this.convert([object], stored, performance.now() + TOTAL_TIMEOUT);
    return converted as unknown as KubeObject;
  }

  private async convertAll(objects: readonly KubeObject[]): Promise<void> {
    const { own, current } = this.conversion;
    const deadline = performance.now() + TOTAL_TIMEOUT;
    for (const batch of batches(objects)) {
      const shown = batch.map((object) => current(object) as unknown as KubeObject);
      const converted = await this.convert(shown, own, deadline);
      for (const [index, object] of batch.entries()) this.known.set(object, converted[index] ?? {});
    }
  }

  /** Objects in another version. Throws ApiError 500. */
  private async convert(
    objects: readonly KubeObject[],
    desired: string,
    deadline: number,
  ): Promise<readonly Json[]> {
    const { apiVersion = '', kind = '' } = objects[0] ?? {};
    const question = conversionQuestion(this.conversion, desired, objects);
    try {
      const answer = await this.call(JSON.stringify(conversionReview(question)), deadline);
      const converted = convertedObjects(question, answer).map((object) => this.conversion.known(object));
      this.characters += JSON.stringify(converted).length;
      if (this.characters > MAX_CONVERTED)
        throw new InvalidConversionError(`returned more than ${MAX_CONVERTED} characters`);
      return converted;
    } catch (error) {
      throw new ApiError(500, '', `conversion webhook for ${apiVersion}, Kind=${kind} ${reasonOf(error)}`);
    }
  }

  private call(body: string, deadline: number): Promise<Json> {
    const { network, signal } = this.request;
    return post({
      server: serverOf(network, this.conversion.clientConfig),
      body,
      timeoutSeconds: CALL_SECONDS,
      timeoutMs: Math.max(1, Math.min(CALL_SECONDS * 1000, deadline - performance.now())),
      signal,
    });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof InvalidConversionError) return error.message;
  if (error instanceof FailedCallError || error instanceof UnreachableError)
    return `failed: ${error.message}`;
  throw error;
}

function* batches(objects: readonly KubeObject[]): Generator<KubeObject[]> {
  let batch: KubeObject[] = [];
  let characters = 0;
  for (const object of objects) {
    const { length } = JSON.stringify(object);
    if (batch.length === MAX_OBJECTS || (batch.length > 0 && characters + length > MAX_CHARACTERS)) {
      yield batch;
      [batch, characters] = [[], 0];
    }
    batch.push(object);
    characters += length;
  }
  if (batch.length > 0) yield batch;
}
