/** How far a Kubernetes version is supported. */
export type SupportStatus = 'SUPPORTED' | 'PATCH_EXPIRED' | 'MINOR_EXPIRED';
