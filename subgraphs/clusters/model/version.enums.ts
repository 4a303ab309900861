/** Support status of a Kubernetes version. */
export type SupportStatus = 'SUPPORTED' | 'PATCH_EXPIRED' | 'MINOR_EXPIRED';
