import { setTimeout } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type KeyDigest, keyDigest, serviceAccountSubject } from '../../access/service-account-key.js';
import type { Actor } from '../../kernel/actor.js';
import type { MaybePromise } from '../../kernel/maybe-promise.js';
import { ProblemError, throwProblem } from '../../kernel/result.js';
import type { SubgraphRequest, SubgraphResult } from '../../protocol/wire.js';

/** Milliseconds for which a verified key is trusted: a revoked one is rejected after that. */
const TRUSTED = 500;
/** Milliseconds for which a rejected key is known: a key that was wrong once never becomes right. */
const REJECTED = 60_000;
/** Keys of one request to the subgraph. */
const BATCH = 100;
/** Milliseconds between the starts of two requests. */
const INTERVAL = 20;
/** Keys that were never verified and wait for a request. More are rejected with RATE_LIMITED. */
const MAX_UNKNOWN = 1_000;
/** Remembered keys of each kind. */
const REMEMBERED = 10_000;

const QUERY = `query ($keys: [ServiceAccountKeyDigest!]!) { verifyServiceAccountKeys(keys: $keys) {
  account serviceAccountId name scopes createdAt expiresAt } }`;

const holderSchema = z.object({
  account: z.string(),
  serviceAccountId: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  createdAt: z.coerce.date(),
  expiresAt: z.coerce.date(),
});
type Holder = z.infer<typeof holderSchema>;

const answerSchema = z.object({ verifyServiceAccountKeys: z.array(holderSchema.nullable()) });

/** A key that waits for a request, and the callers that wait for it. */
class WaitingKey {
  readonly actor: Promise<Actor>;
  resolve!: (actor: Actor) => void;
  reject!: (error: unknown) => void;

  constructor(
    readonly key: KeyDigest,
    /** Whether it counts among the keys that were never verified. */
    readonly isUnknown: boolean,
  ) {
    this.actor = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/**
 * Verifies keys of service accounts by asking the subgraph that has them, so that a gateway needs no database. Keys that
 * are presented at the same time share a request, one request runs at a time, and secrets do not leave the gateway.
 */
export class ServiceAccountKeys {
  private readonly trusted = new LRUCache<string, Actor>({ max: REMEMBERED, ttl: TRUSTED });
  private readonly rejected = new LRUCache<string, true>({
    max: REMEMBERED,
    ttl: REJECTED,
    ttlResolution: 1000,
  });
  /** Keys that were right when they were verified last: they wait without a limit, and first. */
  private readonly known = new LRUCache<string, true>({ max: REMEMBERED });
  private readonly waiting = new Map<string, WaitingKey>();
  private unknown = 0;
  private isRunning = false;

  /** `execute` sends a query to the subgraph in the name of the gateway. */
  constructor(private readonly execute: (request: SubgraphRequest) => MaybePromise<SubgraphResult>) {}

  /** The service account of a key. Rejects with UNAUTHENTICATED, and RATE_LIMITED while too many unknown keys wait. */
  verify(text: string): MaybePromise<Actor> {
    const key = keyDigest(text) ?? throwInvalidKey();
    const name = nameOf(key);
    if (this.rejected.has(name)) throwInvalidKey();
    return this.trusted.get(name) ?? this.ask(name, key);
  }

  /** As `verify`, but always asks the subgraph. */
  async reverify(text: string): Promise<Actor> {
    const key = keyDigest(text) ?? throwInvalidKey();
    return this.ask(nameOf(key), key);
  }

  private ask(name: string, key: KeyDigest): Promise<Actor> {
    const found = this.waiting.get(name);
    if (found) return found.actor;
    const waiting = new WaitingKey(key, !this.known.has(name));
    if (waiting.isUnknown && this.unknown >= MAX_UNKNOWN)
      return throwProblem('RATE_LIMITED', 'Too many keys are being verified. Try again in a second.');
    if (waiting.isUnknown) this.unknown += 1;
    this.waiting.set(name, waiting);
    if (!this.isRunning) void this.run();
    return waiting.actor;
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.waiting.size > 0) {
      // Keys that arrive until then are in the same request.
      await setTimeout(INTERVAL);
      await this.verifyBatch();
    }
    this.isRunning = false;
  }

  private async verifyBatch(): Promise<void> {
    const batch = this.takeBatch();
    try {
      const actors = await this.request(batch.map(([, { key }]) => key));
      for (const [index, [name, waiting]] of batch.entries()) this.answer(name, waiting, actors[index]);
    } catch (error) {
      for (const [, waiting] of batch) waiting.reject(error);
    }
  }

  /** The next keys; those that were right before first, since wrong ones must not delay them. */
  private takeBatch(): [string, WaitingKey][] {
    const unknownLast = ([, one]: [string, WaitingKey], [, other]: [string, WaitingKey]) =>
      Number(one.isUnknown) - Number(other.isUnknown);
    const batch = [...this.waiting].sort(unknownLast).slice(0, BATCH);
    for (const [name, { isUnknown }] of batch) {
      this.waiting.delete(name);
      if (isUnknown) this.unknown -= 1;
    }
    return batch;
  }

  private answer(name: string, waiting: WaitingKey, actor: Actor | undefined): void {
    if (actor) {
      this.trusted.set(name, actor);
      this.known.set(name, true);
      return waiting.resolve(actor);
    }
    this.trusted.delete(name);
    this.known.delete(name);
    this.rejected.set(name, true);
    waiting.reject(invalidKey());
  }

  private async request(keys: readonly KeyDigest[]): Promise<readonly (Actor | undefined)[]> {
    const { data, errors } = await this.execute({ query: QUERY, variables: { keys } });
    if (!data) throw new Error(`keys cannot be verified: ${errors?.[0]?.message ?? 'no data'}`);
    const holders = answerSchema.parse(data).verifyServiceAccountKeys;
    return keys.map(({ id }, index) => actorOf(id, holders[index]));
  }
}

/** Equal only for equal keys. */
function nameOf({ id, digest }: KeyDigest): string {
  return `${id} ${digest}`;
}

function actorOf(keyId: string, holder: Holder | null | undefined): Actor | undefined {
  if (!holder) return undefined;
  const { account, serviceAccountId, name, scopes, createdAt, expiresAt } = holder;
  const subject = serviceAccountSubject(name);
  return { account, subject, serviceAccountId, scopes, keyId, issuedAt: createdAt, expiresAt };
}

function throwInvalidKey(): never {
  throw invalidKey();
}

/** The same for wrong, revoked and unknown keys. */
function invalidKey(): ProblemError {
  return new ProblemError([{ code: 'UNAUTHENTICATED', message: 'The key is not valid.' }]);
}
