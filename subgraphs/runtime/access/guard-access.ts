import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Rights } from '../../../access/model/rights.js';
import { mapMaybePromise } from '../../../kernel/maybe-promise.js';
import { ProblemError } from '../../../kernel/result.js';
import { toUserError } from '../graph/user-error.type.js';
import type { RequestContext } from '../subgraph.js';
import type { AccessDecider } from './access-decider.js';
import { AccessStream } from './access-stream.js';
import type { AccessRules, ArgumentAccess, Place, ReadAccess, VerbName } from './access-rules.js';
import { argumentTargets, namedTargets, verbsOf } from './argument-targets.js';
import { emptyConnection, emptyPayload, isConnection } from './empty-values.js';
import { filterObjects, type ObjectFilter } from './object-filter.js';

type Field = GraphQLField<unknown, RequestContext, Readonly<Record<string, unknown>>>;

/**
 * Enforces the access rules of a subgraph: refuses root fields, and leaves out what the actor may not see. For an actor
 * with the verb in the whole account, a field costs some map lookups. Changes the schema.
 */
export function guardAccess(schema: GraphQLSchema, rules: AccessRules, decider: AccessDecider): void {
  const guard = new AccessGuard(schema, rules, decider);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) && !type.name.startsWith('__')) guard.guardType(type);
  }
}

