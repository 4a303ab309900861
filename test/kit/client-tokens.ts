/** Verifies client tokens for a simulated cloud without a platform. */
export const clientTokens = {
  keys: { kind: 'secret', secret: 'test-auth-secret-of-at-least-32-characters' },
} as const;

/** Requests administrator credentials for an hour, as the platform does. */
export function masterCredentials(name = 'tester') {
  return { name, groups: ['system:masters'], expiresAt: new Date(Date.now() + 3_600_000) };
}
