/** Of this tab: the browser forgets it when the tab is closed, and no other origin can read it. */
const KEY = 'fleetgraph:token';

/** The token of this tab: what the link carried in its fragment, else what was there before. */
export function initialToken(): string | undefined {
  const carried = new URLSearchParams(location.hash.slice(1)).get('token')?.trim();
  if (!carried) return sessionStorage.getItem(KEY) ?? undefined;
  // A fragment is never sent to a server. Here it goes from the address bar, too.
  history.replaceState(null, '', location.pathname + location.search);
  keepToken(carried);
  return carried;
}

/** Keeps the token for reloads of this tab. */
export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

/** Forgets the token. */
export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}

/** A token as a person pastes it: without spaces around it, and without `Bearer`. */
export function cleanToken(text: string): string {
  return text.trim().replace(/^bearer\s+/i, '');
}

/** What a token says of itself, unverified: for display only. */
export interface TokenFacts {
  readonly account: string | undefined;
  readonly expiresAt: Date | undefined;
}

/** Reads the claims of a JWT; nothing of a text that is not one. */
export function decodeToken(token: string): TokenFacts {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims = JSON.parse(atob(payload)) as { account?: unknown; exp?: unknown };
    return {
      account: typeof claims.account === 'string' ? claims.account : undefined,
      expiresAt: typeof claims.exp === 'number' ? new Date(claims.exp * 1000) : undefined,
    };
  } catch {
    return { account: undefined, expiresAt: undefined };
  }
}
