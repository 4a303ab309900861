/** Key in session storage, which the browser deletes with the tab and which no other origin can read. */
const KEY = 'fleetgraph:token';

/** The token of this tab: from the URL fragment, else from session storage. */
export function initialToken(): string | undefined {
  const carried = new URLSearchParams(location.hash.slice(1)).get('token')?.trim();
  if (!carried) return sessionStorage.getItem(KEY) ?? undefined;
  // Fragments are not sent to servers; also remove it from the address bar.
  history.replaceState(null, '', location.pathname + location.search);
  keepToken(carried);
  return carried;
}

/** Stores the token, so that it survives a reload of this tab. */
export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

/** Deletes the token. */
export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
}

/** Removes whitespace and `Bearer` around a pasted token. */
export function cleanToken(text: string): string {
  return text.trim().replace(/^bearer\s+/i, '');
}

/** Unverified claims of a token, for display only. */
export interface TokenFacts {
  readonly account: string | undefined;
  readonly expiresAt: Date | undefined;
}

/** Reads the claims of a JWT; empty for other texts. */
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
