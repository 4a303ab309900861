import { ACCOUNT_FORM, isAccountName } from '../access/account-name.js';

interface TokenFlags {
  readonly account: string;
  /** Lifetime in seconds. */
  readonly ttl: number;
}

/** Rejects a token that the gateway would not accept. */
export function checkTokenFlags({ account, ttl }: TokenFlags, maxDays: number): void {
  if (!Number.isInteger(ttl) || ttl <= 0 || ttl > maxDays * 24 * 3600)
    throw new Error(
      `--ttl is a whole number of seconds from 1 to those of AUTH_MAX_DAYS (${maxDays} days), not ${ttl}.`,
    );
  if (!isAccountName(account)) throw new Error(`--account is ${ACCOUNT_FORM}; it was "${account}".`);
}
