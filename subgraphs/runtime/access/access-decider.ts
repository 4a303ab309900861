import { containsCluster } from '../../../access/model/cluster-filter.js';
import type { Rights } from '../../../access/model/rights.js';
import { type Grantors, readGrantors } from '../../../access/store/grantors.js';
import type { RightsReader } from '../../../access/store/rights-reader.js';
import type { Target } from '../../../access/model/target.js';
import type { Verb } from '../../../access/model/verb.js';
import { nameOfKind, notFound } from '../../../engine/not-found.js';
import type { Actor } from '../../../kernel/actor.js';
import type { Clock } from '../../../kernel/clock.js';
import type { MaybePromise } from '../../../kernel/maybe-promise.js';
import type { Database } from '../../../kernel/postgres/database.js';
import { type Problem, ProblemError } from '../../../kernel/result.js';
import type { RequestContext } from '../subgraph.js';
import { type LocatedKind, locateObjects } from '../store/locations.js';
import type { ObjectAccess, ObjectReference, Place, VerbName } from './access-rules.js';
import type { ArgumentTarget } from './argument-targets.js';
import { forbidden, type Refusal } from './forbidden.js';
import { readVerbOf } from './object-kinds.js';

/** Where the rights of actors and the places of objects are read. */
export interface AccessDependencies {
  readonly database: { readonly prisma: Database };
  readonly clock: Clock;
  readonly rights: Pick<RightsReader, 'of' | 'onChange'>;
}

/** Decides for the actor of a request. What it reads of objects is read once for a request. */
export class AccessDecider {
  /** Identifies the loader of those who can grant permissions. */
  private readonly grantors = {};
  /** Identify the loaders of places. */
  private readonly loaders = new Map<LocatedKind, object>();

  constructor(private readonly dependencies: AccessDependencies) {}

  now(): Date {
    return this.dependencies.clock.now();
  }

  /** The rights of an actor now; those of a request may be older. */
  rightsOf(actor: Actor): MaybePromise<Rights> {
    return this.dependencies.rights.of(actor);
  }

  /** Calls the listener with each account whose permissions have changed; returns a function that stops it. */
  onChange(listener: (account: string) => void): () => void {
    return this.dependencies.rights.onChange(listener);
  }

  /** Whether the verb is allowed in the whole account: nothing needs to be read then. */
  isUnrestricted(rights: Rights, verb: VerbName): boolean {
    return rights.isUnrestricted(verb as Verb, this.now());
  }

  /** Whether the actor may see an object. */
  async sees(context: RequestContext, { verb, place }: ObjectAccess, row: unknown): Promise<boolean> {
    const rights = await context.rights();
    if (verb === undefined || this.isUnrestricted(rights, verb)) return true;
    const at = place(row as never);
    return at === 'open' || this.allows(context, rights, { verb, place: at });
  }

  /** Whether the verb is allowed in a place, or in namespaces of it. */
  async allows(
    context: RequestContext,
    rights: Rights,
    { verb, place }: { readonly verb: VerbName; readonly place: Place },
  ): Promise<boolean> {
    const target = await this.targetOf(context, place);
    return target !== undefined && this.reaches(rights, verb, target);
  }

  /** The problems for which targets are refused: without any the field is allowed. */
  async problems(
    context: RequestContext,
    rights: Rights,
    targets: readonly ArgumentTarget[],
  ): Promise<Problem[]> {
    const found = await Promise.all(targets.map((target) => this.problem(context, rights, target)));
    return found.filter((problem) => problem !== undefined);
  }

  /** `FORBIDDEN` for a verb on a place that the actor sees. */
  async refused(
    context: RequestContext,
    { verb, place, object }: { readonly verb: VerbName; readonly place: Place; readonly object?: string },
  ): Promise<ProblemError> {
    const target = (await this.targetOf(context, place)) ?? {};
    return new ProblemError([await this.refusal(context, { verb, target, object })]);
  }

  private async problem(
    context: RequestContext,
    rights: Rights,
    { place, object, verb, path }: ArgumentTarget,
  ): Promise<Problem | undefined> {
    const target = place && (await this.targetOf(context, place));
    if (object && !(target && this.reaches(rights, readVerbOf(object.kind), target)))
      return notFound(object.kind, object.id, path);
    if (verb === undefined || this.reaches(rights, verb, target ?? {})) return undefined;
    const name = object && `${nameOfKind(object.kind)} ${object.id}`;
    return this.refusal(context, { verb, target: target ?? {}, object: name, path });
  }

  private async refusal(context: RequestContext, refusal: Refusal): Promise<Problem> {
    const { prisma } = this.dependencies.database;
    // One account: read once for a request, however many refusals it has.
    const loader = context.loaders.of<string, Grantors>(this.grantors, (accounts) =>
      Promise.all(accounts.map((account) => readGrantors(prisma, account))),
    );
    const grantors = await loader.load(context.actor.account);
    return forbidden(refusal, grantors.on(refusal.target, this.now()));
  }

  private reaches(rights: Rights, verb: VerbName, target: Target): boolean {
    const at = this.now();
    const { cluster, namespace } = target;
    if (cluster && namespace === undefined)
      return containsCluster(rights.clusters(verb as Verb, at), cluster);
    return rights.decide(verb as Verb, target, at).allowed;
  }

  private async targetOf(context: RequestContext, place: Place): Promise<Target | undefined> {
    if (!isReference(place)) return place;
    const { kind, id, namespace } = place;
    const loader = context.loaders.of<string, Target | undefined>(this.loaderKey(kind), async (ids) => {
      const { prisma } = this.dependencies.database;
      const targets = await locateObjects(prisma, context.actor.account, kind, ids);
      return ids.map((each) => targets.get(each));
    });
    const target = await loader.load(id);
    return target && namespace !== undefined ? { ...target, namespace } : target;
  }

  private loaderKey(kind: LocatedKind): object {
    const known = this.loaders.get(kind) ?? {};
    this.loaders.set(kind, known);
    return known;
  }
}

function isReference(place: Place): place is ObjectReference {
  return 'kind' in place;
}
