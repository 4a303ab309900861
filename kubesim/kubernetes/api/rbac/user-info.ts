/** Who a request is from, as an API server knows it (`UserInfo` of authentication.k8s.io/v1). */
export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const ANONYMOUS = 'system:anonymous';
/** Its members may do everything; no role says so. */
export const MASTERS = 'system:masters';
