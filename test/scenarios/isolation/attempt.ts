import type { AccountResources } from './account-resources.js';

/**
 * A request with exactly one id of another account. Made with `theirs` for both it is a request of the owner's own,
 * which must find what it names: else the attempt would prove nothing.
 */
export interface Attempt {
  /** A field of Query, Mutation or Subscription. */
  readonly field: string;
  /** The arguments; `mine` is what the asking account has. */
  readonly with: (mine: AccountResources, theirs: AccountResources) => Record<string, unknown>;
  /** What is asked of the answer, where it is not told by its type. */
  readonly selection?: string;
  /** With which code it is refused; NOT_FOUND if omitted. */
  readonly code?: string;
  /** Whether it is taken, and its operation tells of each thing that was not found. */
  readonly toldByOperation?: boolean;
}
