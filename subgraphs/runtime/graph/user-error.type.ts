import { Directive, Field, ID, Int, InterfaceType, ObjectType } from 'type-graphql';
import type { Problem } from '../../../kernel/result.js';
import { boundProblem } from '../../../protocol/error-bounds.js';

/** Client error, returned in `userErrors`, never in `errors`. */
@InterfaceType({
  description: 'Client error in the request. `code` is one of docs/errors.md.',
  resolveType: (value: object) => value.constructor.name,
})
export abstract class UserError {
  @Field(() => String, { description: 'Code of the error registry; stable.' })
  code: string;

  @Field(() => String, { description: 'Error and how to fix it (human-readable).' })
  message: string;

  @Field(() => [String], { nullable: true, description: 'Path of the offending input, outermost first.' })
  path?: readonly string[];
}

@Directive('@shareable')
@ObjectType({ implements: UserError, description: 'A user error without further details.' })
export class InputError extends UserError {}

@Directive('@shareable')
@ObjectType({ implements: UserError, description: 'A quota is too low for the requested amount.' })
class QuotaExceededError extends UserError {
  @Field(() => String, { description: 'The counted resource, as in Quota.resource.' })
  resource: string;

  @Field(() => ID, {
    description:
      'Id of the quota, for `requestQuotaIncrease`. Of a quota of each cluster, node pool, … it is the ' +
      'general one: raising it raises the limit of each.',
  })
  quotaId: string;

  @Field(() => Int, { nullable: true, description: 'Current limit.' })
  limit: number | null;

  @Field(() => Int, { description: 'The amount in use.' })
  used: number;

  @Field(() => Int, { description: 'The requested additional amount.' })
  requested: number;
}

@Directive('@shareable')
@ObjectType({ implements: UserError, description: 'The region does not offer the product.' })
class ProductUnavailableError extends UserError {
  @Field(() => String, { description: 'The requested product.' })
  product: string;

  @Field(() => ID, { description: 'The requested region.' })
  regionId: string;

  @Field(() => ID, { nullable: true, description: 'The nearest region that offers the product.' })
  nearestRegionId: string | null;
}

@Directive('@shareable')
@ObjectType({
  implements: UserError,
  description: 'Too many requests at once; the same request may succeed later.',
})
class ThrottledError extends UserError {
  @Field(() => Int, { description: 'Time to wait before a retry, in seconds.' })
  retryAfter: number;
}

@Directive('@shareable')
@ObjectType({
  implements: UserError,
  description:
    'The caller lacks a permission. All of regionId, clusterId and namespace null: in the whole account.',
})
class ForbiddenError extends UserError {
  @Field(() => String, { description: 'The verb that is not allowed, as in Role.verbs.' })
  verb: string;

  @Field(() => ID, { nullable: true, description: 'The region in which it is not allowed.' })
  regionId: string | null;

  @Field(() => ID, { nullable: true, description: 'The cluster in which it is not allowed.' })
  clusterId: string | null;

  @Field(() => String, { nullable: true, description: 'The namespace in which it is not allowed.' })
  namespace: string | null;

  @Field(() => [String], {
    description: 'Names of principals that can grant permissions there, at most five.',
  })
  grantors: readonly string[];
}

const UNAVAILABLE: readonly string[] = ['PRODUCT_COMING_SOON', 'PRODUCT_NOT_OFFERED'];

/** Every object type that implements `UserError`, for `orphanedTypes`. */
export const userErrorTypes = [
  InputError,
  ForbiddenError,
  QuotaExceededError,
  ProductUnavailableError,
  ThrottledError,
];

/** Maps a problem to its GraphQL type. */
export function toUserError(problem: Problem): UserError {
  const { code, message, details, path } = boundProblem(problem);
  const base = { code, message, ...(path ? { path } : {}) };
  const type = details && typeOf(code, details);
  return type ? Object.assign(new type(), details, base) : Object.assign(new InputError(), base);
}

/** The type with the details of a code. */
function typeOf(code: string, details: object): (new () => UserError) | undefined {
  if (code === 'QUOTA_EXCEEDED') return QuotaExceededError;
  if (code === 'THROTTLED') return ThrottledError;
  // An API server names no verb of ours.
  if (code === 'FORBIDDEN' && 'verb' in details) return ForbiddenError;
  return UNAVAILABLE.includes(code) ? ProductUnavailableError : undefined;
}
