import { accountScopes } from '../../access/scopes.js';
import type { Actor } from '../../kernel/actor.js';

/** An actor with all scopes of an account holder, for an hour. */
export function testActor(
  account: string,
  { subject = 'tester', scopes = accountScopes }: ActorOptions = {},
): Actor {
  return { account, subject, scopes, expiresAt: new Date(Date.now() + 3_600_000) };
}

interface ActorOptions {
  readonly subject?: string;
  readonly scopes?: readonly string[] | undefined;
}
