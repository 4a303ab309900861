/** The scopes of the platform's own graph. */
export const scopes = {
  /** Reading the schema, where INTROSPECTION asks for it. */
  introspect: 'fleet:introspect',
  /** Mutations. */
  write: 'fleet:write',
} as const;

/** What a token may do that names no scopes at all, unless AUTH_DEFAULT_SCOPES says otherwise: everything. */
export const defaultScopes: readonly string[] = Object.values(scopes);
