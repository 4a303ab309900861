import { AcceptedTokens } from '../../access/accepted-tokens.js';
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { AuthOptions } from './auth-options.js';
import { type Authenticator, anonymousAuthenticator, createAuthenticator } from './authenticator.js';
import { RejectedTokenLog } from './rejected-token-log.js';
import type { ServiceAccountKeys } from './service-account-keys.js';

export interface OpenAuthenticatorOptions {
  readonly auth: AuthOptions;
  /** File of revoked tokens, see access/revocations.ts. Default none. */
  readonly revocationsFile?: string | undefined;
  /** Verifies keys of service accounts. Default: there are none. */
  readonly keys?: ServiceAccountKeys | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when the accepted tokens may have changed, because keys or revocations have changed. */
  readonly changed?: (() => void) | undefined;
}

/** Opens the authenticator of a process; rejected tokens are logged. Adds its resources to `started`. */
export async function openAuthenticator(
  { auth, revocationsFile, keys, clock, log, changed }: OpenAuthenticatorOptions,
  started: AsyncDisposableStack,
): Promise<Authenticator> {
  if (auth.kind === 'none') return anonymousAuthenticator;
  const rejections = new RejectedTokenLog(log, clock);
  return createAuthenticator({
    ...auth,
    accepted: started.use(await AcceptedTokens.open({ keys: auth, revocationsFile, log, changed })),
    clock,
    keys,
    onRejected: (error, requestId) => rejections.record(error, requestId),
  });
}
