/**
 * Every scope that a token may have in the platform's graph. A scope never grants more rights than the account has. A
 * token without scopes may only read.
 */
export const scopes = {
  'fleet:introspect': 'Read the schema of the graph, where INTROSPECTION asks for a scope.',
  'fleet:write':
    'Change things: every mutation, and reading what configures instances, such as their user data.',
  'fleet:kubeconfig':
    'Issue kubeconfigs: credentials for the Kubernetes API of clusters. They read; with fleet:write they administer.',
  'fleet:audit': 'Read the audit log of the account.',
  'fleet:admin':
    'Operate the platform for all accounts: publish Kubernetes versions, decide quota applications. A token of an account does not carry it.',
} as const;

export type Scope = keyof typeof scopes;

/** All scopes that the holder of an account may have; `fleet:admin` is reserved for the platform's operator. */
export const accountScopes: readonly Scope[] = [
  'fleet:introspect',
  'fleet:kubeconfig',
  'fleet:write',
  'fleet:audit',
];

/** Scopes of a token with neither the claim `scope` nor `scp`, unless AUTH_DEFAULT_SCOPES is set: read-only. */
export const defaultScopes: readonly Scope[] = ['fleet:introspect'];
