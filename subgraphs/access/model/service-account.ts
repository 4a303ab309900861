/** A service account; the GraphQL type of the same name describes the fields. */
export interface ServiceAccount {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly description: string;
  readonly principalId: string;
  /** The principal that created it. */
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** A key of a service account, without its secret; the GraphQL type of the same name describes the fields. */
export interface ServiceAccountKey {
  readonly id: string;
  readonly account: string;
  readonly serviceAccountId: string;
  readonly scopes: readonly string[];
  /** The principal that created it. */
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

/** Whether the key authenticates requests. */
export function isValidKey({ expiresAt, revokedAt }: ServiceAccountKey, at: Date): boolean {
  return revokedAt === null && expiresAt > at;
}
