import type { AccountResources } from './account-resources.js';

/**
 * A request with exactly one id of another account. With `theirs` for both parameters it is a request of the owner, which must
 * succeed: otherwise the attempt would prove nothing.
 */
export interface Attempt {
  /** A field of Query, Mutation or Subscription. */
  readonly field: string;
  /** The arguments; `mine` are the resources of the requesting account. */
  readonly with: (mine: AccountResources, theirs: AccountResources) => Record<string, unknown>;
  /** Selection of the field; default by its type. */
  readonly selection?: string;
  /** Expected error code; default NOT_FOUND. */
  readonly code?: string;
  /** Whether the mutation is accepted, and its operation reports each id that was not found. */
  readonly reportedByOperation?: boolean;
}