class AccessGuard {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly rules: AccessRules,
    private readonly decider: AccessDecider,
  ) {}

  guardType(type: GraphQLObjectType): void {
    const fields = Object.values(type.getFields() as Record<string, Field>);
    if (type === this.schema.getMutationType()) return fields.forEach((field) => this.guardMutation(field));
    if (type === this.schema.getSubscriptionType()) return fields.forEach((field) => this.guardStream(field));
    for (const field of fields) {
      if (!isCarrier(type)) this.filterField(field);
      if (type === this.schema.getQueryType()) this.guardRead(field, this.rules.queries[field.name]);
      else this.guardEdge(type, field);
    }
  }

  private guardMutation(field: Field): void {
    const rule = this.rules.mutations?.[field.name];
    if (rule === undefined || rule === 'open') return;
    const access: ArgumentAccess = typeof rule === 'string' ? { verb: rule, on: {} } : rule;
    const verbs = verbsOf(access);
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (source, args, context, info) =>
      mapMaybePromise(context.rights(), (rights) => {
        if (this.areUnrestricted(rights, verbs)) return resolve(source, args, context, info);
        const targets = argumentTargets(access, args);
        return this.decider.problems(context, rights, targets).then((problems) => {
          if (problems.length === 0) return resolve(source, args, context, info);
          return emptyPayload(field.type, problems.map(toUserError));
        });
      });
  }

  /** Refuses a field of which the arguments name the target; others leave out what is hidden. */
  private guardRead(field: Field, access: ReadAccess | undefined): void {
    if (access === undefined || typeof access === 'string') return;
    const verbs = verbsOf(access);
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (source, args, context, info) =>
      mapMaybePromise(context.rights(), (rights) => {
        if (this.areUnrestricted(rights, verbs)) return resolve(source, args, context, info);
        const targets = argumentTargets(access, args);
        return this.decider.problems(context, rights, targets).then((problems) => {
          if (problems.length > 0) throw new ProblemError(problems);
          return resolve(source, args, context, info);
        });
      });
  }

  /** Refuses a stream of a target, leaves out the events that the actor may not see, and ends it when its rights change. */
  private guardStream(field: Field): void {
    const rule = this.rules.subscriptions?.[field.name];
    const { subscribe } = field;
    if (!subscribe || rule === undefined) return;
    const access = typeof rule === 'string' ? undefined : rule;
    const filter = filterObjects(this.schema, field.type, this.rules.objects);
    if (!filter && rule !== 'open')
      throw new Error(`the access rules have no type of the events of ${field.name}`);
    const { decider } = this;
    field.subscribe = async (source, args, context, info) => {
      const rights = await context.rights();
      if (access && !decider.isUnrestricted(rights, access.verb)) {
        const targets = namedTargets(access, args);
        const problems = await decider.problems(context, rights, targets);
        if (problems.length > 0) throw new ProblemError(problems);
      }
      const events: unknown = await subscribe(source, args, context, info);
      return new AccessStream(events as AsyncIterable<unknown>, { context, rights, decider, filter });
    };
  }

  /** Leaves out objects that the actor may not see. */
  private filterField(field: Field): void {
    const filter = filterObjects(this.schema, field.type, this.rules.objects);
    if (!filter) return;
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (source, args, context, info) =>
      mapMaybePromise(context.rights(), (rights) => {
        const value: unknown = resolve(source, args, context, info);
        if (this.areUnrestricted(rights, filter.verbs)) return value;
        return this.visible(context, { field, filter }, value);
      });
  }

  private areUnrestricted(rights: Rights, verbs: readonly VerbName[]): boolean {
    return verbs.every((verb) => this.decider.isUnrestricted(rights, verb));
  }

  private async visible(
    context: RequestContext,
    { field, filter }: { readonly field: Field; readonly filter: ObjectFilter },
    resolved: unknown,
  ): Promise<unknown> {
    const value = await (resolved as Promise<unknown>);
    if (value == null) return value;
    if (Array.isArray(value)) {
      const items: unknown[] = await Promise.all(
        value.map((item: unknown) => this.visibleObject(context, filter, item)),
      );
      return hasNullableItems(field.type) ? items : items.filter((item) => item !== null);
    }
    const object = await this.visibleObject(context, filter, value);
    if (object === null && isNonNullType(field.type)) {
      // The object that has the field is visible, this one is not: its place is not named.
      const object = `object of the field ${field.name}`;
      throw await this.decider.refused(context, { verb: filter.verbs[0]!, place: {}, object });
    }
    return object;
  }

  private async visibleObject(
    context: RequestContext,
    filter: ObjectFilter,
    item: unknown,
  ): Promise<unknown> {
    const value = await (item as Promise<unknown>);
    if (typeof value !== 'object' || value === null) return value ?? null;
    const access = await filter.accessOf(value, context);
    return !access || (await this.decider.sees(context, access, value)) ? value : null;
  }

  private guardEdge(type: GraphQLObjectType, field: Field): void {
    const verb = this.rules.edges?.[`${type.name}.${field.name}`];
    if (verb === undefined || verb === 'open') return;
    const placeOf = this.rules.objects[type.name]?.place;
    if (!placeOf)
      throw new Error(`the access rules have no place of ${type.name}, which ${field.name} needs`);
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (source, args, context, info) =>
      mapMaybePromise(context.rights(), (rights) => {
        if (this.decider.isUnrestricted(rights, verb)) return resolve(source, args, context, info);
        const place = placeOf(source as never);
        if (place === 'open') return resolve(source, args, context, info);
        return this.decider
          .allows(context, rights, { verb, place })
          .then((allowed) =>
            allowed ? resolve(source, args, context, info) : this.emptyEdge(context, field, { verb, place }),
          );
      });
  }

  /** The value of a field that the actor may not read on an object that it sees. */
  private async emptyEdge(
    context: RequestContext,
    { type }: Field,
    refused: { readonly verb: VerbName; readonly place: Place },
  ): Promise<unknown> {
    if (isListType(getNullableType(type))) return [];
    if (isConnection(getNamedType(type))) return emptyConnection();
    throw await this.decider.refused(context, refused);
  }
}

/** Types that only carry the objects of a list or a mutation, whose field is guarded. */
function isCarrier({ name }: GraphQLObjectType): boolean {
  return /(?:Connection|Edge|Payload)$/.test(name);
}

function hasNullableItems(type: GraphQLOutputType): boolean {
  const list = getNullableType(type);
  return isListType(list) && !isNonNullType(list.ofType);
}
