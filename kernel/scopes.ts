/** The scopes of the platform's own graph. */
export const scopes = {
  /** Reading the schema, where INTROSPECTION asks for it. */
  introspect: 'fleet:introspect',
  /** Mutations. */
  write: 'fleet:write',
} as const;

/** What a token may do that names no scopes at all, unless AUTH_DEFAULT_SCOPES says otherwise: all an account may. */
export const defaultScopes: readonly string[] = Object.values(scopes);

/** Running the platform itself, for all accounts, e.g. publishing versions. Only a token that names it has it. */
export const adminScope = 'fleet:admin';
