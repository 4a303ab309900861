/** How a simulated cloud that is tested by itself checks clients' tokens. */
export const clientTokens = {
  keys: { kind: 'secret', secret: 'test-auth-secret-of-at-least-32-characters' },
} as const;

/** Credentials of an administrator for an hour, as the platform asks for its own. */
export function masterCredentials(name = 'tester') {
  return { name, groups: ['system:masters'], expiresAt: new Date(Date.now() + 3_600_000) };
}
